"""What kinds of promises there are, whose they are, and what becomes of them."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class Whose(models.TextChoices):
    MINE = "mine", _("I owe")
    THEIRS = "theirs", _("they owe")


class Kind(models.TextChoices):
    ARTICLE = "article", _("article")
    INTRODUCTION = "introduction", _("introduction")
    CONTACT = "contact", _("contact someone")
    THANK_YOU = "thank_you", _("thank-you")
    CHECK_IN = "check_in", _("check-in")
    OTHER = "other", _("other")

    @classmethod
    def guess(cls, what: str) -> "Kind":
        """What kind a promise is, by its words: the first sign that fits."""
        return next((kind for kind, sign in SIGNS if sign.search(what)), cls.OTHER)


SIGNS = [
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (Kind.THANK_YOU, r"\b(thank|thanks|thank-you)\b"),
        (Kind.INTRODUCTION, r"\b(introduc\w*|intro|connect \S+ (to|with)|put \S+ in touch)\b"),
        (Kind.CHECK_IN, r"\b(check in|check-in|ask how|tell .* what came|report back|let .* know)\b"),
        (
            Kind.ARTICLE,
            r"\b(articles?|papers?|links?|books?|decks?|slides|report|reading list|studies|study|pdf|post|chapter)\b",
        ),
        (Kind.CONTACT, r"\b(contact|call|ring|phone|e-?mail|write to|message|speak to|speak with|talk to|ask)\b"),
    )
]


class PromiseState(models.TextChoices):
    OPEN = "open", _("open")
    KEPT = "kept", _("kept")
    LET_GO = "let_go", _("let go")
