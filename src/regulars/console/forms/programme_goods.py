"""Goods in a form: products, categories and brands by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.console.forms.programme_fields import NamesField, Row
from regulars.offers.types import Goods

PLACES = ("products", "categories", "brands")


def goods_fields(prefix: str = "") -> dict[str, forms.Field]:
    """The fields of `Goods`."""
    return {
        f"{prefix}categories": NamesField(label=gettext_lazy("Categories"), offers="categories"),
        f"{prefix}brands": NamesField(label=gettext_lazy("Brands"), offers="brands"),
        f"{prefix}products": NamesField(label=gettext_lazy("Products"), offers="products"),
    }


def goods_rows(prefix: str = "", of: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """Their rows."""
    return (
        Row(
            f"{prefix}categories",
            of,
            head=_("For which goods"),
            help=_("Nothing written: all goods. What is written in any of the three counts."),
        ),
        Row(f"{prefix}brands", of),
        Row(f"{prefix}products", of),
    )


def filled_goods(goods: Goods, prefix: str = "") -> dict[str, Any]:
    """What the fields hold."""
    return {f"{prefix}{place}": list(getattr(goods, place)) for place in PLACES}


def read_goods(said: Mapping[str, Any], prefix: str = "") -> Goods:
    """What the fields say."""
    return Goods(**{place: said.get(f"{prefix}{place}") or () for place in PLACES})
