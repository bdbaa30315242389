"""What a date is written like, told from its shape: the text with every digit as 0.

"05.03.2024 7:45" has the shape "00.00.0000 0:00"; a column of a million moments has a handful of shapes, and
each is understood once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from regulars.analytics.compute.reading.limits import FIRST_YEAR, LAST_YEAR

# `numeric`: day and month are both digits, and which is which the column must tell.
Family = Literal["iso", "fixed", "numeric", "seconds", "millis", "micros", "serial"]

MONTHS = (
    ("янв", "jan"), ("фев", "feb"), ("мар", "mar"), ("апр", "apr"), ("май|мая", "may"), ("июн", "jun"),
    ("июл", "jul"), ("авг", "aug"), ("сен", "sep"), ("окт", "oct"), ("ноя", "nov"), ("дек", "dec"),
)  # fmt: skip
MONTH = "(" + "|".join(f"{ru}|{en}" for ru, en in MONTHS) + r")[а-яa-z]*\.?"
WEEKDAY = (
    r"^(понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс|"
    r"mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+"
)
YEAR_WORD = r"(\d)\s*(?:года|год|г\.?)(\s|,|$)"
# Behind a time only, else the end of "2024-03-05" would be taken for an offset. Group 2 is the zone.
ZONED = (
    r"(:\d\d(?:[.,]\d+)?|\dt\d{6})\s*\(?(z|utc|gmt|msk|мск|"
    r"(?:utc|gmt)\s?[+-]\d{1,2}(?::?\d\d)?|[+-]\d\d(?::?\d\d)?)\)?"
    r"(?:\s*\([a-zа-я ]+\))?$"
)
# Excel keeps moments as days since the end of 1899; these are 1954 to 2119.
SERIALS = (20_000, 80_000)

_TIME = r"(?P<time>0{1,2}:00(?::00)?)(?P<fraction>[.,]0{1,9})?(?P<half>\s?[ap]m)?"
_BETWEEN = r"(?P<between>t|,? | в |, в |\s+|\.)"
_REST = rf"(?:{_BETWEEN}{_TIME})?"
_YEAR_FIRST = re.compile(rf"0000(?P<sep>[-./])0{{1,2}}(?P=sep)0{{1,2}}{_REST}")
_YEAR_LAST = re.compile(rf"0{{1,2}}(?P<sep>[-./])0{{1,2}}(?P=sep)(?P<year>0000|00){_REST}")
_DAY_NAMED = re.compile(rf"0{{1,2}}[ .-]m[ ,.-]+(?P<year>0000|00),?{_REST}")
_NAMED_DAY = re.compile(rf"m[ .-]0{{1,2}},?[ -](?P<year>0000),?{_REST}")
_YEAR_NAMED = re.compile(rf"0000[ .-]m[ .-]0{{1,2}}{_REST}")
_BASIC = {
    "00000000": "%Y%m%d",
    "000000000000": "%Y%m%d%H%M",
    "00000000000000": "%Y%m%d%H%M%S",
    "00000000t000000": "%Y%m%dT%H%M%S",
    "00000000 000000": "%Y%m%d %H%M%S",
    "00000000 00:00:00": "%Y%m%d %H:%M:%S",
    "00000000 00:00": "%Y%m%d %H:%M",
}


@dataclass(frozen=True, slots=True)
class Form:
    """`format` is strptime's for the cleaned text (see `dates.cleaned_sql`); in a numeric form it holds
    "{date}", which is to be filled with day and month in their order."""

    family: Family
    format: str = ""
    separator: str = ""
    year: str = "%Y"
    aware: bool = False
    named: bool = False

    @property
    def order_group(self) -> tuple[str, str]:
        """Values of one group are written in one order of day and month."""
        return self.separator, self.year


def shape_of(value: str) -> str:
    return re.sub(r"\d", "0", value)


@lru_cache(maxsize=10_000)
def form_of(shape: str) -> Form | None:
    """None when it is no shape of a date."""
    text = re.sub(WEEKDAY, "", shape.strip().lower())
    text = re.sub(YEAR_WORD, r"\1\2", text)
    without_zone = re.sub(ZONED, r"\1", text)
    return _form(without_zone.strip(), aware=without_zone != text)


def _form(text: str, *, aware: bool) -> Form | None:
    if set(text) <= set("0.") and (number := _numeric_moment(text)):
        return number
    if basic := _BASIC.get(text):
        return Form("fixed", basic, aware=aware)
    if (match := _YEAR_FIRST.fullmatch(text)) and (time := _time_format(match)) is not None:
        is_iso = (
            match["sep"] == "-"
            and "%I" not in time
            and "," not in time
            and match["between"] in {" ", "t", None}
        )
        return Form("iso" if is_iso else "fixed", f"%Y{match['sep']}%m{match['sep']}%d{time}", aware=aware)
    if (match := _YEAR_LAST.fullmatch(text)) and (time := _time_format(match)) is not None:
        year = "%Y" if match["year"] == "0000" else "%y"
        return Form("numeric", "{date}" + time, separator=match["sep"], year=year, aware=aware)
    return _named(re.sub(MONTH, "m", text), aware=aware)


def _named(text: str, *, aware: bool) -> Form | None:
    for pattern, order in (
        (_DAY_NAMED, "%d %m {year}"),
        (_NAMED_DAY, "%m %d {year}"),
        (_YEAR_NAMED, "%Y %m %d"),
    ):
        match = pattern.fullmatch(text)
        if match and (time := _time_format(match, between=" ")) is not None:
            year = "%Y" if "year" not in match.groupdict() or match["year"] == "0000" else "%y"
            return Form("fixed", order.format(year=year) + time, aware=aware, named=True)
    return None


def _time_format(match: re.Match[str], between: str | None = None) -> str | None:
    if not match["time"]:
        return ""
    parts = match["time"].count(":")
    half = match["half"] or ""
    text = ("%I" if half else "%H") + ":%M" + (":%S" if parts == 2 else "")
    if match["fraction"]:
        if parts != 2 or half:
            return None
        text += match["fraction"][0] + ("%f" if len(match["fraction"]) <= 7 else "%n")
    if half:
        text += " %p" if half[0].isspace() else "%p"
    return (between or match["between"].replace("t", "T")) + text


def _numeric_moment(text: str) -> Form | None:
    whole, _, fraction = text.partition(".")
    if "." in fraction:
        return None
    if len(whole) == 5:
        return Form("serial")
    if len(whole) == 10:
        return Form("seconds")
    if len(whole) == 13:
        return Form("millis")
    if len(whole) == 16 and not fraction:
        return Form("micros")
    return None


def is_date(value: str) -> bool:
    """Whether the text can be a moment at all; digits alone only where they give a sensible one."""
    form = form_of(shape_of(value))
    if form is None:
        return False
    if form.family == "serial":
        return SERIALS[0] <= float(value) < SERIALS[1]
    if form.family in {"seconds", "millis", "micros"}:
        return float(value) >= 3e8 * {"seconds": 1, "millis": 1e3, "micros": 1e6}[form.family]
    if form.family == "fixed" and value.strip().isdigit():
        return _is_sensible(value.strip(), form.format)
    return True


def is_written_date(value: str) -> bool:
    """Whether it is written as a date, not as a bare number that may be anything."""
    form = form_of(shape_of(value))
    return form is not None and form.family in {"iso", "fixed", "numeric"} and not value.strip().isdigit()


def is_time(value: str) -> bool:
    return re.fullmatch(r"\s*\d{1,2}:\d\d(:\d\d)?(\.\d{1,6})?\s*", value) is not None


def _is_sensible(digits: str, form: str) -> bool:
    try:
        return FIRST_YEAR <= datetime.strptime(digits, form).year < LAST_YEAR
    except ValueError:
        return False
