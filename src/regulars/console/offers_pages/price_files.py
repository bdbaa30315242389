"""Prices that come as a file: read, kept, and shown before an offer goes by them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.errors import InputError
from regulars.analytics.queries import sheets
from regulars.analytics.wording.numbers import plain
from regulars.console.forms.price_lists import Columns, PriceFile, read_file
from regulars.console.offers_pages.lines import offer_voice
from regulars.console.voice import Voice
from regulars.kit.errors import RegularsError
from regulars.offers import queries, services
from regulars.offers.types import Offer, OfPrices


@dataclass(frozen=True)
class ShownList:
    """A list as the form shows it. `is_new`: the offer does not go by it yet."""

    number: int
    words: str
    rows: tuple[tuple[str, str], ...]
    takes: OfPrices
    more: str = ""
    is_new: bool = False
    read_as: str = ""
    changes: str = ""
    wrong: tuple[str, ...] = ()
    wrong_words: str = ""


def read(
    file: IO[bytes], size: int, offer: Offer | None, currency: str, speak: Voice
) -> ShownList | str | None:
    """The list of a file, read and kept until an offer goes by it; a text says why it cannot be taken."""
    try:
        found = read_file(sheets.rows_of_file(file, size), currency)
        if not found.prices:
            return found.wrong[0] if found.wrong else _("There is no price in this file.")
        number = services.keep_prices(prices=found.prices, now=speak.now)
    except (InputError, RegularsError) as error:
        return error.message
    except ValueError as error:
        return str(error)
    shown = _shown(number, offer, currency, speak)
    return shown and replace(
        shown,
        read_as=_read_as(found.columns),
        wrong=tuple(map(plain, found.wrong)),
        wrong_words=_wrong(found, speak),
    )


def named(told: str, offer: Offer | None, currency: str, speak: Voice) -> ShownList | str | None:
    """The list a form names by its number, else that of the offer. None: prices are written by hand."""
    if told.isascii() and told.isdigit() and len(told) < 19:
        shown = _shown(int(told), offer, currency, speak)
        return shown or _("The list of prices is not there any more. Take the file again.")
    takes = offer.terms.takes if offer else None
    if isinstance(takes, OfPrices) and takes.listed is not None:
        return _shown(takes.listed, offer, currency, speak)
    return None


def _shown(number: int, offer: Offer | None, currency: str, speak: Voice) -> ShownList | None:
    takes = queries.price_list(number)
    if takes is None:
        return None
    before = offer.terms.takes if offer and isinstance(offer.terms.takes, OfPrices) else None
    is_new = before is None or before.listed != number
    rest = takes.count - len(takes.prices)
    count, money = speak.formats.number, offer_voice(speak, currency).money
    return ShownList(
        number=number,
        words=ngettext("%(n)s price", "%(n)s prices", takes.count) % {"n": count(takes.count)},
        rows=tuple((plain(name), money(price)) for name, price in takes.prices.items()),
        takes=takes,
        more=ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": count(rest)} if rest else "",
        is_new=is_new,
        changes=_changes(number, before, speak) if is_new and before is not None else "",
    )


def _changes(number: int, before: OfPrices, speak: Voice) -> str:
    found, count = queries.changes_of(number, before), speak.formats.number
    told = (
        (found.added, ngettext("%(n)s product is new", "%(n)s products are new", found.added)),
        (found.changed, ngettext("%(n)s price changes", "%(n)s prices change", found.changed)),
        (
            found.gone,
            ngettext("%(n)s product is there no more", "%(n)s products are there no more", found.gone),
        ),
    )
    words = [text % {"n": count(n)} for n, text in told if n]
    return "; ".join(words) if words else _("nothing changes")


def _read_as(columns: Columns | None) -> str:
    if columns is None:
        return _("Read as: the product first, its price last in each line.")
    return _("Read as: the product from the column “%(name)s”, its price from “%(price)s”.") % {
        "name": plain(columns.name_title),
        "price": plain(columns.price_title),
    }


def _wrong(read: PriceFile, speak: Voice) -> str:
    if not read.wrong_count:
        return ""
    words = ngettext(
        "%(n)s line is left out, as it cannot be read. Mend the file and take it again, or save without it.",
        "%(n)s lines are left out, as they cannot be read. Mend the file and take it again, or save without"
        " them.",
        read.wrong_count,
    )
    return words % {"n": speak.formats.number(read.wrong_count)}
