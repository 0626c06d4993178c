"""Found at start by the outbox: importing a file registers its kinds of mail."""

from interviews.mails import planning

__all__ = ["planning"]
