"""What was read, in words: fields, rows that were rejected, what was left out, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import Audit, RejectReason
from regulars.analytics.wording.numbers import Formats, plain

EXAMPLES_MAX = 3  # rows to look up; the JSON file has more
REASON_ORDER: tuple[RejectReason, ...] = get_args(RejectReason)


@dataclass(frozen=True)
class RejectedRows:
    reason: str
    rows: str
    examples: list[str]


def field_names() -> dict[str, str]:
    """Our fields as a person would call them."""
    return {
        "customer_id": _("customer"),
        "order_id": _("order number"),
        "ordered_at": _("moment of the order"),
        "product": _("product"),
        "category": _("category"),
        "quantity": _("quantity"),
        "unit_price": _("price of one"),
        "amount": _("amount"),
        "currency": _("currency"),
        "status": _("status"),
        "channel": _("channel"),
        "branch": _("branch"),
        "day": _("day"),
        "cost": _("cost"),
    }


def mapping_lines(mapping: dict[str, str]) -> list[tuple[str, str, str]]:
    """(field, what it is, the column it was taken from), in the order of the fields."""
    return [(field, name, plain(mapping[field])) for field, name in field_names().items() if field in mapping]


def reason_names() -> dict[RejectReason, str]:
    return {
        "no_customer": _("no customer"),
        "bad_date": _("the date cannot be read"),
        "bad_amount": _("the amount cannot be read"),
        "no_order_id": _("no order number"),
        "other_currency": _("another currency"),
        "order_of_another_customer": _("the order belongs to another customer"),
    }


def rejected_rows(audit: Audit, formats: Formats) -> list[RejectedRows]:
    """Reasons that occurred, in a fixed order."""
    names = reason_names()
    return [
        RejectedRows(
            reason=names[reason],
            rows=formats.number(audit.rejected[reason]),
            examples=[plain(e) for e in audit.rejected_examples.get(reason, [])[:EXAMPLES_MAX]],
        )
        for reason in REASON_ORDER
        if audit.rejected.get(reason)
    ]


def rejected_total(audit: Audit) -> int:
    return sum(audit.rejected.values())


def left_out_lines(audit: Audit, formats: Formats) -> list[str]:
    """What was read but does not count, each with its reason."""
    lines = []
    if audit.revenue_without_customer:
        lines.append(
            _("Lines without a customer add up to %(amount)s; they are in no figure.")
            % {"amount": formats.money(audit.revenue_without_customer)}
        )
    returns = audit.unmatched_returns
    if returns.count:
        lines.append(
            ngettext(
                "%(n)s return of %(amount)s matches no order, so it lowers nothing.",
                "%(n)s returns of %(amount)s in all match no order, so they lower nothing.",
                returns.count,
            )
            % {"n": formats.number(returns.count), "amount": formats.money(returns.amount)}
        )
    if audit.voided_orders:
        lines.append(
            ngettext(
                "%(n)s order adds up to zero or less (cancelled, returned whole or free) and does not count.",
                "%(n)s orders add up to zero or less (cancelled, returned whole or free) and do not count.",
                audit.voided_orders,
            )
            % {"n": formats.number(audit.voided_orders)}
        )
    if audit.duplicate_orders:
        lines.append(_duplicates(audit, formats))
    return lines


def _duplicates(audit: Audit, formats: Formats) -> str:
    found = ngettext(
        "%(n)s order stands in more than one file or sheet; it counts once, as in the first.",
        "%(n)s orders stand in more than one file or sheet; they count once, as in the first.",
        audit.duplicate_orders,
    ) % {"n": formats.number(audit.duplicate_orders)}
    if not audit.duplicate_orders_differing:
        return found
    differing = ngettext(
        "%(n)s of them differs between the files: worth a look.",
        "%(n)s of them differ between the files: worth a look.",
        audit.duplicate_orders_differing,
    ) % {"n": formats.number(audit.duplicate_orders_differing)}
    return f"{found} {differing}"
