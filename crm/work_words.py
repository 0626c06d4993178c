"""Words by which a role or an organisation is known."""

import re

from base.text import fold

TITLES = frozenset(
    (
        *("academic", "accountant", "administrator", "adviser", "advisor", "analyst", "architect", "artist"),
        *("assistant", "associate", "attorney", "author", "buyer", "cardiologist", "chair", "chairman", "chairwoman"),
        *("chef", "chief", "clerk", "coach", "co-founder", "cofounder", "consultant", "controller", "coordinator"),
        *("counsel", "curator", "dean", "deputy", "designer", "developer", "director", "doctor", "economist"),
        *("editor", "engineer", "entrepreneur", "executive", "expert", "fellow", "founder", "freelance", "freelancer"),
        *("general", "geologist", "head", "hydrologist", "intern", "investor", "journalist", "judge", "junior"),
        *("lawyer", "lead", "lecturer", "librarian", "manager", "marketer", "mayor", "nurse", "officer", "owner"),
        *("partner", "photographer", "physician", "pilot", "planner", "postdoc", "president", "principal", "producer"),
        *("product", "professor", "programmer", "recruiter", "reporter", "representative", "researcher", "sales"),
        *("scientist", "secretary", "senior", "software", "specialist", "staff", "strategist", "student"),
        *("supervisor", "surgeon", "teacher", "technician", "trainee", "translator", "treasurer", "trustee", "vice"),
        *("writer", "leiter", "leiterin", "directeur", "directrice", "direttore", "gerente"),
    )
)
SHORT_TITLES = frozenset(
    ("ceo", "cfo", "cio", "cmo", "coo", "cpo", "cro", "cso", "cto", "evp", "gm", "md", "pm", "svp", "vp")
)
ORGANISATION = re.compile(
    r"\b(?:ag|agency|academy|association|authority|bank|bureau|bv|centre|charity|co|college|company|corp|corporation|council"
    r"|department|fund|foundation|gmbh|group|holding|holdings|hospital|inc|institute|institut|kg|lab|laboratory|labs|limited|llc|llp|ltd"
    r"|ministry|museum|network|ngo|oy|plc|partners|press|sarl|school|society|srl|studio|studios|trust|union|universidad|universität"
    r"|université|university|ventures|verlag)\b\.?|\w &|\w\+\w",
    re.IGNORECASE,
)


def is_role(words: str) -> bool:
    return any(is_role_word(word) for word in words.split())


def is_role_word(word: str) -> bool:
    plain = word.casefold().strip(".,")
    return plain in TITLES or plain in SHORT_TITLES


def is_body(words: str) -> bool:
    """Bank of America, Head of Policy"""
    return bool(ORGANISATION.search(words)) or is_role(words)


def is_company(words: str, email: str) -> bool:
    """By a word that companies have in their names, or by the address of the person."""
    return bool(ORGANISATION.search(words)) or fold(words).replace(" ", "") in fold(email.rpartition("@")[2])
