"""The audit as JSON: the figures under the keys of the metric definitions, sentences in one language.

Money is a number with exactly two decimals, days are ISO dates, keys stand in a fixed order.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils import translation

from regulars.analytics.types import Audit, GrowthPoint, LeftOut, Note
from regulars.analytics.wording.growth import growth_words, left_out_words
from regulars.analytics.wording.notes import note_line
from regulars.analytics.wording.numbers import Formats

INDENT = 2
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def audit_json(audit: Audit, language: str) -> bytes:
    """The whole document as UTF-8, with growth points, what was left out and notes told in `language`."""
    formats = Formats(language, audit.currency)
    document = _fields(audit)
    with translation.override(language):
        document["growth_points"] = [_growth_point(p, audit, formats) for p in audit.growth_points]
        document["growth_left_out"] = [_left_out(left, audit, formats) for left in audit.growth_left_out]
        document["notes"] = [_note(note, formats) for note in audit.notes]
    return msgspec.json.format(_ENCODER.encode(document), indent=INDENT) + b"\n"


def _fields(struct: msgspec.Struct) -> dict[str, Any]:
    """The fields under their outer names, in the order of the type."""
    names = zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True)
    return {outer: getattr(struct, inner) for inner, outer in names}


def _growth_point(point: GrowthPoint, audit: Audit, formats: Formats) -> dict[str, Any]:
    words = growth_words(point, audit, formats)
    return {
        "key": point.key,
        "title": words.title,
        "customers": point.customers,
        "who": words.who,
        "action": words.action,
        "expected_revenue": point.expected_revenue,
        "how": words.how,
        "backtest": point.backtest,
        "extra_percent": point.extra_percent,
        "facts": point.facts,
        "top": point.top,
    }


def _left_out(left: LeftOut, audit: Audit, formats: Formats) -> dict[str, Any]:
    title, why = left_out_words(left, audit, formats)
    return {"key": left.key, "reason": left.reason, "title": title, "why": why, "facts": left.facts}


def _note(note: Note, formats: Formats) -> dict[str, Any]:
    return {"code": note.code, "text": note_line(note, formats), "facts": note.facts}
