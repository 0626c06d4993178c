#!/usr/bin/env python3
"""Oracle for .ics files that OUR program wrote (iTIP REQUEST / CANCEL / REPLY, or a feed).

  python check_ics.py FILE --kind request|cancel|reply|feed [--minutes 30] [--uid U] [--sequence N]
        [--organizer a@b] [--attendee c@d ...] [--summary TEXT] [--location TEXT] [--start-utc 2026-03-10T13:30:00Z]
        [--previous OLDER.ics] [--allow-floating] [--icaljs DIR] [--json]
  python check_ics.py --self-test

Exit 0 = no errors (warnings allowed), 1 = errors, 2 = cannot run.
Needs: pip install icalendar. Used when present: vobject (pip), ical.js (npm; --icaljs = folder holding node_modules).
The bytes are read by an own small reader first; icalendar, vobject and ical.js then have to agree with it.
"""
import argparse, datetime as dt, json, os, pathlib, re, subprocess, sys, tempfile
from zoneinfo import ZoneInfo
UTC = dt.timezone.utc
TEXT = {"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "X-WR-CALNAME", "X-WR-CALDESC", "NAME"}
ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER",
        "STATUS", "RECURRENCE-ID", "CREATED", "LAST-MODIFIED", "URL", "TRANSP", "CLASS", "PRIORITY", "GEO")

class R:
    def __init__(self): self.e, self.w = [], []
    def err(self, c, m): self.e.append({"code": c, "message": m})
    def warn(self, c, m): self.w.append({"code": c, "message": m})

def split_line(l):
    q = False
    for i, c in enumerate(l):
        if c == '"': q = not q
        elif c == ":" and not q: return l[:i], l[i + 1:]
    return None, None

def params(head):
    parts, cur, q = [], "", False
    for c in head:
        if c == '"': q = not q
        if c == ";" and not q: parts.append(cur); cur = ""
        else: cur += c
    parts.append(cur)
    return parts[0].upper(), [p.split("=", 1) if "=" in p else [p, None] for p in parts[1:]]

def unesc(s): return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) in "nN" else m.group(1), s)

def raw_checks(b, r):
    if b[:3] == b"\xef\xbb\xbf": r.err("BOM", "file starts with a UTF-8 byte order mark"); b = b[3:]
    if not b: r.err("EMPTY", "empty file"); return []
    if re.search(rb"(?<!\r)\n", b): r.err("CRLF", "bare LF found; every line must end CRLF")
    if re.search(rb"\r(?!\n)", b): r.err("CRLF", "bare CR found")
    if not b.endswith(b"\n"): r.err("CRLF", "last line does not end with CRLF")
    try: b.decode("utf-8")
    except UnicodeDecodeError as x: r.err("UTF8", "not valid UTF-8: %s" % x)
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", b): r.err("CONTROL", "control character in the file")
    phys = re.split(rb"\r\n|\n|\r", b)
    if phys and phys[-1] == b"": phys.pop()
    out = []
    for i, l in enumerate(phys, 1):
        if len(l) > 75: r.err("FOLD", "line %d has %d octets (limit 75)" % (i, len(l)))
        if not l.strip(): r.err("BLANK", "line %d is blank" % i); continue
        try: l.decode("utf-8")
        except UnicodeDecodeError: r.warn("FOLDCHAR", "line %d is folded inside a UTF-8 character" % i)
        if l[:1] in (b" ", b"\t"):
            if not out: r.err("FOLD", "first line is a continuation")
            else: out[-1] += l[1:]
        else: out.append(l)
    return [x.decode("utf-8", "replace") for x in out]

def parse(lines, r):
    root = {"n": "ROOT", "p": [], "k": []}; st = [root]
    for l in lines:
        h, v = split_line(l)
        if h is None: r.err("SYNTAX", "no ':' in line %r" % l[:60]); continue
        n, ps = params(h)
        if not re.fullmatch(r"[A-Z0-9-]+", n): r.err("SYNTAX", "bad property name %r" % n[:40])
        P = {}
        for k, x in ps:
            if x is None: r.err("PARAM", "parameter without value in %r" % h[:60]); continue
            k = k.upper()
            if k in P: r.err("PARAM", "parameter %s twice in %s" % (k, n))
            if x.startswith('"') and x.endswith('"') and len(x) > 1: x = x[1:-1]
            elif '"' in x: r.err("PARAM", "stray double quote in parameter %s of %s" % (k, n))
            elif re.search(r"[,]", x) and k in ("CN", "TZID", "DIR", "ALTREP"): r.err("PARAM", "unquoted comma in parameter %s" % k)
            P[k] = x
        if n == "BEGIN": c = {"n": v.strip().upper(), "p": [], "k": []}; st[-1]["k"].append(c); st.append(c)
        elif n == "END":
            if len(st) == 1 or st[-1]["n"] != v.strip().upper(): r.err("NESTING", "END:%s does not match" % v); 
            else: st.pop()
        else: st[-1]["p"].append((n, P, v))
    if len(st) > 1: r.err("NESTING", "component %s not closed" % st[-1]["n"])
    return root

