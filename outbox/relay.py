"""The breaker: while the mail server as a whole fails, nobody asks it, and no mail is blamed."""

from datetime import datetime, timedelta

from outbox.models import RELAY, Relay
from outbox.timing import Moment, Timings

LONGEST = timedelta(seconds=Timings.breaker_most)


def state() -> Relay:
    return Relay.objects.filter(pk=RELAY).first() or Relay(pk=RELAY)


def is_shut(relay: Relay, now: datetime) -> bool:
    """Believed for as long as it is ever shut: further ahead a clock was wrong when it was written."""
    return relay.shut_until is not None and now < relay.shut_until <= now + LONGEST


def trip(moment: Moment, relay: Relay, error: str, timings: Timings) -> timedelta:
    """One more failure in a row, and how long to leave it alone. Of several workers who saw it the first one counts."""
    now = moment.now()
    pause = timedelta(seconds=min(timings.breaker_most, timings.breaker_first * 2.0 ** min(relay.failures, 20)))
    Relay.objects.get_or_create(pk=RELAY)
    Relay.objects.filter(pk=RELAY, failures=relay.failures).update(
        failures=relay.failures + 1,
        shut_until=now + pause,
        last_error=error,
        failing_since=relay.failing_since or now,
        failed_at=now,
    )
    return pause


def open_for_a_try() -> None:
    """By hand: the next drain asks the server once, and shuts it again when it still fails."""
    Relay.objects.filter(pk=RELAY).update(shut_until=None)


def mend(relay: Relay) -> None:
    """It took a mail: all is well again."""
    if relay.failures:
        Relay.objects.filter(pk=RELAY).update(failures=0, shut_until=None, failing_since=None)
        relay.failures = 0
