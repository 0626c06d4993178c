"""Found at start by the outbox: importing a file registers its kinds of mail."""

from interviews.mails import asking, confirming, foreseeing, holding, offering, planning, preparing, replying

__all__ = ["asking", "confirming", "foreseeing", "holding", "offering", "planning", "preparing", "replying"]