def get(c, n): return [(P, v) for m, P, v in c["p"] if m == n]
def one(c, n): g = get(c, n); return g[0] if g else (None, None)

def when(P, v, tzs, r, what, allow_floating):
    if re.fullmatch(r"\d{8}", v):
        if P.get("VALUE", "").upper() != "DATE": r.err("VALUE", "%s is a date but lacks VALUE=DATE" % what)
        if "TZID" in P: r.err("TZID", "%s: TZID on a date" % what)
        try: return "date", dt.date(int(v[:4]), int(v[4:6]), int(v[6:])), None
        except ValueError: r.err("DATE", "%s: no such date %s" % (what, v)); return None, None, None
    m = re.fullmatch(r"(\d{8}T\d{6})(Z?)", v)
    if not m: r.err("DATE", "%s: bad date-time %r" % (what, v)); return None, None, None
    if P.get("VALUE", "").upper() == "DATE": r.err("VALUE", "%s: VALUE=DATE with a time" % what)
    try: d = dt.datetime.strptime(m.group(1), "%Y%m%dT%H%M%S")
    except ValueError: r.err("DATE", "%s: no such time %s" % (what, v)); return None, None, None
    if m.group(2):
        if "TZID" in P: r.err("TZID", "%s: TZID together with Z" % what)
        return "utc", d, d.replace(tzinfo=UTC)
    if "TZID" not in P:
        (r.warn if allow_floating else r.err)("FLOATING", "%s is a floating time" % what)
        return "floating", d, None
    tz = P["TZID"]
    if tz not in tzs: r.err("VTIMEZONE", "%s uses TZID %r without a VTIMEZONE" % (what, tz))
    off = tzs.get(tz) and vtz_offset(tzs[tz], d)
    try: z = ZoneInfo(tz)
    except Exception: z = None
    if z is not None:
        a = d.replace(tzinfo=z); u = a.astimezone(UTC)
        if u.astimezone(z).replace(tzinfo=None) != d: r.warn("GAP", "%s %s does not exist in %s" % (what, v, tz))
        elif a.utcoffset() != d.replace(tzinfo=z, fold=1).utcoffset(): r.warn("AMBIGUOUS", "%s %s happens twice in %s" % (what, v, tz))
        if off is not None and off != a.utcoffset(): r.err("VTIMEZONE", "%s: VTIMEZONE %s gives offset %s, IANA gives %s" % (what, tz, off, a.utcoffset()))
        return "zoned", d, u
    r.warn("TZNAME", "TZID %r is not an IANA name" % tz)
    return "zoned", d, (d - off).replace(tzinfo=UTC) if off is not None else None

def offs(s):
    m = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", s or "")
    if not m: return None
    t = dt.timedelta(hours=int(m.group(2)), minutes=int(m.group(3)), seconds=int(m.group(4) or 0))
    return -t if m.group(1) == "-" else t

def vtz_offset(z, d):
    """offset of the VTIMEZONE at local time d; RRULE yearly BYMONTH/BYDAY and RDATE only (what programs write)"""
    best = None
    for c in z["k"]:
        _, s = one(c, "DTSTART")
        try: st = dt.datetime.strptime(s, "%Y%m%dT%H%M%S")
        except (TypeError, ValueError): return None
        to, fr = offs(one(c, "TZOFFSETTO")[1]), offs(one(c, "TZOFFSETFROM")[1])
        if to is None or fr is None: return None
        ons = [st]
        for P, v in get(c, "RDATE"):
            for x in v.split(","):
                try: ons.append(dt.datetime.strptime(x[:15], "%Y%m%dT%H%M%S"))
                except ValueError: return None
        _, rr = one(c, "RRULE")
        if rr:
            k = dict(x.split("=", 1) for x in rr.split(";")); until = None
            if k.get("FREQ") != "YEARLY": return None
            if "UNTIL" in k: until = dt.datetime.strptime(k["UNTIL"][:15].rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in k["UNTIL"] else "%Y%m%d") + (fr if k["UNTIL"].endswith("Z") else dt.timedelta())
            for y in (d.year - 1, d.year):
                mth = int(k.get("BYMONTH", st.month)); x = None
                m = re.fullmatch(r"(-?\d)?(MO|TU|WE|TH|FR|SA|SU)", k.get("BYDAY", ""))
                if m:
                    wd = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].index(m.group(2)); n = int(m.group(1) or 1)
                    days = [dt.date(y, mth, q) for q in range(1, 32) if _ok(y, mth, q) and dt.date(y, mth, q).weekday() == wd]
                    if "BYMONTHDAY" in k: days = [q for q in days if q.day in [int(z_) for z_ in k["BYMONTHDAY"].split(",")]]; n = 1
                    x = days[n - 1 if n > 0 else n] if len(days) >= abs(n) else None
                elif "BYDAY" not in k: x = dt.date(y, mth, int(k.get("BYMONTHDAY", st.day)))
                if x:
                    o = dt.datetime.combine(x, st.time())
                    if o >= st and (until is None or o <= until): ons.append(o)
        for o in ons:
            if o <= d and (best is None or o > best[0]): best = (o, to)
    return best[1] if best else None

