#!/usr/bin/env python3
"""Writes timestamps.json: which texts are a date and time of RFC 3339, and which instant they mean. Read here a second time,
with a regular expression and Python's calendar.

Run it in this folder: python3 timestamps.py > timestamps.json
"""
import calendar, datetime, json, random, re
from fractions import Fraction

SYNTAX = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
                    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\Z", re.ASCII)
MAXIMUM_FRACTION_DIGITS = 32


def instant(text):
    """The seconds since 1970, exactly; or why there is none."""
    found = SYNTAX.match(text)
    if not found:
        return "syntax"
    year, month, day, hour, minute, second = (int(found[index]) for index in range(1, 7))
    if not 1 <= month <= 12 or not 1 <= day <= (29 if month == 2 and calendar.isleap(year) else calendar.mdays[month]):
        return "no such day"
    if hour > 23 or minute > 59 or second > 60:
        return "no such time"
    if second == 60:
        return "leap second"
    if len(found[7] or "") > MAXIMUM_FRACTION_DIGITS:
        return "fraction too long"
    offset = 0
    if found[8]:
        hours, minutes = int(found[9]), int(found[10])
        if hours > 23 or minutes > 59:
            return "no such offset"
        offset = (hours * 60 + minutes) * (60 if found[8] == "+" else -60)
    # Python's calendar has no year 0. Every 400 years it is the same again, 146,097 days later.
    shift = 1 if year == 0 else 0
    days = datetime.date(year + 400 * shift, month, day).toordinal() - 146_097 * shift
    days -= datetime.date(1970, 1, 1).toordinal()
    seconds = Fraction(((days * 24 + hour) * 60 + minute) * 60 + second - offset)
    return seconds + (Fraction(int(found[7]), 10 ** len(found[7])) if found[7] else 0)


def decimal(value):
    """A fraction whose denominator is a power of ten, in digits."""
    sign, value = ("-" if value < 0 else ""), abs(value)
    whole, rest = divmod(value, 1)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, 1)
        digits += str(digit)
    return sign + str(whole) + ("." + digits if digits else "")


vectors = []


def vector(text):
    if any(entry["text"] == text for entry in vectors):
        return
    result = instant(text)
    if isinstance(result, str):
        vectors.append({"text": text, "refused": result})
    else:
        vectors.append({"text": text, "instant": decimal(result)})


REFUSED = [
    "", " ", "nan", "inf", "-1", "0", "1714813200", "1e400", "now", "T", "Z", "2024", "2024-03-21", "15:30:00Z",
    "2024-03-21T15:30:00", "2024-03-21T15:30Z", "2024-03-21T15:30:0Z", "2024-03-21T15:30:00ZZ", "2024-03-21T15:30:00Z ",
    " 2024-03-21T15:30:00Z", "2024-03-21T15:30:00Z\n", "2024-03-21 15:30:00Z", "2024-03-21_15:30:00Z",
    "2024-03-21T15:30:00.Z", "2024-03-21T15:30:00.", "2024-03-21T15:30:00,5Z", "2024-03-21T15:30:00.5",
    "2024-03-21T15:30:00.5.5Z", "2024-03-21T15:30:00.+5Z", "2024-03-21T15:30:00.5e3Z", "2024-03-21T15:30:00+00",
    "2024-03-21T15:30:00+0000", "2024-03-21T15:30:00+00:00Z", "2024-03-21T15:30:00+24:00", "2024-03-21T15:30:00+00:60",
    "2024-03-21T15:30:00+1:00", "2024-03-21T15:30:00 01:00", "2024-03-21T15:30:00\u221201:00",
    "2024-03-21T15:30:00+-1:00", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z", "2024-04-31T00:00:00Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z",
    "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "2024-03-21T24:00:00Z", "2024-03-21T25:00:00Z",
    "2024-03-21T15:60:00Z", "2016-12-31T23:59:60Z", "2024-03-21T15:30:61Z", "10000-01-01T00:00:00Z",
    "+10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "02024-03-21T15:30:00Z", "2024-3-21T15:30:00Z",
    "24-03-21T15:30:00Z", "2024/03/21T15:30:00Z", "2024-W12-4T15:30:00Z", "2024-081T15:30:00.00Z",
    "+024-03-21T15:30:00Z", "0x24-03-21T15:30:00Z", "\uff12\uff10\uff12\uff14-03-21T15:30:00Z",
    "2024-03-2\u0661T15:30:00Z", "2024-03-21T15:30:00Z\0", "2024-03-21T15:30:00." + "0" * 33 + "Z",
    "2024-03-21T15:30:00." + "9" * 1000 + "Z", "9" * 1000, "Thu, 21 Mar 2024 15:30:00 GMT",
    "2024-03-21T15:30:00[Europe/Prague]", "2024-03-21T15:30:00Z[UTC]", "20240321T153000Z",
]
READ = [
    "2024-03-21T15:30:00Z", "2025-09-15T11:37:21.709Z", "2025-09-15T11:43:42.659+00:00", "1970-01-01T00:00:00Z",
    "1970-01-01T00:00:00-00:00", "1969-12-31T23:59:59.5Z", "1970-01-01t00:00:00z", "1970-01-01T01:30:00+01:30",
    "1969-12-31T00:01:00-23:59", "1970-01-02T00:00:00+23:59", "2000-02-29T00:00:00Z", "2024-02-29T23:59:59Z",
    "0000-01-01T00:00:00Z", "0000-02-29T00:00:00Z", "0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00",
    "1937-01-01T12:00:27.87+00:20", "1970-01-01T00:00:00." + "0" * 31 + "1Z",
    "1970-01-01T00:00:00.12345678901234567890123456789012Z", "2024-03-21T15:30:00." + "9" * 32 + "Z",
]
for text in REFUSED:
    vector(text)
    assert "refused" in vectors[-1], text
for text in READ:
    vector(text)
    assert "instant" in vectors[-1], text
# Every day around the ends of months, in years of all four kinds.
for year in (1600, 1900, 2000, 2023, 2024, 2100):
    for month in range(1, 13):
        for day in (1, 28, 29, 30, 31):
            vector(f"{year}-{month:02}-{day:02}T00:00:00Z")
numbers = random.Random(4)
pick = numbers.randint
for _ in range(200):
    fraction = "." + "".join(str(pick(0, 9)) for _ in range(pick(1, 9))) if pick(0, 1) else ""
    offset = numbers.choice(["Z", f"{numbers.choice('+-')}{pick(0, 24):02}:{pick(0, 60):02}"])
    vector(f"{pick(0, 9999):04}-{pick(0, 13):02}-{pick(1, 31):02}T{pick(0, 24):02}:{pick(0, 60):02}:{pick(0, 60):02}"
           + fraction + offset)

rows = ",\n".join("    " + json.dumps(entry, ensure_ascii=True) for entry in vectors)
print('{\n  "madeBy": "timestamps.py, with the calendar of Python",\n  "vectors": [\n' + rows + "\n  ]\n}")
