"""The rows of the list. Drawn here and not in the template, where fifty of them cost a third of the whole page."""

from datetime import date
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.keepword import ago
from base.text import initials
from crm.models import Stage, tint
from crm.search import Row

ROW = """<li class="row row--slim"><span class="avatar avatar--{tint}" aria-hidden="true">{initials}</span>
<div><a class="row__what" href="{url}{pk}/">{name}</a><p class="row__who">{position}</p></div>
<div class="row__facts"><span class="stage stage--{stage}"><svg class="icon"><use href="#moon-{stage}"/></svg>{label}</span>
<span class="tiny nowrap">{touched}</span>{between}</div></li>
"""


def draw(people: list[Row], today: date) -> SafeString:
    """Everything that somebody typed is escaped; the rest is ours."""
    stages = {stage: escape(str(label)) for stage, label in Stage.choices}
    url = reverse("contact_list")
    drawn = [
        ROW.format(
            pk=person["pk"],
            url=url,
            tint=tint(person["pk"]),
            initials=escape(initials(person["name"])),
            name=escape(person["name"]),
            position=escape(", ".join(filter(None, (person["role"], person["organisation__name"])))),
            stage=person["stage"],
            label=stages[person["stage"]],
            touched=escape(ago(person["last_touch_on"], today)),
            between=_between_us(person),
        )
        for person in people
    ]
    return mark_safe("".join(drawn))  # noqa: S308 - escaped above


def _between_us(person: Row) -> str:
    """The most urgent that is open: what is late, what I owe, what I wait for."""
    tone = "late" if person["late"] else "quiet"
    if person["late"]:
        said = ngettext("%d late", "%d late", person["late"]) % person["late"]
    elif person["owed"]:
        said = ngettext("%d promise", "%d promises", person["owed"]) % person["owed"]
    elif person["awaited"]:
        said = _("owes you %d") % person["awaited"]
    else:
        return ""
    return f'<span class="{tone} small nowrap">{escape(said)}</span>'
