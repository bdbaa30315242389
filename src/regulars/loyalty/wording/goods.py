"""Goods of a rule, a coupon or a challenge, by name."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.loyalty.wording.speaker import Speaker
from regulars.offers.types import Goods

NAMED_MAX = 4
"""More names than that make nothing plainer."""


def goods_words(goods: Goods, speaker: Speaker) -> str:
    """ "“Cappuccino” or goods of the category “Coffee”"; empty for all goods.

    In Russian it reads the same as the subject and behind «за» and «на» (товары категории «Кофе»).
    """
    parts = []
    if goods.products:
        parts.append(_names(goods.products, speaker))
    if goods.categories:
        said = ngettext(
            "goods of the category %(names)s", "goods of the categories %(names)s", len(goods.categories)
        )
        parts.append(said % {"names": _names(goods.categories, speaker)})
    if goods.brands:
        said = ngettext("goods of the brand %(names)s", "goods of the brands %(names)s", len(goods.brands))
        parts.append(said % {"names": _names(goods.brands, speaker)})
    return speaker.one_of(parts)


def quoted(name: str) -> str:
    """ "“Coffee”", «Кофе»."""
    return _("“%(name)s”") % {"name": name}


def _names(names: Sequence[str], speaker: Speaker) -> str:
    shown = [quoted(name) for name in names[:NAMED_MAX]]
    if rest := len(names) - len(shown):
        shown.append(ngettext("%(n)s more", "%(n)s more", rest) % {"n": speaker.formats.number(rest)})
        return speaker.all_of(shown)
    return speaker.one_of(shown)
