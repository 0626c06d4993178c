"""Found at start by the outbox: importing a file registers its kinds of mail."""

from interviews.mails import confirming, holding, offering, planning, preparing

__all__ = ["confirming", "holding", "offering", "planning", "preparing"]
