"""Found at start by the outbox: importing a file registers its kinds of mail."""

from interviews.mails import offering, planning

__all__ = ["offering", "planning"]
