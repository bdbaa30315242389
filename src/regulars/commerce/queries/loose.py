"""Credits that name no known order, and the orders they may be of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from regulars.commerce.types import Loose, LooseCredit, OrderThatFits, WhyUnfit
from regulars.kit import sql

ORDERS_THAT_FIT_MAX = 30
"""Most orders of a customer that one is asked to choose from."""

# That its source names the very order that a colleague did makes it the source's word.
_BY_HAND = """
c.named_order_id IS NOT NULL AND c.order_id = c.named_order_id
AND (o.source, o.external_id) <> (c.source, c.order_external_id)
"""
_STATES = {
    Loose.OPEN: "c.order_id IS NULL AND NOT c.put_away",
    Loose.AWAY: "c.order_id IS NULL AND c.put_away",
    Loose.NAMED: _BY_HAND,
}
_COLUMNS = """
SELECT c.id, c.source, c.external_id, c.order_external_id, coalesce(o.profile_id, c.profile_id),
       coalesce(p.name, ''), trim_scale(c.quantity), c.credited_at, c.amount_minor, c.currency,
       CASE WHEN c.order_id IS NOT NULL THEN 'named' WHEN c.put_away THEN 'away' ELSE 'open' END,
       o.id, coalesce(o.external_id, '')
FROM commerce_credit AS c
LEFT JOIN commerce_product AS p ON p.id = c.product_id
LEFT JOIN commerce_order AS o ON o.id = c.order_id
"""
# What an unknown order is to tell has no amount yet, and nothing can be done about it.
_PAGE = f"""{_COLUMNS}
WHERE {{state}} AND c.amount_minor > 0
  AND (%(after)s::timestamptz IS NULL OR (c.credited_at, c.id) < (%(after)s, %(id)s))
  AND (%(number)s = '' OR %(number)s IN (c.external_id, c.order_external_id)
       OR c.profile_id IN (SELECT profile_id FROM facts_profiles WHERE person_id = ANY(%(persons)s)))
ORDER BY c.credited_at DESC, c.id DESC LIMIT %(limit)s
"""  # noqa: S608 (texts of ours)
_ONE = f"{_COLUMNS} WHERE c.id = %s AND c.amount_minor > 0 AND (c.order_id IS NULL OR {_BY_HAND})"
_COUNT = """
SELECT count(*) FROM (
    SELECT FROM commerce_credit AS c WHERE c.order_id IS NULL AND NOT c.put_away AND c.amount_minor > 0
    LIMIT %s
) AS found
"""
# Whose it is: of one that says nothing of a customer, whoever a colleague means, or whose the order is.
_ONE_OF = """
one AS (
    SELECT c.*, p.name AS product, coalesce(
        mine.person_id, %(person)s::bigint,
        (SELECT f.person_id FROM commerce_order AS o JOIN facts_profiles AS f USING (profile_id)
         WHERE o.id = %(order)s)
    ) AS person_id
    FROM commerce_credit AS c
    LEFT JOIN facts_profiles AS mine ON mine.profile_id = c.profile_id
    LEFT JOIN commerce_product AS p ON p.id = c.product_id
    WHERE c.id = %(credit)s AND c.reckoned = ''
)
"""
# An order of another source has products of its own: they are the same by their names.
_FITTING = f"""
WITH {_ONE_OF}, worth AS (
    SELECT o.id, o.source, o.external_id, o.profile_id, o.ordered_at, o.amount_minor,
           o.amount_minor
           - coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r WHERE r.order_id = o.id), 0)
           - coalesce((SELECT sum(c.amount_minor) FROM commerce_credit AS c
                       WHERE c.order_id = o.id AND c.id <> one.id), 0) AS left_minor,
           o.currency, o.branch_id,
           EXISTS (SELECT FROM commerce_orderline AS l
                   LEFT JOIN commerce_product AS lp ON lp.id = l.product_id
                   WHERE l.order_id = o.id
                     AND (l.product_id = one.product_id OR lp.name = nullif(one.product, ''))) AS has_product
    FROM one
    JOIN facts_profiles AS p ON p.person_id = one.person_id
    JOIN commerce_order AS o ON o.profile_id = p.profile_id AND o.currency = one.currency
        AND o.ordered_at <= one.credited_at AND o.status <> 'cancelled'
    WHERE %(order)s::bigint IS NULL OR o.id = %(order)s
)
SELECT w.id, w.source, w.external_id, w.profile_id, w.ordered_at, w.amount_minor, w.left_minor::bigint,
       w.currency, w.has_product, coalesce(b.name, '')
