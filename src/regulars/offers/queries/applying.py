"""What offers take off a cart: one statement, since a cashier waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from regulars.kit.prepared import prepared_cursor
from regulars.offers.queries import fitting
from regulars.offers.queries.by_themselves import any_by_itself
from regulars.offers.queries.prices import priced
from regulars.offers.queries.stored import hash_of, ready
from regulars.offers.rules.codes import GIVEN_MAX
from regulars.offers.rules.combining import Candidate, Off, combine
from regulars.offers.rules.refusing import left_out, not_at, not_this_cart, takes_no_more
from regulars.offers.rules.taking import Ready, folded
from regulars.offers.types import (
    Applied,
    Cart,
    CodeState,
    CouponRefusal,
    Discounted,
    Offer,
    OfferState,
    Refused,
    Standing,
    Terms,
)

CODES_MAX = 20
"""Codes of one cart."""
_UNKNOWN = Refused(CouponRefusal.UNKNOWN)

# What each code given is of, and what applies by itself. How often the person has used an offer is counted
# only where that is limited. `place`: of the code as it was given, NULL for what applies by itself.
_COLUMNS = """
o.id, o.revision, o.state, o.currency, o.since, o.until, o.uses, o.uses_most, o.budget_minor - o.taken_minor,
o.uses_each, CASE WHEN o.uses_each IS NOT NULL THEN (
    SELECT count(*) FROM offers_taken AS t JOIN customers_profile AS mine ON mine.id = t.profile_id
    WHERE mine.person_id = (SELECT person_id FROM who) AND t.offer_id = o.id AND t.counts) END,
(SELECT person_id FROM who)
"""
_STATEMENT = f"""
WITH who AS MATERIALIZED (SELECT person_id FROM customers_profile WHERE id = %(profile)s),
asked AS (SELECT hash, place FROM unnest(%(hashes)s::bytea[]) WITH ORDINALITY AS a(hash, place))
SELECT a.place, c.id, c.state, c.closed_at, c.until, c.profile_id IS NOT NULL,
       (SELECT whose.person_id FROM customers_profile AS whose WHERE whose.id = c.profile_id), {_COLUMNS}
FROM asked AS a JOIN offers_code AS c ON c.hash = a.hash JOIN offers_offer AS o ON o.id = c.offer_id
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, FALSE, NULL, {_COLUMNS}
FROM offers_offer AS o
WHERE o.state = 'running' AND o.kind IN ('personal', 'prices') AND o.currency = %(currency)s
  AND (o.since IS NULL OR o.since <= %(at)s) AND (o.until IS NULL OR o.until > %(at)s)
ORDER BY 1 NULLS LAST
"""  # noqa: S608 (columns of ours)


class _Found(NamedTuple):
    """An offer that may apply, with the code by which it was asked for."""

    place: int | None
    code_id: int | None
    code_state: str | None
    code_closed_at: datetime | None
    code_until: datetime | None
    is_personal: bool
    whose: int | None
    offer_id: int
    revision: int
    state: str
    currency: str
    since: datetime | None
    until: datetime | None
    uses: int
    uses_most: int | None
    left_minor: int | None
    uses_each: int | None
    used: int | None
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What offers take off a cart, and by which terms."""

    applied: Applied
    offs: tuple[Off, ...]


def apply(
    *,
    cart: Cart,
    codes: Sequence[str],
    profile_id: int | None,
    at: datetime,
    standing: Standing | None = None,
) -> Applied:
    """What all offers take off this cart at that moment, the best way they combine (`rules.combining`).

    `codes` as they were typed; each stands in `discounts` or in `refused`. `profile_id`: whose cart it is,
    None: not known. `standing`: the discount they have anyway. Changes nothing.
    """
    if not codes and not any_by_itself(cart.currency, at):
        return _examined(cart, [], {}, standing).applied
    return examine(cart=cart, codes=codes, profile_id=profile_id, at=at, standing=standing).applied


def examine(
    *, cart: Cart, codes: Sequence[str], profile_id: int | None, at: datetime, standing: Standing | None
) -> Examined:
    """The same, with the terms it was reckoned by."""
    given = list(dict.fromkeys(codes))
    refused = dict.fromkeys(given[CODES_MAX:], Refused(CouponRefusal.NOT_TOGETHER))
    given = given[:CODES_MAX]
    found = _find(given, cart.currency, profile_id, at)
    if not found:
        return _examined(cart, [], refused | dict.fromkeys(given, _UNKNOWN), standing)
    offers = ready({(one.offer_id, one.revision) for one in found})
    fits = fitting.who_fits(offers, found[0].person_id, at)
    offers = priced(offers, cart)
    fit: dict[int, Candidate] = {}
    for one in found:
        code = given[one.place - 1] if one.place else ""
        offer = offers[one.offer_id]
        why = _why_not(one, offer, cart, at, fits=one.offer_id in fits)
        if why is None and one.offer_id in fit:
            why = Refused(CouponRefusal.TWICE)
        if why is None:
            fit[one.offer_id] = Candidate(one.offer_id, offer, code, one.code_id, one.left_minor)
        elif code:
            refused[code] = why
    known = {given[one.place - 1] for one in found if one.place}
    refused |= {code: _UNKNOWN for code in given if code not in known}
    return _examined(cart, list(fit.values()), refused, standing)


