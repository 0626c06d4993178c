"""What a toast says after each verb: what became of the interview, and what the contact hears of it."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews.models import Interview
from interviews.planning.contact_mail import Told


def _known(interview: Interview) -> dict[str, str]:
    seconds = settings.INVITATION_DELAY
    when = ngettext("in %(n)d second", "in %(n)d seconds", seconds) % {"n": seconds}
    return {"name": interview.contact.first_name, "when": when}


def planned(interview: Interview) -> str:
    if interview.invited_email:
        return _("Planned. %(name)s gets an invitation %(when)s.") % _known(interview)
    return _("Planned. Nothing is sent to %(name)s.") % _known(interview)


def changed(interview: Interview, told: Told) -> str:
    known = _known(interview)
    if told.cancels and told.invites:
        return _("Changed. The new address gets an invitation %(when)s, the old one a cancellation.") % known
    if told.cancels:
        return _("Changed. The old address gets a cancellation %(when)s.") % known
    if told.invites and told.is_update:
        return _("Changed. %(name)s hears of it %(when)s.") % known
    if told.invites:
        return _("Changed. %(name)s gets one invitation, as it stands now, %(when)s.") % known
    return _("Saved.")


def cancelled(interview: Interview, told: Told) -> str:
    if told.cancels:
        return _("Cancelled. %(name)s gets a cancellation %(when)s.") % _known(interview)
    return _("Cancelled. Nothing was sent to %(name)s.") % _known(interview)


def planned_again(interview: Interview, told: Told) -> str:
    if told.invites:
        return _("Planned again. %(name)s gets an invitation %(when)s.") % _known(interview)
    return _("Planned again. Nothing was sent to %(name)s.") % _known(interview)


def invited(interview: Interview, told: Told) -> str:
    if told.invites:
        return _("%(name)s gets an invitation %(when)s.") % _known(interview)
    return _("Nothing is sent: there is no address for %(name)s that a mail could go to.") % _known(interview)


def held(interview: Interview, told: object) -> str:
    return _("You talked with %(name)s.") % _known(interview)


def no_show(interview: Interview, told: object) -> str:
    return _("The talk with %(name)s did not take place.") % _known(interview)


def open_again(interview: Interview, told: object) -> str:
    return _("The talk with %(name)s is planned again.") % _known(interview)
