"""Lists of prices as people write them, or as files that other programs save."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.console import written
from regulars.console.voice import language
from regulars.kit.folding import fold
from regulars.kit.money import to_decimal, to_minor
from regulars.offers.types import LISTED_MAX, PRICES_MAX

NAME_MAX = 80
WRONG_NAMED = 20
"""Lines that cannot be read and are named one by one."""
_HEAD_WITHIN = 10
"""Rows in which the names of the columns are looked for."""
_PRICE_MAX = 10**10

_NAMES = """
product; product name; productname; name; item; item name; title; goods; description; товар; товары;
наименование; название; наименование товара; название товара; номенклатура; продукт; позиция;
наименование номенклатуры
"""
_PRICES = """
price; unit price; new price; own price; special price; wholesale price; sale price; price per unit;
price each; цена; цена за штуку; цена за шт; цена за единицу; цена за ед; новая цена; своя цена; оптовая цена;
цена оптовая; опт; цена опт; спеццена; специальная цена; цена со скидкой; цена продажи; прайс; стоимость
"""
NAME_TITLES, PRICE_TITLES = (
    frozenset(" ".join(title.split()) for title in titles.split(";")) for titles in (_NAMES, _PRICES)
)
"""How the columns of names and of prices are called, as `_title` makes it plain."""
_CURRENCY = re.compile(r"\b(руб(лей|ля|ль)?|rub|р|usd|eur|kzt|byn|[₽$€])(\b|(?=\W|$))|[₽$€]")
_SIGNS = re.compile(r"[^\w ]+")


class Columns(NamedTuple):
    """Where the names and the prices stand, and how those columns are called; empty: they have no names."""

    name: int
    price: int
    name_title: str = ""
    price_title: str = ""


@dataclass(frozen=True)
class PriceFile:
    """What was read. `wrong`: what is wrong with the first lines that cannot be read, of `wrong_count`."""

    prices: Mapping[str, int]
    columns: Columns | None
    wrong: Sequence[str]
    wrong_count: int


@dataclass
class _Reading:
    currency: str
    prices: dict[str, int] = field(default_factory=dict)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    wrong_count: int = 0

    def add(self, line: int, name: str, price: str) -> None:
        minor = minor_of(price, self.currency)
        product = fold(name)
        before = self.seen.get(product)
        if not name:
            self._is_wrong(
                _("Line %(line)s names no product. Write its name as in the catalogue.") % {"line": line}
            )
        elif len(name) > NAME_MAX:
            words = _(
                "Line %(line)s: the name is longer than %(most)s signs. Shorten it, in the catalogue too."
            )
            self._is_wrong(words % {"line": line, "most": NAME_MAX})
        elif not price:
            words = _("Line %(line)s has no price. Write it behind the name, such as: Tea; 450.")
            self._is_wrong(words % {"line": line})
        elif minor is None:
            words = _("Line %(line)s: “%(price)s” is no price. Write a number, such as 450 or 1200.50.")
            self._is_wrong(words % {"line": line, "price": price[:30]})
        elif before is not None and before[1] != minor:
            words = _(
                "Line %(line)s: “%(name)s” has another price in line %(first)s, which counts. Leave one."
            )
            self._is_wrong(words % {"line": line, "name": name, "first": before[0]})
        elif before is None:
            self.seen[product] = (line, minor)
            self.prices[name] = minor

    def _is_wrong(self, words: str) -> None:
        self.wrong_count += 1
        if len(self.wrong) < WRONG_NAMED:
            self.wrong.append(words)


def read_file(rows: Iterable[tuple[int, list[str]]], currency: str) -> PriceFile:
    """A list of a file, its rows numbered as a person counts.

    The names of the columns are looked for in the first rows, above which a title may stand; without them the
    first column names the product, the last one that is filled in the price. Raises ValueError, in words, for
    more than `LISTED_MAX`.
    """
    coming = iter(rows)
    first = list(islice(coming, _HEAD_WITHIN))
    columns, begin = _columns(first, currency)
    reading = _Reading(currency)
    for line, cells in chain(first[begin:], coming):
        if columns is None:
            filled = [cell for cell in cells[1:] if cell]
            reading.add(line, cells[0], filled[-1] if filled else "")
        else:
            reading.add(line, _cell(cells, columns.name), _cell(cells, columns.price))
        if len(reading.prices) > LISTED_MAX:
            raise ValueError(_("At most %(most)s prices stand in one offer.") % {"most": _number(LISTED_MAX)})
    return PriceFile(reading.prices, columns, reading.wrong, reading.wrong_count)


def read_prices(text: str, currency: str) -> dict[str, int]:
    """Prices by the name of the product: one a line, a semicolon or a tab between the name and the price.

    Raises ValueError, in words, with the line that cannot be read.
    """
    lines = csv.reader(io.StringIO(text.replace("\t", ";").replace("\x00", "")), delimiter=";")
    rows = ((number, [" ".join(cell.split()) for cell in cells]) for number, cells in enumerate(lines, 1))
    found = read_file(((number, cells) for number, cells in rows if any(cells)), currency)
    if found.wrong:
        raise ValueError(found.wrong[0])
    if len(found.prices) > PRICES_MAX:
        raise ValueError(
            _("At most %(most)s prices stand here. Bring more as a file.") % {"most": _number(PRICES_MAX)}
        )
    return dict(found.prices)


def written_prices(prices: Mapping[str, int], currency: str) -> str:
    """The same as lines of text."""
    return "\n".join(f"{name}; {to_decimal(price, currency):f}" for name, price in sorted(prices.items()))


def minor_of(text: str, currency: str) -> int | None:
    """A price as it is written, in minor units: `450`, `1 200,50`, `1,200.50 ₽`; None: it is none."""
    value = written.number(text)
    if value is None or not 0 <= value <= _PRICE_MAX:
        return None
    return to_minor(value, currency)


def _number(value: int) -> str:
    return Formats(language()).number(value)


def _columns(rows: Sequence[tuple[int, list[str]]], currency: str) -> tuple[Columns | None, int]:
    """Where names and prices stand, and the first row behind the names of the columns."""
    for place, (_line, cells) in enumerate(rows):
        titles = [_title(cell) for cell in cells]
        name = next((at for at, title in enumerate(titles) if title in NAME_TITLES), None)
        price = next((at for at, title in enumerate(titles) if title in PRICE_TITLES), None)
        if price is not None and len(cells) > 1:
            name = name if name is not None else 0 if price else 1
            return Columns(name, price, cells[name], cells[price]), place + 1
    if not rows:
        return None, 0
    cells = rows[0][1]
    has_price = any(minor_of(cell, currency) is not None for cell in cells[1:])
    # Columns that are called otherwise: what stands in them says no price.
    return None, 0 if has_price or len(cells) < 2 else 1


def _title(cell: str) -> str:
    return " ".join(_SIGNS.sub(" ", _CURRENCY.sub(" ", fold(cell))).split())


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
