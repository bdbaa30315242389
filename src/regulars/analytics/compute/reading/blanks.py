"""Text as it was meant: trimmed, without invisible characters, and nothing where a program wrote "NULL"."""

from __future__ import annotations

import re

from regulars.analytics.compute.reading import sql
from regulars.analytics.compute.reading.limits import MAX_CELL_BYTES

# The whole value, in any case.
BLANK_WORDS = (
    "", "nan", "null", "none", "n/a", "#n/a", "nat", "<na>", "<null>", "(null)", "(blank)", "(пусто)", "nil",
    "undefined", "-", "–", "—", "--", "\\n",
)  # fmt: skip
_LONGEST_BLANK = max(map(len, BLANK_WORDS))
# Spaces of every kind; and what takes no room at all (zero width, byte order mark, soft hyphen, control).
_SPACES = r"\s\x{00A0}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}"
_NOTHING = r"\x{200B}-\x{200F}\x{2060}\x{FEFF}\x{00AD}\x00-\x08\x0E-\x1F\x7F"
_NOTHING_PY = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f]")
_DIGIT_SPACE_PY = re.compile("(?<=\\d)[\u00a0\u202f\u2007]+(?=\\d)")


def tidy(value: str) -> str | None:
    """The same as `tidy_sql`, for one value."""
    if value.isalnum() and value.isascii():  # most ids and numbers; no word of this kind is longer than these
        return value if len(value) > _LONGEST_BLANK or value.lower() not in BLANK_WORDS else None
    text = _DIGIT_SPACE_PY.sub("", _NOTHING_PY.sub("", value))
    text = " ".join(text.split())
    return None if text.lower() in BLANK_WORDS else text


_WORDS = "|".join(re.escape(word) for word in BLANK_WORDS)


def is_untidy_sql(value: str) -> str:
    """Whether `tidy_sql` would change the value. One pattern for all, as most values need nothing else."""
    invisible = rf"[{_NOTHING}\x{{00A0}}\x{{2000}}-\x{{200A}}\x{{202F}}\x{{205F}}\x{{3000}}\t\r\n]"
    pattern = rf"(?i)^(?:{_WORDS})$|{invisible}|^\s|\s$|\s\s"
    return f"(strlen({value}) > {MAX_CELL_BYTES} OR regexp_matches({value}, {sql.text(pattern)}))"


def tidy_sql(value: str) -> str:
    """Blank words become NULL; a space between digits that may not break a line parts thousands and goes.

    What is done to the few untidy values is written once only: an expression that occurs twice DuckDB takes
    out of the CASE and computes for all rows.
    """
    # Cut before cleaning: a cell of megabytes must not be worked on.
    x = f"left({value}, {MAX_CELL_BYTES})"
    x = f"regexp_replace({x}, {sql.text(f'[{_NOTHING}]+')}, '', 'g')"
    x = rf"regexp_replace({x}, '(\d)[\x{{00A0}}\x{{202F}}\x{{2007}}]+(\d)', '\1\2', 'g')"
    x = f"trim(regexp_replace({x}, {sql.text(f'[{_SPACES}]+')}, ' ', 'g'))"
    x = f"regexp_replace({x}, {sql.text(f'(?i)^(?:{_WORDS})$')}, '')"
    return f"nullif(CASE WHEN {is_untidy_sql(value)} THEN {x} ELSE {value} END, '')"


def whole_id_sql(value: str) -> str:
    """An id that pandas turned into a float, as it was: "13085.0" -> "13085"."""
    return rf"regexp_replace({value}, '^(\d+)\.0+$', '\1')"


IS_WHOLE_ID = r"\d+(\.0+)?"
