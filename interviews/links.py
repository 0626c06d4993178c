"""Private links for contacts: the page of an offer. 128 bits nobody can guess; the database holds only their hash."""

import base64
import hashlib
import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.crypto import salted_hmac

from base import private_links

BITS = 128

_ANSWER = Signer(salt="interviews.answer", sep=".")


def new_secret(uid: uuid.UUID) -> str:
    """What the link to the offer of this `uid` ends in. Derived with the server's key, so that a later mail can say it
    again while a copy of the database alone opens nothing."""
    return _secret(uid, settings.SECRET_KEY)


def secret_of(uid: uuid.UUID, secret_hash: str) -> str:
    """The link's secret again, also after the key was changed; empty when that key is gone."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        found = _secret(uid, key)
        if hash_of(found) == secret_hash:
            return found
    return ""


def hash_of(secret: str) -> str:
    """What is stored and looked up: a unique index over hashes tells nothing by its timing."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def offer_path(secret: str) -> str:
    return reverse("guest_offer", args=[secret])


def offer_url(secret: str) -> str:
    return settings.SITE_URL + offer_path(secret) if secret else ""


def answer_url(uid: uuid.UUID, sequence: int, answer: str) -> str:
    """ "yes" or "no" to one invitation, for a mail program that cannot answer it itself."""
    return str(settings.SITE_URL) + reverse(f"guest_{answer}", args=[_ANSWER.sign(f"{uid.hex}~{sequence}")])


def read_answer(token: str) -> tuple[uuid.UUID, int] | None:
    """Which invitation the link belongs to: the interview and the SEQUENCE; None when it was never ours."""
    try:
        hexed, sequence = _ANSWER.unsign(token).split("~")
    except BadSignature:
        return None
    return uuid.UUID(hexed), int(sequence)


def press_for(secret: str) -> str:
    """What a page puts into its form, and a POST gives back: shows that somebody has opened the page and pressed."""
    return private_links.press_for(secret)


def is_pressed(secret: str, proof: str) -> bool:
    return private_links.is_pressed(secret, proof)


def _secret(uid: uuid.UUID, key: str) -> str:
    digest = salted_hmac("interviews.offer", uid.hex, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[: BITS // 8]).rstrip(b"=").decode()
