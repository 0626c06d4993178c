"""Countries whose holidays are known, by their two letters."""

from functools import cache

from holidays import registry

from base.text import fold
from base.zones import countries

# where GeoNames writes them otherwise
_AS_SAID = {
    "AQ": "Antarctica",
    "AX": "Åland Islands",
    "BL": "Saint Barthélemy",
    "BQ": "Bonaire, Sint Eustatius and Saba",
    "CD": "Congo (Kinshasa)",
    "CG": "Congo (Brazzaville)",
    "CW": "Curaçao",
    "IO": "British Indian Ocean Territory",
    "NL": "Netherlands",
    "PS": "Palestine",
    "RE": "Réunion",
    "ST": "São Tomé and Príncipe",
    "TK": "Tokelau",
    "TL": "Timor-Leste",
}


@cache
def country_names() -> dict[str, str]:
    """{"NZ": "New Zealand", ...}, in the order of their names, as people spell them."""
    codes = {codes[1] for codes in registry.COUNTRIES.values()}
    names = {code: name for code, name in {**countries(), **_AS_SAID}.items() if code in codes}
    return dict(sorted(names.items(), key=lambda pair: fold(pair[1])))
