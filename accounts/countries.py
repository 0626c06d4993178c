"""Countries whose holidays are known, by their two letters."""

import re
from functools import cache

from holidays import registry

_SMALL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def country_names() -> dict[str, str]:
    """{"NZ": "New Zealand", ...}, in the order of their names."""
    names = {codes[1]: _SMALL.sub(" ", codes[0]).replace(" And ", " and ") for codes in registry.COUNTRIES.values()}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))
