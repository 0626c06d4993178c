"""The letter that asks for a talk: our drafts with the person's own details, and the hints about a letter as it is typed."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from base.text import fold
from crm.models import Contact
from interviews.debriefing.named import may_name_introducer
from interviews.models import Ask, MayUseName

MOST_WORDS = 75  # product.md rule 4
_JOB_WORDS = re.compile(
    r"\b(jobs?|openings?|positions?|vacanc(?:y|ies)|hiring|hire|recruit(?:ing|ment|er|ers)?|résumés?|resumes?|cv|employ(?:ment|er)?"
    r"|internships?|application|applying)\b",
    re.IGNORECASE,
)
_MINUTES = re.compile(
    r"\b(\d{1,3}|ten|fifteen|twenty|twenty-five|thirty)[\s-]+min(ute)?s?\b|\bhalf an hour\b|\ba quarter of an hour\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Look:
    """What stands out in a letter. Nothing of it is an error."""

    words: int
    job_word: str
    is_question: bool
    has_limit: bool
    named: str = ""  # who sent me, and has not said that I may use the name

    @property
    def is_long(self) -> bool:
        return self.words > MOST_WORDS

    @property
    def count(self) -> str:
        return _("%(words)d of %(most)d words") % {"words": self.words, "most": MOST_WORDS}

    @property
    def faults(self) -> list[str]:
        """The names of the hints. The page sends them back, to tell which of them were shown."""
        is_request = bool(self.words)
        known = {"long": self.is_long, "job": bool(self.job_word)}
        known |= {"question": is_request and not self.is_question, "limit": is_request and not self.has_limit}
        known["name"] = bool(self.named)
        return [fault for fault, is_there in known.items() if is_there]

    @property
    def hints(self) -> list[str]:
        found = []
        if self.is_long:
            over = self.words - MOST_WORDS
            said = ngettext("One word more than they read gladly.", "%(n)d words more than they read gladly.", over)
            found.append(said % {"n": over})
        if self.job_word:
            found.append(
                _("“%(word)s” sounds like a job request. Ask for their view instead; who is asked for a job says no.")
                % {"word": self.job_word}
            )
        if self.words and not self.is_question:
            found.append(_("A request is a question, as in “Would you have 20 minutes?”."))
        if self.words and not self.has_limit:
            found.append(_("Say how long: twenty minutes by phone, thirty in person. It makes a yes easy."))
        if self.named:
            found.append(_("The letter names %(name)s, who has not said yes to that.") % {"name": self.named})
        return found


def look_over(body: str, unnamed: Contact | None = None) -> Look:
    """`unnamed` is who sent me and may not be named."""
    job = _JOB_WORDS.search(body)
    words = re.split(r"[^\w'’-]+", fold(body))
    return Look(
        words=len(body.split()),
        job_word=job[0] if job else "",
        is_question="?" in body or "？" in body,
        has_limit=bool(_MINUTES.search(body)),
        named=unnamed.first_name if unnamed and fold(unnamed.first_name) in words else "",
    )


def subject_for(step: int, last: Ask | None) -> str:
    if last and step > 1:
        return last.subject if last.subject.lower().startswith("re: ") else f"Re: {last.subject}"[:200]
    return _("Twenty minutes of your time?")


def draft(owner: User, contact: Contact, *, step: int, purpose: str) -> str:
    """The text to begin with, which the user changes; well under the length that a busy person reads."""
    known = {
        "name": contact.first_name,
        "me": owner.signature,
        "work": _work(contact),
        "about": _about(purpose),
        "through": _through(contact),
    }
    if step == 1:
        return (
            _(
                "Dear %(name)s,\n\n%(through)s%(work)s, and I would like to understand %(about)s from somebody who knows it "
                "from the inside.\n\nWould you have 20 minutes for a call in the coming weeks, at a time that suits you? I come "
                "prepared, and I keep to the time.\n\nKind regards\n%(me)s"
            )
            % known
        )
    if step == 2:
        return (
            _(
                "Dear %(name)s,\n\na short word again, in case my letter of last week went under: would 20 minutes by phone "
                "suit you some time? I would like to understand %(about)s, and I keep to the time.\n\nKind regards\n%(me)s"
            )
            % known
        )
    return (
        _(
            "Dear %(name)s,\n\nthis is my last word about it, and “not now” is a fine answer. Should 20 minutes suit you later, "
            "may I ask you then about %(about)s?\n\nKind regards\n%(me)s"
        )
        % known
    )


def _work(contact: Contact) -> str:
    organisation = contact.organisation.name if contact.organisation else ""
    role = contact.role if contact.role[1:2].isupper() else contact.role[:1].lower() + contact.role[1:]
    known = {"role": role, "organisation": organisation}
    if role and organisation:
        return _("I read about your work as %(role)s at %(organisation)s") % known
    if role:
        return _("I read about your work as %(role)s") % known
    return _("I read about your work at %(organisation)s") % known if organisation else _("I read about your work")


def _about(purpose: str) -> str:
    line = purpose.strip().splitlines()[0].strip().rstrip(".") if purpose.strip() else ""
    if not line or len(line.split()) > 18:
        return _("your field")
    for begin in ("learn ", "understand ", "find out ", "know "):
        if line.lower().startswith(begin):
            line = line[len(begin) :]
    return line[:1].lower() + line[1:]


def _through(contact: Contact) -> str:
    introducer = contact.introduced_by
    if introducer is None or may_name_introducer(contact) != MayUseName.YES:
        return ""
    return _("%(name)s told me of you. ") % {"name": introducer.name}