FROM worth AS w LEFT JOIN commerce_branch AS b ON b.id = w.branch_id
WHERE w.left_minor > 0
ORDER BY w.has_product DESC, w.ordered_at DESC, w.id DESC LIMIT %(limit)s
"""  # noqa: S608 (texts of ours)
# Asked where no order fits: so the last of the reasons is that nothing is left of them.
_UNFIT = f"""
WITH {_ONE_OF}
SELECT CASE WHEN o.status = 'cancelled' THEN 'cancelled' WHEN o.currency <> one.currency THEN 'currency'
            WHEN o.ordered_at > one.credited_at THEN 'later' ELSE 'given_back' END AS reason,
       count(*)
FROM one
JOIN facts_profiles AS p ON p.person_id = one.person_id
JOIN commerce_order AS o ON o.profile_id = p.profile_id
GROUP BY reason
"""  # noqa: S608 (texts of ours)


def loose_credits(
    *,
    state: Loose,
    limit: int,
    after: tuple[datetime, int] | None = None,
    number: str = "",
    person_ids: Collection[int] = (),
) -> list[LooseCredit]:
    """Credits that name no known order, the newest first.

    `after`: moment and id of the last one seen. `number`: only those that have it, or name it, and those of
    these persons.
    """
    values = {
        "after": after[0] if after else None,
        "id": after[1] if after else 0,
        "number": number,
        "persons": list(person_ids),
        "limit": limit,
    }
    return [_credit(row) for row in sql.rows(_PAGE.format(state=_STATES[state]), values)]


def loose_credit(credit_id: int) -> LooseCredit | None:
    """One of them; None of a credit whose source names a known order, or whose amount nobody knows."""
    found = sql.row(_ONE, [credit_id])
    return _credit(found) if found else None


def count_loose_credits(*, most: int) -> int:
    """How many wait for somebody to say which order they are of; counted up to `most`."""
    return int(sql.value(_COUNT, [most]))


def orders_that_fit(
    *,
    credit_id: int,
    order_id: int | None = None,
    person_id: int | None = None,
    limit: int = ORDERS_THAT_FIT_MAX,
) -> list[OrderThatFits]:
    """Orders of the same customer that a credit may be of: in its currency, made before it, and still worth
    something without it. Those with its product come first, then the newest.

    `order_id`: only this one. `person_id`: whose a credit is whose source names no customer; where it is not
    said either, that of the order is.
    """
    values = {"credit": credit_id, "order": order_id, "person": person_id}
    rows = sql.rows(_FITTING, values | {"limit": limit})
    return [
        OrderThatFits(
            id=id_,
            source=source,
            number=number,
            profile_id=profile_id,
            ordered_at=ordered_at,
            amount_minor=amount,
            left_minor=left,
            currency=currency,
            has_product=has_product,
            branch=branch,
        )
        for (
            id_,
            source,
            number,
            profile_id,
            ordered_at,
            amount,
            left,
            currency,
            has_product,
            branch,
        ) in rows
    ]


def why_none_fits(*, credit_id: int, person_id: int | None = None) -> dict[WhyUnfit, int]:
    """Where none of a customer's orders fits: how many do not for which reason; empty where there is none."""
    values = {"credit": credit_id, "order": None, "person": person_id}
    return {WhyUnfit(reason): count for reason, count in sql.rows(_UNFIT, values)}


def _credit(row: tuple[Any, ...]) -> LooseCredit:
    id_, source, external_id, told_order, profile_id, product, quantity, credited_at, *rest = row
    amount_minor, currency, state, order_id, order_number = rest
    return LooseCredit(
        id=id_,
        source=source,
        external_id=external_id,
        told_order=told_order,
        profile_id=profile_id,
        product=product,
        quantity=quantity,
        credited_at=credited_at,
        amount_minor=amount_minor,
        currency=currency,
        state=Loose(state),
        order_id=order_id,
        order_number=order_number,
    )
