import ast

import pytest
from tooling.unescaped import UNESCAPED, marks_safe


@pytest.mark.parametrize(
    "code",
    [
        "mark_safe(name)", "safestring.mark_safe(name)", "SafeString(name)", "SafeText(name)", "mark = mark_safe", "sum(map(SafeString, names))",
        "from django.utils.safestring import mark_safe as harmless", "from django.utils.safestring import SafeString as Text",
        "import django.utils.safestring", "class Row:\n    def __html__(self): ...", "text.__html__ = str", "@mark_safe\ndef draw(): ...",
        "@register.filter(is_safe=True)\ndef shout(text): ...", 'format_html(f"<b>{name}</b>")', 'format_html("<b>" + name)', "format_html(words)",
        'format_html("<b>%s</b>" % name)', 'format_html(_("<b>%s</b>") % name)', 'format_html_join(sep, "{}", rows)', 'format_html_join("", f"<{x}>", rows)',
        "Template(text)", "engines['django'].from_string(text)", "Context(values, autoescape=False)", "linebreaks(text)", "urlize(text)",
        'HttpResponse(f"<p>{name}</p>")',
    ],
)  # fmt: skip
def test_reader_sees_text_marked_safe(code: str):
    assert any(marks_safe(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "def draw(name) -> SafeString: ...", "def draw(names: dict[str, SafeString]) -> None: ...", "isinstance(name, SafeString)",
        'format_html("<b>{}</b>", name)', 'format_html_join("", "{}", rows)', 'format_html(_("<b>{}</b>"), name)', "escape(name)",
        "from django.utils.safestring import SafeString", "from django.template import Library", 'HttpResponse("ok")', "linebreaks(text, autoescape=True)",
        'HttpResponse(feed, content_type="text/calendar")',
    ],
)  # fmt: skip
def test_reader_passes_what_is_escaped(code: str):
    assert not any(marks_safe(ast.parse(code)))


@pytest.mark.parametrize(
    "template",
    ["{{ a|safe }}", "{{ a | safe }}", "{{ a|default:b|safe }}", "{{ a|safeseq|join:' ' }}", "{% autoescape off %}", "{%autoescape  off%}",
     "{% filter safe %}", "{% firstof a|safe %}", '<b title="{{ a|safe|title }}">'],
)  # fmt: skip
def test_reader_sees_what_a_template_leaves_unescaped(template: str):
    assert UNESCAPED.search(template)
    assert not UNESCAPED.search("{{ safe }} {{ a|safety }} a | b, safe and sound {% autoescape on %}")
