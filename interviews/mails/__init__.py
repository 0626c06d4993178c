"""Found at start by the outbox: importing a file registers its kinds of mail."""

from interviews.mails import holding, offering, planning, preparing

__all__ = ["holding", "offering", "planning", "preparing"]
