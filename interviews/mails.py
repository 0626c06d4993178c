"""Found at start by the outbox: importing these registers their kinds of mail, planners and forecasts."""

from interviews.asking import mails as asking
from interviews.offering import mails as offering
from interviews.planning import mails as planning
from interviews.preparing import mails as preparing
from interviews.replying import mails as replying
from interviews.thanking import mails as thanking

__all__ = ["asking", "offering", "planning", "preparing", "replying", "thanking"]
