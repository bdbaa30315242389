"""Codes in bulk: how far they are made, and what a file of them holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.console.voice import Voice
from regulars.offers import queries
from regulars.offers.types import CodeState, Offer, PrintedCode

_LINES = 2_000
"""Of a file sent at once."""

STATES = {
    CodeState.OPEN: pgettext_lazy("coupon", "not used yet"),
    CodeState.RESERVED: pgettext_lazy("coupon", "being paid"),
    CodeState.USED: pgettext_lazy("coupon", "used"),
    CodeState.VOID: pgettext_lazy("coupon", "taken back"),
}


@dataclass(frozen=True)
class Progress:
    """How far the codes of an offer are."""

    is_working: bool
    percent: int
    words: str


def progress(offer: Offer, speak: Voice) -> Progress:
    """How many there are of those that were asked for."""
    number = speak.formats.number
    if offer.codes_made < offer.codes_wanted:
        words = _("%(made)s of %(wanted)s codes are made") % {
            "made": number(offer.codes_made),
            "wanted": number(offer.codes_wanted),
        }
        return Progress(True, 100 * offer.codes_made // offer.codes_wanted, words)
    words = ngettext("%(n)s code is made", "%(n)s codes are made", offer.codes_made) % {
        "n": number(offer.codes_made)
    }
    return Progress(False, 100, words if offer.codes_made else "")


def csv_of(offer_id: int) -> Iterator[bytes]:
    """All codes as a file, in pieces: with a mark by which Excel knows its letters."""
    yield "\ufeff".encode()
    yield _written([["number", "code", "state"]])
    portion: list[list[str]] = []
    for code in queries.printed_codes(offer_id):
        portion.append([str(code.serial), code.code, code.state.value])
        if len(portion) == _LINES:
            yield _written(portion)
            portion = []
    if portion:
        yield _written(portion)


def cells_of(codes: Iterator[PrintedCode]) -> Iterator[list[str | int]]:
    """Codes as rows of a workbook."""
    states = {state: str(words) for state, words in STATES.items()}
    for code in codes:
        yield [code.serial, code.code, states[code.state]]


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
