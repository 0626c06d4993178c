"""The sign-in link of the demo account: signed, for one sign-in, for a day."""

from datetime import datetime, timedelta

from django.core import signing

from accounts.models import User

EMAIL = "demo@keepword.example"
LASTS = timedelta(hours=24)
_SALT = "keepword.demo"


def make_token(user: User) -> str:
    """Bound to the last sign-in: once anybody signs in to the demo account, every link made before has ended."""
    return signing.dumps(_seen(user), salt=_SALT)


def user_of(token: str) -> User | None:
    """The demo account, while this link still opens it."""
    try:
        seen = signing.loads(token, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(email=EMAIL, is_active=True).first()
    return user if user and seen == _seen(user) else None


def use_up(user: User, now: datetime) -> bool:
    """Ends the link. Of two who press the button at once, one gets True."""
    return User.objects.filter(pk=user.pk, last_login=user.last_login).update(last_login=now) == 1


def _seen(user: User) -> str:
    return user.last_login.isoformat() if user.last_login else ""
