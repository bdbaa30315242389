"""What a person may say to `regulars audit`, checked before any work begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from regulars.analytics.errors import InputError

ORDER_FIELDS = (
    "customer_id",
    "order_id",
    "ordered_at",
    "product",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "currency",
    "status",
    "channel",
    "branch",
    "day",
    "cost",
)
DAY_SHAPES = ("%Y-%m-%d", "%d.%m.%Y")


def mapping_of(pairs: Sequence[str]) -> dict[str, str]:
    """`field=COL` or `field=COL:format`, as given; an empty column leaves the field out."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        field = field.strip().lower()
        if not equals or field not in ORDER_FIELDS:
            raise InputError(
                "bad_map",
                gettext("--map %(given)s: write field=COLUMN, where the field is one of %(fields)s.")
                % {"given": pair, "fields": ", ".join(ORDER_FIELDS)},
            )
        if field in mapping:
            raise InputError(
                "bad_map", gettext("--map names the field %(field)s more than once.") % {"field": field}
            )
        mapping[field] = column.strip()
    return mapping


def day_of(text: str | None) -> date | None:
    """The day of --as-of: 2024-12-31 or 31.12.2024."""
    if text is None:
        return None
    for shape in DAY_SHAPES:
        try:
            return datetime.strptime(text.strip(), shape).date()
        except ValueError:
            continue
    raise InputError(
        "bad_day", gettext("--as-of %(given)s: write the day as 2024-12-31 or 31.12.2024.") % {"given": text}
    )


def zone_of(name: str) -> str:
    """A time zone that this machine knows."""
    try:
        return ZoneInfo(name).key
    except (KeyError, OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise InputError(
            "bad_zone",
            gettext(
                "--timezone %(given)s: there is no such zone; names look like Europe/Moscow or Asia/Almaty."
            )
            % {"given": name},
        ) from error


def currency_of(code: str | None) -> str | None:
    if code is None:
        return None
    if not re.fullmatch(r"[A-Za-z]{3}", code.strip()):
        raise InputError(
            "bad_currency",
            gettext("--currency %(given)s: write a code of three letters such as RUB or EUR.")
            % {"given": code},
        )
    return code.strip().upper()


def margin_of(text: str | None) -> Decimal | None:
    """A share of revenue: 0.3, 0,3 or 30%."""
    if text is None:
        return None
    number = text.strip().replace(",", ".")
    try:
        margin = Decimal(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except InvalidOperation:
        margin = Decimal(0)
    if not margin.is_finite() or not 0 < margin <= 1:
        raise InputError(
            "bad_margin",
            gettext(
                "--margin %(given)s: write the share of revenue that is left after the goods, such as 0.3."
            )
            % {"given": text},
        )
    return margin
