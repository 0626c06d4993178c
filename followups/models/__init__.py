"""Promises, and their kinds, in two files."""

from followups.models.kinds import Kind, PromiseState, Whose
from followups.models.promise import CHECK_IN_AFTER, DUE_WITHOUT_A_DATE, LONGEST, Promise, PromiseQuerySet

__all__ = [
    "CHECK_IN_AFTER",
    "DUE_WITHOUT_A_DATE",
    "LONGEST",
    "Kind",
    "Promise",
    "PromiseQuerySet",
    "PromiseState",
    "Whose",
]