def _ok(y, m, q):
    try: dt.date(y, m, q); return True
    except ValueError: return False

def dur(s):
    m = re.fullmatch(r"([+-]?)P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)", s or "")
    if not m or not any(m.groups()[1:]): return None
    g = [int(x or 0) for x in m.groups()[1:]]
    t = dt.timedelta(weeks=g[0], days=g[1], hours=g[2], minutes=g[3], seconds=g[4])
    return -t if m.group(1) == "-" else t

def person(P, v, r, what):
    m = re.fullmatch(r"(?i)mailto:([^\s@<>]+@[^\s@<>]+)", v)
    if not m: r.err("CALADDRESS", "%s is not mailto:address but %r" % (what, v)); return None
    if '"' in P.get("CN", ""): r.err("PARAM", "double quote in CN")
    return m.group(1).lower()

def check(b, kind, a):
    r = R(); lines = raw_checks(b, r); root = parse(lines, r)
    cals = [k for k in root["k"] if k["n"] == "VCALENDAR"]
    if len(cals) != 1 or root["p"] or len(root["k"]) != 1: r.err("VCALENDAR", "expected exactly one VCALENDAR, found %d" % len(cals))
    if not cals: return r, {}
    c = cals[0]; info = {"events": []}
    if [v for _, v in get(c, "VERSION")] != ["2.0"]: r.err("VERSION", "VERSION must be 2.0 exactly once")
    if len(get(c, "PRODID")) != 1 or not one(c, "PRODID")[1]: r.err("PRODID", "PRODID must be there exactly once")
    meth = [v for _, v in get(c, "METHOD")]
    want = {"request": ["REQUEST"], "cancel": ["CANCEL"], "reply": ["REPLY"]}.get(kind)
    if want and meth != want: r.err("METHOD", "METHOD is %s, expected %s" % (meth, want))
    if kind == "feed" and meth not in ([], ["PUBLISH"]): r.err("METHOD", "a feed has no METHOD or PUBLISH, found %s" % meth)
    if get(c, "CALSCALE") and one(c, "CALSCALE")[1] != "GREGORIAN": r.err("CALSCALE", "CALSCALE must be GREGORIAN")
    tzs = {}
    for z in c["k"]:
        if z["n"] != "VTIMEZONE": continue
        ids = get(z, "TZID")
        if len(ids) != 1: r.err("VTIMEZONE", "VTIMEZONE needs exactly one TZID"); continue
        if ids[0][1] in tzs: r.err("VTIMEZONE", "VTIMEZONE %s twice" % ids[0][1])
        tzs[ids[0][1]] = z
        if not z["k"]: r.err("VTIMEZONE", "VTIMEZONE %s has no STANDARD or DAYLIGHT" % ids[0][1])
        for s in z["k"]:
            for n in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"):
                if len(get(s, n)) != 1: r.err("VTIMEZONE", "%s in VTIMEZONE %s needs %s once" % (s["n"], ids[0][1], n))
            for n in ("TZOFFSETFROM", "TZOFFSETTO"):
                if get(s, n) and offs(one(s, n)[1]) is None: r.err("VTIMEZONE", "bad %s" % n)
    evs = [k for k in c["k"] if k["n"] == "VEVENT"]
    if not evs: (r.warn if kind == "feed" else r.err)("NOEVENT", "no VEVENT")
    other = {k["n"] for k in c["k"]} - {"VEVENT", "VTIMEZONE"}
    if kind != "feed" and other: r.err("COMPONENT", "an iTIP event message may hold only VEVENT and VTIMEZONE, found %s" % sorted(other))
    def walk(x):
        yield x
        for k in x["k"]: yield from walk(k)
    for x in walk(c):
        for n, P, v in x["p"]:
            if n in TEXT:
                s = re.sub(r"\\[\\;,nN]", "", v)
                if "\\" in s: r.err("ESCAPE", "%s: stray backslash in %r" % (n, v[:60]))
                if re.search(r"[;,]", s): r.err("ESCAPE", "%s: unescaped comma or semicolon in %r" % (n, v[:60]))
            if n == "CATEGORIES" and re.search(r"[;]|\\(?![\\;,nN])", re.sub(r"\\[\\;,nN]", "", v)): r.err("ESCAPE", "CATEGORIES: bad escaping")
            if n == "URL" and not re.match(r"(?i)[a-z][a-z0-9+.-]*:", v): r.err("URL", "URL is not a URI: %r" % v[:60])
    seen = set()
    for i, e in enumerate(evs):
        t = "event %d" % (i + 1); d = {}
        for n in ONCE:
            if len(get(e, n)) > 1: r.err("TWICE", "%s: %s appears %d times" % (t, n, len(get(e, n))))
        uid = one(e, "UID")[1]
        if not uid: r.err("UID", "%s: no UID" % t)
        d["uid"] = uid
        P, v = one(e, "DTSTAMP")
        if v is None: r.err("DTSTAMP", "%s: no DTSTAMP" % t)
        elif not re.fullmatch(r"\d{8}T\d{6}Z", v): r.err("DTSTAMP", "%s: DTSTAMP must be UTC, is %r" % (t, v))
        else:
            d["dtstamp"] = v
            try:
                if dt.datetime.strptime(v, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) > dt.datetime.now(UTC) + dt.timedelta(days=1): r.warn("DTSTAMP", "%s: DTSTAMP lies in the future" % t)
            except ValueError: r.err("DTSTAMP", "%s: bad DTSTAMP" % t)
        for n in ("CREATED", "LAST-MODIFIED"):
            if get(e, n) and not re.fullmatch(r"\d{8}T\d{6}Z", one(e, n)[1]): r.err("UTC", "%s: %s must be UTC" % (t, n))
        P, v = one(e, "DTSTART")
        if v is None: r.err("DTSTART", "%s: no DTSTART" % t); sk = s = su = None
        else: sk, s, su = when(P, v, tzs, r, t + " DTSTART", a.allow_floating)
        P2, v2 = one(e, "DTEND"); _, du = one(e, "DURATION"); secs = None
        if v2 is not None and du is not None: r.err("END", "%s: both DTEND and DURATION" % t)
        if v2 is not None:
            ek, en, eu = when(P2, v2, tzs, r, t + " DTEND", a.allow_floating)
            if (ek == "date") != (sk == "date"): r.err("END", "%s: DTSTART and DTEND are of different kinds" % t)
            elif su and eu: secs = (eu - su).total_seconds()
            elif s is not None and en is not None and sk == ek: secs = (en - s).total_seconds()
            if secs is not None and secs <= 0: r.err("END", "%s: DTEND is not after DTSTART" % t)
        elif du is not None:
            x = dur(du)
            if x is None: r.err("END", "%s: bad DURATION %r" % (t, du))
            else:
                secs = x.total_seconds()
                if secs <= 0: r.err("END", "%s: DURATION not positive" % t)
        elif kind == "request": r.err("END", "%s: neither DTEND nor DURATION" % t)
        d.update(kind=sk, start_utc=su.strftime("%Y-%m-%dT%H:%M:%SZ") if su else None, seconds=secs)
        if a.minutes is not None and kind != "feed" and secs != a.minutes * 60: r.err("LENGTH", "%s lasts %s s, expected %s min" % (t, secs, a.minutes))
        _, q = one(e, "SEQUENCE")
        if q is None:
            if kind == "cancel": r.err("SEQUENCE", "%s: CANCEL needs SEQUENCE" % t)
            elif kind == "request": r.warn("SEQUENCE", "%s: no SEQUENCE (means 0)" % t)
        elif not re.fullmatch(r"\d+", q): r.err("SEQUENCE", "%s: SEQUENCE %r" % (t, q))
        d["sequence"] = int(q) if q and q.isdigit() else 0
        g = get(e, "ORGANIZER"); org = person(*g[0], r, t + " ORGANIZER") if g else None
        at = get(e, "ATTENDEE"); al = [person(P, v, r, t + " ATTENDEE") for P, v in at]
        d.update(organizer=org, attendees=al)
        if kind in ("request", "cancel", "reply") and not g: r.err("ORGANIZER", "%s: no ORGANIZER" % t)
        if kind == "request":
            if not at: r.err("ATTENDEE", "%s: REQUEST without ATTENDEE" % t)
            for P, v in at:
                if P.get("PARTSTAT", "NEEDS-ACTION").upper() == "NEEDS-ACTION" and P.get("RSVP", "").upper() != "TRUE" and v.lower() != (g[0][1].lower() if g else ""): r.warn("RSVP", "%s: %s has no RSVP=TRUE; many clients then show no answer buttons" % (t, v))
            if not get(e, "SUMMARY"): r.err("SUMMARY", "%s: REQUEST needs SUMMARY" % t)
            st = one(e, "STATUS")[1]
            if st and st not in ("TENTATIVE", "CONFIRMED"): r.err("STATUS", "%s: STATUS %s in a REQUEST" % (t, st))
        if kind == "cancel":
            if not get(e, "RECURRENCE-ID") and one(e, "STATUS")[1] != "CANCELLED": r.err("STATUS", "%s: whole event cancelled but STATUS is not CANCELLED" % t)
            if not at: r.warn("ATTENDEE", "%s: CANCEL without ATTENDEE; Outlook and Google want the addressee listed" % t)
            if d["sequence"] == 0: r.warn("SEQUENCE", "%s: CANCEL with SEQUENCE 0; should be higher than the REQUEST" % t)
        if kind == "reply":
            if len(at) != 1: r.err("ATTENDEE", "%s: REPLY has %d ATTENDEEs, must be one" % (t, len(at)))
            elif at[0][0].get("PARTSTAT", "").upper() not in ("ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "COMPLETED", "IN-PROCESS"): r.err("PARTSTAT", "%s: REPLY without an answer" % t)
        for P, v in at:
            if "PARTSTAT" in P and P["PARTSTAT"].upper() not in ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"): r.err("PARTSTAT", "%s: PARTSTAT %s" % (t, P["PARTSTAT"]))
            if "ROLE" in P and P["ROLE"].upper() not in ("CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"): r.err("ROLE", "%s: ROLE %s" % (t, P["ROLE"]))
            if "RSVP" in P and P["RSVP"].upper() not in ("TRUE", "FALSE"): r.err("RSVP", "%s: RSVP %s" % (t, P["RSVP"]))
        if len(al) != len(set(al)): r.err("ATTENDEE", "%s: an attendee is listed twice" % t)
        if kind == "feed" and at: r.warn("PRIVACY", "%s: feed lists attendees; is that meant to be public?" % t)
        ridp, rid = one(e, "RECURRENCE-ID")
        if rid is not None: when(ridp, rid, tzs, r, t + " RECURRENCE-ID", a.allow_floating)
        if (uid, rid) in seen: r.err("UID", "%s: UID %s appears twice without another RECURRENCE-ID" % (t, uid))
        seen.add((uid, rid))
        for P, v in get(e, "RRULE"):
            k = dict(x.split("=", 1) for x in v.split(";") if "=" in x)
            if k.get("FREQ") not in ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"): r.err("RRULE", "%s: FREQ %s" % (t, k.get("FREQ")))
            if "UNTIL" in k and "COUNT" in k: r.err("RRULE", "%s: UNTIL and COUNT" % t)
            if "UNTIL" in k:
                if sk == "date" and "T" in k["UNTIL"]: r.err("RRULE", "%s: UNTIL must be a date" % t)
                if sk in ("zoned", "utc") and not k["UNTIL"].endswith("Z"): r.err("RRULE", "%s: UNTIL must be UTC" % t)
        for P, v in get(e, "EXDATE"):
            for x in v.split(","): when(P, x, tzs, r, t + " EXDATE", a.allow_floating)
        for k in e["k"]:
            if k["n"] != "VALARM": r.err("COMPONENT", "%s holds %s" % (t, k["n"]))
            elif len(get(k, "ACTION")) != 1 or len(get(k, "TRIGGER")) != 1: r.err("VALARM", "%s: VALARM needs ACTION and TRIGGER" % t)
        d["summary"] = unesc(one(e, "SUMMARY")[1] or ""); d["location"] = unesc(one(e, "LOCATION")[1] or "")
        info["events"].append(d)
    if kind in ("request", "cancel", "reply") and len({d["uid"] for d in info["events"]}) > 1: r.err("UID", "several UIDs in one iTIP message")
    used = {P.get("TZID") for x in walk(c) for _, P, _ in x["p"]} - {None}
    for z in set(tzs) - used: r.warn("VTIMEZONE", "VTIMEZONE %s is not used" % z)
    if kind == "feed":
        if not get(c, "X-WR-CALNAME") and not get(c, "NAME"): r.warn("NAME", "feed without X-WR-CALNAME/NAME")
    d = info["events"][0] if info["events"] else {}
    def exp(name, got, wanted):
        if wanted is not None and got != wanted: r.err("EXPECT", "%s is %r, expected %r" % (name, got, wanted))
    if d and kind != "feed":
        exp("UID", d["uid"], a.uid); exp("SEQUENCE", d["sequence"], a.sequence); exp("ORGANIZER", d["organizer"], a.organizer and a.organizer.lower())
        exp("SUMMARY", d["summary"], a.summary); exp("LOCATION", d["location"], a.location); exp("start", d["start_utc"], a.start_utc)
        for x in a.attendee or []:
            if x.lower() not in d["attendees"]: r.err("EXPECT", "ATTENDEE %s is missing" % x)
    if a.previous and d:
        q = R(); old = parse(raw_checks(pathlib.Path(a.previous).read_bytes(), q), q)
        oe = [k for z in old["k"] for k in z["k"] if k["n"] == "VEVENT"]
        if oe:
            if one(oe[0], "UID")[1] != d["uid"]: r.err("UID", "UID changed from %r to %r" % (one(oe[0], "UID")[1], d["uid"]))
            oseq = int(one(oe[0], "SEQUENCE")[1] or 0); moved = (one(oe[0], "DTSTART")[1], one(oe[0], "DTEND")[1]) != (one(evs[0], "DTSTART")[1], one(evs[0], "DTEND")[1])
            if (moved or kind == "cancel") and d["sequence"] <= oseq: r.err("SEQUENCE", "SEQUENCE must grow (was %d, is %d)" % (oseq, d["sequence"]))
            if d["sequence"] < oseq: r.err("SEQUENCE", "SEQUENCE went back")
            if (d.get("dtstamp") or "") < (one(oe[0], "DTSTAMP")[1] or ""): r.err("DTSTAMP", "DTSTAMP is older than before")
            if person(*one(oe[0], "ORGANIZER"), R(), "") != d["organizer"] if get(oe[0], "ORGANIZER") else False: r.err("ORGANIZER", "ORGANIZER changed")
    others(b, info, r, a)
    return r, info

def others(b, info, r, a):
    info["parsers"] = ["own"]
    try:
        import icalendar
        try:
            cal = icalendar.Calendar.from_ical(b); es = list(cal.walk("VEVENT")); info["parsers"].append("icalendar")
            for e in cal.walk():
                if getattr(e, "errors", None): r.err("ICALENDAR", "icalendar reports %s" % e.errors)
            if len(es) != len(info["events"]): r.err("ICALENDAR", "icalendar finds %d events, own reader %d" % (len(es), len(info["events"])))
            for d, e in zip(info["events"], es):
                if str(e.get("summary", "")) != d["summary"]: r.err("ICALENDAR", "SUMMARY reads %r / %r" % (str(e.get("summary", "")), d["summary"]))
                if str(e.get("uid", "")) != (d["uid"] or ""): r.err("ICALENDAR", "UID differs")
                try:
                    s = e["DTSTART"].dt
                    if d["start_utc"] and s.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") != d["start_utc"]: r.err("ICALENDAR", "start differs: %s" % s)
                    if d["seconds"] is not None and "DTEND" in e and isinstance(s, dt.datetime) and s.tzinfo and (e["DTEND"].dt.astimezone(UTC) - s.astimezone(UTC)).total_seconds() != d["seconds"]: r.err("ICALENDAR", "length differs")
                except Exception as x: r.err("ICALENDAR", "DTSTART/DTEND unreadable: %s" % x)
        except Exception as x: r.err("ICALENDAR", "icalendar cannot read it: %s" % x)
    except ImportError: r.warn("TOOL", "icalendar is not installed: second opinion missing")
    try:
        import vobject
        try:
            v = vobject.readOne(b.decode("utf-8", "replace")); n = len(v.contents.get("vevent", [])); info["parsers"].append("vobject")
            if n != len(info["events"]): r.err("VOBJECT", "vobject finds %d events" % n)
        except Exception as x: r.err("VOBJECT", "vobject cannot read it: %s" % str(x)[:100])
    except ImportError: pass
    if a.icaljs:
        js = """import {createRequire} from 'module'; import fs from 'fs'; import {pathToFileURL} from 'url';
const req=createRequire(process.argv[1]+'/x.js'); const I=(await import(pathToFileURL(req.resolve('ical.js')).href)).default;
const c=new I.Component(I.parse(fs.readFileSync(process.argv[2],'utf8'))); for(const z of c.getAllSubcomponents('vtimezone')) I.TimezoneService.register(new I.Timezone(z));
console.log(JSON.stringify(c.getAllSubcomponents('vevent').map(v=>{const e=new I.Event(v,{strictExceptions:false}); const s=e.startDate,n=e.endDate; return {uid:e.uid,summary:e.summary||'',start:s.isDate?null:(s.zone&&s.zone.tzid==='floating'?null:s.toJSDate().toISOString().replace('.000Z','Z')),dur:n?n.subtractDateTz(s).toSeconds():null,att:e.attendees.length}})));"""
        with tempfile.NamedTemporaryFile(suffix=".ics") as f:
            f.write(b); f.flush()
            p = subprocess.run(["node", "--input-type=module", "-e", js, os.path.abspath(a.icaljs), f.name], capture_output=True, text=True, timeout=60)
        if p.returncode: r.err("ICALJS", "ical.js cannot read it: %s" % (p.stderr.strip().splitlines() or ["?"])[-1][:120] if "Error" not in p.stderr else re.search(r".*Error.*", p.stderr).group(0)[:160])
        else:
            info["parsers"].append("ical.js"); es = json.loads(p.stdout)
            if len(es) != len(info["events"]): r.err("ICALJS", "ical.js finds %d events" % len(es))
            for d, e in zip(info["events"], es):
                for k, x, y in (("uid", e["uid"], d["uid"]), ("summary", e["summary"], d["summary"]), ("attendees", e["att"], len(d["attendees"]))):
                    if x != y: r.err("ICALJS", "%s: ical.js %r, own %r" % (k, x, y))
                if d["start_utc"] and e["start"] and e["start"] != d["start_utc"]: r.err("ICALJS", "start: ical.js %s, own %s" % (e["start"], d["start_utc"]))
                if d["seconds"] is not None and e["dur"] is not None and e["dur"] != d["seconds"]: r.err("ICALJS", "length: ical.js %s, own %s" % (e["dur"], d["seconds"]))

GOOD = ("BEGIN:VCALENDAR\r\nPRODID:-//CRM//EN\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
        "BEGIN:VEVENT\r\nUID:1@crm.example\r\nDTSTAMP:20260101T000000Z\r\nSEQUENCE:0\r\nDTSTART;TZID=Europe/Berlin:20260310T093000\r\nDTEND;TZID=Europe/Berlin:20260310T100000\r\nSUMMARY:Kaffee\\, Tee\\; „Öl“ \\\\ Test\r\nORGANIZER;CN=CRM:mailto:crm@example.com\r\nATTENDEE;CN=\"Größl, Käthe\";PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:k\r\n aethe@example.de\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")

def self_test(a):
    def go(t, kind="request", **kw):
        n = argparse.Namespace(**vars(a)); n.minutes = 30
        for k, v in kw.items(): setattr(n, k, v)
        r, _ = check(t if isinstance(t, bytes) else t.encode(), kind, n); return {x["code"] for x in r.e}
    bad = []
    g = go(GOOD, start_utc="2026-03-10T08:30:00Z", summary="Kaffee, Tee; „Öl“ \\ Test", attendee=["kaethe@example.de"])
    if g: bad.append(("good file refused", g))
    C = GOOD.replace("METHOD:REQUEST", "METHOD:CANCEL").replace("SEQUENCE:0", "SEQUENCE:1").replace("STATUS:CONFIRMED", "STATUS:CANCELLED")
    if go(C, "cancel"): bad.append(("good cancel refused", go(C, "cancel")))
    F = GOOD.replace("METHOD:REQUEST\r\n", "X-WR-CALNAME:x\r\n")
    if go(F, "feed"): bad.append(("good feed refused", go(F, "feed")))
    for code, t in [("CRLF", GOOD.replace("\r\n", "\n")), ("CRLF", GOOD[:-2]), ("FOLD", GOOD.replace("k\r\n aethe", "k" + "x" * 40)), ("METHOD", GOOD.replace("METHOD:REQUEST\r\n", "")), ("VERSION", GOOD.replace("VERSION:2.0\r\n", "")), ("PRODID", GOOD.replace("PRODID:-//CRM//EN\r\n", "")), ("UID", GOOD.replace("UID:1@crm.example\r\n", "")), ("DTSTAMP", GOOD.replace("DTSTAMP:20260101T000000Z\r\n", "")), ("DTSTAMP", GOOD.replace("20260101T000000Z", "20260101T000000")), ("VTIMEZONE", re.sub(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r\n", "", GOOD, flags=re.S)), ("VTIMEZONE", GOOD.replace("+0100", "+0000")), ("LENGTH", GOOD.replace("T100000", "T103000")), ("END", GOOD.replace("DTEND;TZID=Europe/Berlin:20260310T100000", "DTEND;TZID=Europe/Berlin:20260310T090000")), ("END", GOOD.replace("STATUS:", "DURATION:PT30M\r\nSTATUS:")), ("FLOATING", GOOD.replace(";TZID=Europe/Berlin:2026", ":2026")), ("ESCAPE", GOOD.replace("\\,", ",")), ("ESCAPE", GOOD.replace("\\\\ Test", "\\ Test")), ("ORGANIZER", GOOD.replace("ORGANIZER;CN=CRM:mailto:crm@example.com\r\n", "")), ("CALADDRESS", GOOD.replace("mailto:crm@", "crm@")), ("ATTENDEE", re.sub(r"ATTENDEE.*?example.de\r\n", "", GOOD, flags=re.S)), ("PARAM", GOOD.replace('"Größl, Käthe"', "Größl, Käthe")), ("SEQUENCE", GOOD.replace("SEQUENCE:0", "SEQUENCE:a")), ("TWICE", GOOD.replace("SEQUENCE:0", "UID:2@x\r\nSEQUENCE:0")), ("NESTING", GOOD.replace("END:VEVENT\r\n", "")), ("BOM", "\ufeff" + GOOD), ("UTF8", GOOD.encode().replace("Ö".encode(), b"\xd6")), ("STATUS", GOOD.replace("CONFIRMED", "CANCELLED")), ("TZID", GOOD.replace("T093000\r\n", "T093000Z\r\n")), ("DATE", GOOD.replace("20260310T093000", "20260230T093000")), ("CONTROL", GOOD.replace("Kaffee", "Kaf\x07fee")), ("VALUE", GOOD.replace("DTSTART;TZID=Europe/Berlin:20260310T093000", "DTSTART:20260310")), ("BLANK", GOOD.replace("STATUS:", "\r\nSTATUS:"))]:
        g = go(t)
        if code not in g: bad.append((code, g))
    with tempfile.NamedTemporaryFile(suffix=".ics") as f:
        f.write(GOOD.encode()); f.flush()
        if "SEQUENCE" not in go(GOOD.replace("T100000", "T101500").replace("T093000", "T094500"), previous=f.name): bad.append(("moved without SEQUENCE", ()))
        if "UID" not in go(GOOD.replace("1@crm", "2@crm"), previous=f.name): bad.append(("UID changed", ()))
    for x in bad: print("SELF-TEST FAIL", x)
    print("self-test:", "FAILED" if bad else "ok"); return 1 if bad else 0

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("file", nargs="?"); p.add_argument("--kind", choices=["request", "cancel", "reply", "feed"], default="request")
    p.add_argument("--minutes", type=float); p.add_argument("--uid"); p.add_argument("--sequence", type=int); p.add_argument("--organizer"); p.add_argument("--attendee", action="append")
    p.add_argument("--summary"); p.add_argument("--location"); p.add_argument("--start-utc", dest="start_utc"); p.add_argument("--previous"); p.add_argument("--allow-floating", action="store_true")
    p.add_argument("--icaljs"); p.add_argument("--json", action="store_true"); p.add_argument("--self-test", action="store_true")
    a = p.parse_args()
    if a.self_test: sys.exit(self_test(a))
    if not a.file: p.print_usage(); sys.exit(2)
    r, info = check(open(a.file, "rb").read() if a.file != "-" else sys.stdin.buffer.read(), a.kind, a)
    if a.json: print(json.dumps({"ok": not r.e, "errors": r.e, "warnings": r.w, **info}, ensure_ascii=False, indent=1))
    else:
        for x in r.e: print("ERROR  %-11s %s" % (x["code"], x["message"]))
        for x in r.w: print("warn   %-11s %s" % (x["code"], x["message"]))
        print("%s: %d errors, %d warnings; %d events; read by %s" % ("OK" if not r.e else "NOT OK", len(r.e), len(r.w), len(info.get("events", [])), ", ".join(info.get("parsers", []))))
    sys.exit(1 if r.e else 0)
if __name__ == "__main__": main()
