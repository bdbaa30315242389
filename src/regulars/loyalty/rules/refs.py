"""How a till names a customer: `id:C-1`, `card:2000 123`, `qr:RG…`, `phone:+7 916 123-45-67`."""

from __future__ import annotations

from regulars.loyalty.types.till import Ref, RefKind

REF_PATTERN = r"^(?:id|card|qr|phone):[^\x00-\x1f\x7f]{1,200}$"
LENGTH_MAX = 206


def ref_of(text: str) -> Ref:
    """What the text names. Raises ValueError where it names nothing in this way."""
    kind, parted, value = text.partition(":")
    if not parted or not value:
        raise ValueError("Say who it is as id:…, card:…, qr:… or phone:…")
    return Ref(RefKind(kind), value)


def masked_name(name: str) -> str:
    """A name by which a cashier knows somebody who says theirs, and nobody learns one: "Anna P."."""
    first, *rest = name.split()[:2] or [""]
    # Of a company the next word may begin with a quotation mark.
    letters = [letter for word in rest if (letter := next(filter(str.isalnum, word), ""))]
    return " ".join([first, *(f"{letter}." for letter in letters)])
