from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from config.storage import StaticStorage


def test_a_script_imports_the_other_by_the_name_of_its_content(tmp_path: Path):
    ours = FileSystemStorage(settings.BASE_DIR / "static")
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    names = ["js/keeping.js", "js/room.js", "js/app.js"]
    for name in names:
        with ours.open(name) as script:
            storage.save(name, script)
    list(storage.post_process({name: (ours, name) for name in names}))

    keeping = Path(storage.hashed_files["js/keeping.js"]).name
    for name in names[1:]:
        text = (tmp_path / storage.hashed_files[name]).read_text()
        assert f'"./{keeping}"' in text
        assert '"./keeping.js"' not in text
