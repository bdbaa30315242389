"""What a column holds, told from the first values: shares between 0 and 1 of those that are not blank."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from regulars.analytics.compute.reading import numbers
from regulars.analytics.compute.reading.blanks import tidy
from regulars.analytics.compute.reading.date_shapes import is_date, is_time, is_written_date
from regulars.analytics.compute.reading.kinds import is_flag, meaning_of
from regulars.analytics.compute.reading.limits import PROFILE_VALUES
from regulars.analytics.compute.reading.names import currency_of

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBERED = re.compile(r"[#№]?[A-Za-zА-Яа-я]{0,6}[-_ ]?\d{1,12}")
_FRACTION = re.compile(r"[+-]?\d*[.,]\d*[1-9]\d*")

COLUMNS_REMEMBERED = 16
"""Of an ordinary file all: one reading asks for them several times."""


@dataclass(frozen=True, slots=True)
class Profile:
    filled: float  # of all rows looked at
    distinct: int
    count: int  # values that are not blank
    dates: float
    written_dates: float
    times: float
    numbers: float
    fractions: float  # numbers with decimals
    emails: float
    numbered: float  # "#1001", "INV-17"
    wordy: float  # letters without digits: what people and companies are called
    currencies: float
    statuses: float  # words that say something of an order's state
    flags: float  # yes and no

    @property
    def repeats(self) -> bool:
        return self.distinct < self.count


@lru_cache(maxsize=COLUMNS_REMEMBERED)
def profile(column: tuple[str, ...]) -> Profile:
    """`column`: the sample of one column, "" for blanks."""
    values = [v for raw in column if (v := tidy(raw)) is not None]
    step = max(1, len(values) // PROFILE_VALUES)
    looked_at = values[::step]
    share = _shares(looked_at)
    return Profile(
        filled=len(values) / len(column) if column else 0.0,
        distinct=len(set(values)),
        count=len(values),
        dates=share(is_date),
        written_dates=share(is_written_date),
        times=share(is_time),
        numbers=share(numbers.is_number),
        fractions=share(lambda v: _FRACTION.fullmatch(numbers.clean(v)) is not None),
        emails=share(lambda v: _EMAIL.fullmatch(v) is not None),
        numbered=share(lambda v: _NUMBERED.fullmatch(v) is not None),
        wordy=share(lambda v: not any(c.isdigit() or c == "@" for c in v)),
        currencies=share(_is_currency),
        statuses=share(lambda v: meaning_of(v) is not None),
        flags=share(is_flag),
    )


def _shares(values: Sequence[str]) -> Callable[[Callable[[str], bool]], float]:
    total = len(values)
    return lambda test: sum(map(test, values)) / total if total else 0.0


def _is_currency(value: str) -> bool:
    return currency_of(value) is not None or re.fullmatch(r"[A-Z]{3}", value) is not None
