"""What conditions can ask about what customers bought.

Orders are those of the figures: not cancelled, in the shop's currency, with something left after returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.commerce.queries import choices
from regulars.commerce.types import OF_ORDERS
from regulars.kit import attributes
from regulars.kit.attributes import Attribute, Field, Kind, Relation

ORDERED = _("Orders")

# What was given back for each order. The orders are joined for nothing but the scope, so where everybody is
# asked about they are not even read.
_BACK = """
SELECT order_id, sum(amount_minor)::bigint AS amount_minor FROM (
    SELECT r.order_id, r.amount_minor FROM commerce_orderreturn AS r
    LEFT JOIN commerce_order AS x ON x.id = r.order_id
    WHERE {scope:x.profile_id}
    UNION ALL
    SELECT c.order_id, c.amount_minor FROM commerce_credit AS c
    LEFT JOIN commerce_order AS x ON x.id = c.order_id
    WHERE c.order_id IS NOT NULL AND {scope:x.profile_id}
) AS given_back GROUP BY order_id
"""
_COUNT = "o.status <> 'cancelled' AND o.currency = {currency} AND {scope:o.profile_id}"
_ORDERS = f"""
SELECT p.person_id, o.id AS order_id, o.ordered_at AS at,
    o.amount_minor - coalesce(back.amount_minor, 0) AS amount_minor,
    o.channel, branch.name AS branch
FROM commerce_order AS o
JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN ({_BACK}) AS back ON back.order_id = o.id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id
WHERE {_COUNT} AND o.amount_minor > coalesce(back.amount_minor, 0)
"""  # noqa: S608
# A line, and what was given back of it: a return names the line, a credit the product. Goods and places are
# joined in each of the parts, so that where some are asked for, only their lines are read.
_LINE = """
SELECT o.id AS order_id, o.amount_minor AS whole_minor, o.profile_id, o.ordered_at, o.channel,
    branch.name AS branch, product.name AS product, product.category, product.brand,
    {amount} AS amount_minor, {is_sold} AS is_sold
FROM commerce_order AS o {lines}
LEFT JOIN commerce_product AS product ON product.id = {of}.product_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id
WHERE {count}
"""
_SOLD = _LINE.format(
    amount="l.amount_minor",
    is_sold="true",
    lines="JOIN commerce_orderline AS l ON l.order_id = o.id",
    of="l",
    count=_COUNT,
)
_RETURNED = _LINE.format(
    amount="-r.amount_minor",
    is_sold="false",
    lines="""
    JOIN commerce_orderreturn AS r ON r.order_id = o.id JOIN commerce_orderline AS l ON l.id = r.line_id
    """,
    of="l",
    count=_COUNT,
)
_CREDITED = _LINE.format(
    amount="-c.amount_minor",
    is_sold="false",
    lines="JOIN commerce_credit AS c ON c.order_id = o.id",
    of="c",
    count=f"""{_COUNT} AND EXISTS (
        SELECT FROM commerce_orderline AS l WHERE l.order_id = o.id AND l.product_id = c.product_id
    )""",
)
_LINES = f"""
SELECT p.person_id, o.order_id, o.ordered_at AS at, o.amount_minor, o.is_sold,
    o.channel, o.branch, o.product, o.category, o.brand
FROM ({_SOLD} UNION ALL {_RETURNED} UNION ALL {_CREDITED}) AS o
JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN ({_BACK}) AS back ON back.order_id = o.order_id
WHERE o.whole_minor > coalesce(back.amount_minor, 0)
"""  # noqa: S608
_MOMENTS = """
SELECT p.person_id, o.ordered_at AS at
FROM commerce_order AS o JOIN facts_profiles AS p ON p.profile_id = o.profile_id
WHERE {scope:o.profile_id}
"""


def _field(label: Promise, column: str, read: Callable[[], Sequence[str]]) -> Field:
    return Field(
        label=label, kind=Kind.TEXT, column=column, choices=lambda: [(name, name) for name in read()]
    )


_OF_ORDERS = {
    "branch": _field(_("Branch"), "branch", choices.branches),
    "channel": _field(_("Channel"), "channel", choices.channels),
}
_OF_LINES = {
    "product": _field(_("Product"), "product", choices.products),
    "category": _field(_("Category"), "category", choices.categories),
    "brand": _field(_("Brand"), "brand", choices.brands),
}
ORDERS = Relation(
    name="orders", query=_ORDERS, one_each=False, changed_by=OF_ORDERS, moments=_MOMENTS, fields=_OF_ORDERS
)
ORDER_LINES = Relation(
    name="order_lines",
    query=_LINES,
    one_each=False,
    changed_by=OF_ORDERS,
    moments=_MOMENTS,
    fields=_OF_LINES | _OF_ORDERS,
)
ATTRIBUTES = (
    Attribute(
        key="commerce.orders",
        label=_("Number of orders"),
        group=ORDERED,
        kind=Kind.NUMBER,
        relation=ORDERS.name,
        expression="count(*)",
        of_nothing=0,
    ),
    Attribute(
        key="commerce.spend",
        label=_("Spent altogether"),
        group=ORDERED,
        kind=Kind.MONEY,
        relation=ORDERS.name,
        expression="sum(amount_minor)",
        of_nothing=0,
    ),
    Attribute(
        key="commerce.average_order",
        label=_("Average order"),
        group=ORDERED,
        kind=Kind.MONEY,
        relation=ORDERS.name,
        expression="avg(amount_minor)",
    ),
    Attribute(
        key="commerce.largest_order",
        label=_("Largest order"),
        group=ORDERED,
        kind=Kind.MONEY,
        relation=ORDERS.name,
        expression="max(amount_minor)",
    ),
    Attribute(
        key="commerce.first_order_at",
        label=_("First order"),
        group=ORDERED,
        kind=Kind.MOMENT,
        relation=ORDERS.name,
        expression="min(at)",
    ),
    Attribute(
        key="commerce.last_order_at",
        label=_("Last order"),
        group=ORDERED,
        kind=Kind.MOMENT,
        relation=ORDERS.name,
        expression="max(at)",
    ),
)


def register() -> None:
    """Tell the registry what can be asked about orders."""
    for relation in (ORDERS, ORDER_LINES):
        attributes.register_relation(relation)
    attributes.register(*ATTRIBUTES)
