"""What a program, a bad day or an enemy may put into a field."""

LINKS = ["http://[", "//[::1", "http://x.example:99999999/"]
NUMBERS = [str(10**18), str(10**19), "999999"]
# taken by many a field, and then stored, counted with or compared in the database
TAKEN = [
    "half a pair \ud800",
    "w" * 250,
    "ﷺ" * 100,  # eighteen letters each when folded
    f"{'İ' * 149} {'Å' * 149}",
    f"example.org/{'a' * 481}",
    f"example.org/{'a' * 488}",
    "https://bank.example@evil.example/",
    *("0001-01-01", "9999-12-31", "9999-12-31T23:59", "31 december 9999", "in 99999 weeks", "23:59"),
    *NUMBERS,
    '"a b"@x.example; b@x.example',
    "! call friday\n" * 60,
]
REFUSED = [
    "",
    "a\0b",
    "\u202egnp.exe\u2066",
    "\u200b\u3164\u2060",
    "w" * 5000,
    "🏳️‍🌈" * 90,
    "%s %(name)s {0} {name} {{ x }} \\ ' \" <b",
    "a@" + "é" * 250 + ".example",
    *LINKS,
    *("0000-00-00", "0001-01-01T00:00", "1 january 0001", "in 999999999999 years", "24:00"),
    *("9999-12-31T23:59:59-12:00~1", "0001-01-01T00:00:00+12:00~1", "2026-11-29T12:00:00~x"),
    *("-1", "9" * 4400, "1e400", "NaN", "²", "٣"),
    *(f"t{10**19}", f"1,{10**19},²", f"{10**19}-months", "²-weeks"),
    *("Europe", "../../etc/passwd", "[]", "00000000-0000-0000-0000-000000000000"),  # a zone, JSON, a key
]
# for what is chosen or hidden, not typed: versions, keys, cursors, where to go next
HIDDEN = [
    *("a\0b", "half a pair \ud800", "http://[", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00~1"),
    *(str(10**18), str(10**19), "9" * 4400, "²", "w" * 5000, "Europe"),
]
# read or refused by our own code, before any database hears of it
READ_BEFORE = {
    *("http://[", "9" * 4400, "²", "Europe", "https://bank.example@evil.example/", '"a b"@x.example; b@x.example'),
    *("31 december 9999", "in 99999 weeks", "23:59", "! call friday\n" * 60),
}
