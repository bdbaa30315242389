"""Goods of an offer, a rule or a goal, by name."""

from __future__ import annotations

from collections.abc import Sequence

from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.offers.types import Goods

NAMED_MAX = 4
"""More names than that make nothing plainer."""


def goods_words(goods: Goods, language: str) -> str:
    """ "“Cappuccino” or goods of the category “Coffee”"; empty for all goods. The language is active, too.

    In Russian it reads the same as the subject and behind «за» and «на» (товары категории «Кофе»).
    """
    parts = []
    if goods.products:
        parts.append(_names(goods.products, language))
    if goods.categories:
        said = ngettext(
            "goods of the category %(names)s", "goods of the categories %(names)s", len(goods.categories)
        )
        parts.append(said % {"names": _names(goods.categories, language)})
    if goods.brands:
        said = ngettext("goods of the brand %(names)s", "goods of the brands %(names)s", len(goods.brands))
        parts.append(said % {"names": _names(goods.brands, language)})
    return str(format_list(parts, style="or", locale=language)) if parts else ""


def quoted(name: str) -> str:
    """ "“Coffee”", «Кофе»."""
    return _("“%(name)s”") % {"name": name}


def _names(names: Sequence[str], language: str) -> str:
    shown = [quoted(name) for name in names[:NAMED_MAX]]
    if rest := len(names) - len(shown):
        shown.append(
            ngettext("%(n)s more", "%(n)s more", rest) % {"n": format_decimal(rest, locale=language)}
        )
    return str(format_list(shown, style="standard" if rest else "or", locale=language))
