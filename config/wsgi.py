import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Somebody is looking at the page: it says after this many seconds that the database is busy. Workers and commands wait longer.
PATIENCE = 5
options = settings.DATABASES["default"]["OPTIONS"]
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    options["timeout"] = PATIENCE
else:
    options["options"] = f"{options.get('options', '')} -c lock_timeout={PATIENCE}s".strip()
