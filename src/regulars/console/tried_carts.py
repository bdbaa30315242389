"""A cart somebody writes by hand, to see what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from regulars.commerce.models import Product
from regulars.console import written
from regulars.kit.money import to_decimal
from regulars.loyalty.ready import usual_order

LINES_READ_MAX = 100
TEXT_CHARACTERS_MAX = 80


def number(text: str, most: Decimal) -> Decimal:
    """An amount or a number of pieces; raises ValueError for anything else."""
    found = written.number(text)
    if found is None or not 0 <= found <= most:
        raise ValueError(text)
    return found


def usual_amount(currency: str) -> str:
    """What the first line costs while nothing was written."""
    amount = to_decimal(usual_order(currency), currency)
    return str(int(amount))


def written_at(values: Sequence[str], place: int) -> str:
    """What was written in a field; empty where there is none."""
    return values[place][:TEXT_CHARACTERS_MAX].strip() if place < len(values) else ""


def categories_and_brands(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of products by their names, without case; what is no product may be either of both."""
    if not names:
        return {}
    rows = Product.objects.filter(name__in=names).order_by("-id").values_list("name", "category", "brand")
    return {name.casefold(): (category, brand) for name, category, brand in rows[:LINES_READ_MAX]}
