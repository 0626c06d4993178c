from allauth.account.utils import get_next_redirect_url
from django.conf import settings as django_settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as django_csrf_failure
from django.views.decorators.cache import never_cache

from accounts import demo
from accounts.forms import DemoForm, SettingsForm
from accounts.http import OwnerRequest, require_form, tell
from accounts.models import User
from base.clock import write_time
from base.owned import Stale
from base.zones import city


@require_form
def settings(request: OwnerRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=user, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            if changed := form.changed_settings:
                user.keep_settings(changed, now, form.seen)
                tell(request, _what_changed(user, changed))
        except Stale:
            user.refresh_from_db()
            form.show_stale(user.version, SettingsForm(instance=user, now=now).initial)
        if not form.differences:  # saved; or by the first of two taps
            return redirect("settings")
    return render(request, "accounts/settings.html", {"form": form})


def _what_changed(user: User, changed: list[str]) -> str:
    """One sentence for the most telling of the changes."""
    if "time_zone" in changed:
        return _("Your zone changed to %(city)s. No date has moved.") % {"city": city(user.time_zone)}
    if "wants_reminders" in changed:
        return _("Reminders are on.") if user.wants_reminders else _("Reminders are off.")
    if "mail_at" in changed:
        return _("Reminders come at %(time)s.") % {"time": write_time(user.mail_at)}
    return _("You are %(name)s now.") % {"name": user.name} if "name" in changed and user.name else _("Kept.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Signing in makes the page's token a new one: a second tap on "Sign in" comes too late, and has nothing left to do."""
    if request.user.is_authenticated and request.path.startswith(reverse("account_login")):
        return redirect(get_next_redirect_url(request) or "today")
    return django_csrf_failure(request, reason)


@login_not_required
@never_cache
@require_form
def demo_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button, POST signs in once: whoever merely follows the link changes nothing."""
    if django_settings.PRODUCTION:
        raise Http404
    user, now = demo.user_of(token), timezone.now()
    if user and request.method == "POST" and demo.use_up(user, now):
        form = DemoForm(request.POST)
        login(request, user)
        if form.is_valid():
            user.time_zone = form.cleaned_data["time_zone"]
            user.twelve_hours = form.cleaned_data["twelve_hours"] == "yes"
            user.keep_settings(["time_zone", "twelve_hours"], now)
        return redirect("today")
    response = render(request, "accounts/demo_sign_in.html", {"works": bool(user), "form": DemoForm()})
    # the link stays out of the referrer; under no-referrer browsers send `Origin: null`, which the CSRF check refuses
    response["Referrer-Policy"] = "strict-origin"
    return response
