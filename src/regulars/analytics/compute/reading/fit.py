"""How well what a column holds fits a field: 0 (cannot be) to 1. Multiplied with the score of its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from regulars.analytics.compute.reading.profile import Profile

_VAGUE_NAME = 60
_BARE_SCORE = 88  # of plain "customer", which may hold ids or what people are called


def customer(p: Profile, name_score: int) -> float:
    if p.written_dates > 0.5 or _is_fractional(p):
        return 0.0
    fit = _filled(p)
    if name_score <= _BARE_SCORE and p.wordy > 0.5:
        fit *= 0.66  # names of people: an e-mail or a phone beside them says more
    if p.count >= 20 and p.distinct == 1:
        fit *= 0.3  # the shop's own account, not customers
    if p.count >= 200 and not p.repeats:
        fit *= 0.9  # an id made anew for each order
    return fit


def order(p: Profile, name_score: int) -> float:
    if p.written_dates > 0.5 or p.emails > 0.5 or _is_fractional(p):
        return 0.0
    fit = 0.3 + 0.7 * p.filled
    if p.count > 5 and p.distinct == 1:
        fit *= 0.1
    if name_score <= 40:  # "name": Shopify's "#1001", not what somebody is called
        return fit * 1.7 if p.numbered > 0.8 else 0.0
    return fit


def moment(p: Profile, name_score: int) -> float:
    if p.dates < 0.5:
        return 0.0
    fit = _filled(p) * p.dates
    return fit * 0.5 if p.written_dates < 0.5 and name_score < 60 else fit


def clock(p: Profile, name_score: int) -> float:
    return float(p.times > 0.8)


def product(p: Profile, name_score: int) -> float:
    if p.written_dates > 0.5 or _is_fractional(p) or (name_score <= 50 and p.numbers > 0.9):
        return 0.0  # "items" may be their number
    fit = _filled(p)
    return fit * 0.5 if p.count > 20 and p.distinct == 1 else fit


def category(p: Profile, name_score: int) -> float:
    return 0.0 if p.written_dates > 0.5 or _is_fractional(p) else _filled(p)


def number(p: Profile, name_score: int) -> float:
    return 0.0 if p.numbers < 0.5 or p.written_dates > 0.5 else 0.6 + 0.4 * p.numbers


def currency(p: Profile, name_score: int) -> float:
    return float(p.currencies >= 0.8)


def status(p: Profile, name_score: int) -> float:
    if p.distinct > max(50, 0.3 * p.count) or p.written_dates > 0.5:
        return 0.0
    return 0.3 if p.numbers > 0.9 else 0.7 + 0.3 * p.statuses


def status_like(p: Profile, name_score: int) -> float:
    return float(p.statuses >= 0.5 and p.distinct <= 50)


def cancelled(p: Profile, name_score: int) -> float:
    return float(p.written_dates >= 0.8 or p.flags >= 0.8)


def label(p: Profile, name_score: int) -> float:
    """Channels and branches: few values, many times each."""
    if p.written_dates > 0.5 or p.emails > 0.5 or _is_fractional(p):
        return 0.0
    return 0.0 if p.distinct > max(50, 0.2 * p.count) else _filled(p)


def email(p: Profile, name_score: int) -> float:
    """Anonymised ones need not look like one, but they are no words, dates or sums."""
    if p.emails > 0.5:
        return 1.0
    return 0.0 if p.written_dates > 0.2 or p.numbers > 0.5 or p.flags > 0.5 or p.statuses > 0.5 else 0.4


def phone(p: Profile, name_score: int) -> float:
    if p.emails > 0.2 or p.written_dates > 0.5 or p.flags > 0.5 or p.wordy > 0.8:
        return 0.0
    return 0.5 if _is_fractional(p) else 1.0


def called(p: Profile, name_score: int) -> float:
    """What a person or a thing is called: no date, no sum, no address of e-mail.

    A column called "customer" or "company" holds names only where it holds words.
    """
    if name_score <= _VAGUE_NAME and p.wordy < 0.5:
        return 0.0
    if p.written_dates > 0.5 or p.emails > 0.5 or p.numbers > 0.9 or p.flags > 0.9:
        return 0.0
    return _filled(p)


def listed(p: Profile, name_score: int) -> float:
    """An id of which every row of the file has one of its own, or nearly."""
    if p.written_dates > 0.5 or _is_fractional(p):
        return 0.0
    fit = 0.3 + 0.7 * p.filled
    return fit * 0.3 if p.count > 20 and p.distinct < 0.1 * p.count else fit


def anything(p: Profile, name_score: int) -> float:
    return 1.0


Fit = Callable[[Profile, int], float]
OF_ROLE: Final[dict[str, Fit]] = {
    "customer_id": customer,
    "order_id": order,
    "ordered_at": moment,
    "time": clock,
    "product": product,
    "category": category,
    "quantity": number,
    "unit_price": number,
    "line_total": number,
    "amount": number,
    "order_total": number,
    "currency": currency,
    "status": status,
    "status_like": status_like,
    "cancelled": cancelled,
    "channel": label,
    "branch": label,
    "day": moment,
    "cost": number,
    "email": email,
    "phone": phone,
    "customer_name": called,
    "first_name": called,
    "middle_name": called,
    "last_name": called,
    "name": called,
    "product_id": product,
    "return_id": listed,
    "created_at": moment,
    "returned_at": moment,
    "fact": anything,
    "card": customer,
    "points": number,
    "expires_on": moment,
}


def _filled(p: Profile) -> float:
    return 0.5 + 0.5 * p.filled


def _is_fractional(p: Profile) -> bool:
    """Prices and weights are no ids."""
    return p.numbers > 0.9 and p.fractions > 0.5