def try_terms(terms: Terms, cart: Cart) -> tuple[int, ...]:
    """What an offer alone would take off each line of a cart, whoever's it is and whenever."""
    if cart.total_minor < terms.total_from_minor:
        return (0,) * len(cart.lines)
    offer = priced({0: Ready(terms)}, cart)[0]
    return offer.off(folded(cart.lines), [line.amount_minor for line in cart.lines])


def try_offer(offer: Offer, cart: Cart, *, at: datetime, standing: Standing | None) -> Applied:
    """What an offer would take off a cart beside a standing discount, if its code were given; whoever's the
    cart is, and though the offer does not run yet. Why it takes nothing off stands under an empty code."""
    terms = offer.terms
    why = not_at(at, since=terms.since, until=terms.until) or not_this_cart(terms, offer.currency, cart)
    ready_one = priced({offer.id: Ready(terms)}, cart)[offer.id]
    fit = [] if why else [Candidate(offer.id, ready_one)]
    applied = _examined(cart, fit, {"": why} if why else {}, standing).applied
    if why is None and not applied.discounts:
        why = takes_no_more(terms, off_minor=sum(try_terms(terms, cart)))
        return replace(applied, refused={"": why})
    return applied


def try_standing(cart: Cart, standing: Standing | None) -> Applied:
    """What a standing discount would take off a cart without any offer."""
    return _examined(cart, [], {}, standing).applied


def _find(codes: Sequence[str], currency: str, profile_id: int | None, at: datetime) -> list[_Found]:
    hashes = [hash_of(code[: GIVEN_MAX + 1]) for code in codes]
    values: dict[str, Any] = {"profile": profile_id, "hashes": hashes, "currency": currency, "at": at}
    with prepared_cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        return [_Found._make(row) for row in cursor.fetchall()]


def _why_not(one: _Found, offer: Ready, cart: Cart, at: datetime, *, fits: bool) -> Refused | None:
    """Why an offer cannot be used; None: it can."""
    if one.state == OfferState.DRAFT:
        return Refused(CouponRefusal.NOT_YET)
    if one.state != OfferState.RUNNING or one.code_state == CodeState.VOID:
        return Refused(CouponRefusal.STOPPED)
    if one.code_state == CodeState.USED:
        return Refused(CouponRefusal.USED, used_at=one.code_closed_at)
    if one.code_state == CodeState.RESERVED:
        return Refused(CouponRefusal.USED)
    until = min((until for until in (one.until, one.code_until) if until is not None), default=None)
    return not_at(at, since=one.since, until=until) or _why_not_now(one, offer, cart, fits=fits)


def _why_not_now(one: _Found, offer: Ready, cart: Cart, *, fits: bool) -> Refused | None:
    """The same of this cart and customer, for an offer that runs."""
    needs_customer = one.is_personal or one.uses_each is not None or offer.terms.who is not None
    if one.person_id is None and needs_customer:
        return Refused(CouponRefusal.CUSTOMER_NEEDED)
    if not fits or (one.is_personal and one.whose != one.person_id):
        return Refused(CouponRefusal.NOT_THEIRS)
    if one.uses_each is not None and (one.used or 0) >= one.uses_each:
        return Refused(CouponRefusal.ENOUGH, uses=one.used, uses_most=one.uses_each)
    if one.uses_most is not None and one.uses >= one.uses_most:
        return Refused(CouponRefusal.USED_UP, uses=one.uses, uses_most=one.uses_most)
    return not_this_cart(offer.terms, one.currency, cart)


def _examined(
    cart: Cart, fit: Sequence[Candidate], refused: dict[str, Refused], standing: Standing | None
) -> Examined:
    lines = folded(cart.lines)
    combined = combine(lines, fit, standing)
    counted = {off.candidate.offer_id for off in combined.offs}
    amounts = [line.amount_minor for line in lines]
    for one in fit:
        if one.code and one.offer_id not in counted:
            refused[one.code] = left_out(one, combined, off_minor=sum(one.ready.off(lines, amounts)))
    terms = [off.candidate.ready.terms for off in combined.offs]
    applied = Applied(
        discounts=tuple(
            Discounted(
                offer_id=off.candidate.offer_id,
                name=off.candidate.ready.terms.name,
                code=off.candidate.code,
                code_id=off.candidate.code_id,
                lines=off.lines,
                terms=off.candidate.ready.terms,
            )
            for off in combined.offs
        ),
        refused=refused,
        standing=combined.standing,
        may_pay_with_points=all(one.with_points for one in terms),
        with_tier=all(one.with_tier for one in terms),
    )
    return Examined(applied, combined.offs)
