"""What conditions can ask about customers' tiers and points."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from regulars.customers.types import CUSTOMERS_MERGED, CUSTOMERS_UNMERGED
from regulars.kit import attributes, clock
from regulars.kit.attributes import Attribute, Kind, Relation
from regulars.loyalty import queries
from regulars.loyalty.types import POINTS
from regulars.loyalty.types.events import (
    POINTS_ADJUSTED,
    POINTS_BECAME_USABLE,
    POINTS_EARNED,
    POINTS_EXPIRED,
    POINTS_EXPIRING,
    POINTS_GIVEN_BACK,
    POINTS_SPENT,
    POINTS_TAKEN_BACK,
    TIER_LEFT,
    TIER_REACHED,
)

LOYALTY = _("Loyalty programme")
SOON_DAYS = 30
"""Points expire soon that do so within these days; the log tells of them when so many are left."""

_PERSONS = frozenset({CUSTOMERS_MERGED.name, CUSTOMERS_UNMERGED.name})
_MOVES = (
    POINTS_EARNED,
    POINTS_BECAME_USABLE,
    POINTS_SPENT,
    POINTS_GIVEN_BACK,
    POINTS_TAKEN_BACK,
    POINTS_EXPIRED,
    POINTS_EXPIRING,
    POINTS_ADJUSTED,
)
_POINTS_MOVE = _PERSONS | {type_.name for type_ in _MOVES}

TIERS = Relation(
    name="loyalty_tiers",
    query="""
        SELECT person_id, since, CASE WHEN ends_at <= {now} THEN fits ELSE tier END AS tier
        FROM loyalty_tierstanding WHERE merged_into IS NULL AND tier <> ''
    """,
    one_each=True,
    changed_by=_PERSONS | {TIER_REACHED.name, TIER_LEFT.name},
)
BALANCES = Relation(
    name="loyalty_balances",
    query=f"""
        SELECT p.person_id, greatest(0, sum(w.available_minor + w.debt_minor)) / 100.0 AS spendable
        FROM loyalty_wallet AS w JOIN facts_profiles AS p ON p.profile_id = w.profile_id
        WHERE w.currency = '{POINTS}' AND {{scope:w.profile_id}}
        GROUP BY p.person_id
    """,  # noqa: S608 (a word of ours)
    one_each=True,
    changed_by=_POINTS_MOVE,
)
EXPIRING = Relation(
    name="loyalty_expiring",
    query=f"""
        SELECT p.person_id, sum(l.available_minor) / 100.0 AS points
        FROM loyalty_lot AS l
        JOIN loyalty_wallet AS w ON w.id = l.wallet_id
        JOIN facts_profiles AS p ON p.profile_id = w.profile_id
        WHERE l.open AND l.available_minor > 0 AND l.expires_at > {{now}}
          AND l.expires_at <= {{now}} + interval '{SOON_DAYS} days' AND {{scope:w.profile_id}}
        GROUP BY p.person_id
    """,  # noqa: S608
    one_each=True,
    changed_by=_POINTS_MOVE,
)
EARNED = Relation(
    name="loyalty_earned",
    query="""
        SELECT p.person_id, l.earned_at AS at
        FROM loyalty_lot AS l
        JOIN loyalty_wallet AS w ON w.id = l.wallet_id
        JOIN facts_profiles AS p ON p.profile_id = w.profile_id
        WHERE l.settled_minor > 0 AND {scope:w.profile_id}
    """,
    one_each=False,
    changed_by=_PERSONS | {POINTS_EARNED.name, POINTS_TAKEN_BACK.name, POINTS_ADJUSTED.name},
)
SPENT = Relation(
    name="loyalty_spent",
    query="""
        SELECT p.person_id, h.at
        FROM loyalty_hold AS h JOIN facts_profiles AS p ON p.profile_id = h.profile_id
        WHERE h.state = 'captured' AND h.spent_minor > 0 AND {scope:h.profile_id}
    """,
    one_each=False,
    changed_by=_PERSONS | {POINTS_SPENT.name},
)


def _tiers() -> Sequence[tuple[str, str]]:
    version = queries.current(clock.now())
    tiers = version.programme.tiers if version else None
    return [(tier.key, tier.name) for tier in tiers.levels] if tiers else []


ATTRIBUTES = (
    Attribute(
        key="loyalty.tier",
        label=_("Tier"),
        group=LOYALTY,
        kind=Kind.CHOICE,
        relation=TIERS.name,
        expression="tier",
        choices=_tiers,
    ),
    Attribute(
        key="loyalty.tier_since",
        label=_("Has the tier since"),
        group=LOYALTY,
        kind=Kind.MOMENT,
        relation=TIERS.name,
        expression="since",
    ),
    Attribute(
        key="loyalty.spendable",
        label=_("Points to spend"),
        group=LOYALTY,
        kind=Kind.NUMBER,
        relation=BALANCES.name,
        expression="spendable",
        of_nothing=0,
    ),
    Attribute(
        key="loyalty.expiring",
        label=_("Points that expire within 30 days"),
        group=LOYALTY,
        kind=Kind.NUMBER,
        relation=EXPIRING.name,
        expression="points",
        of_nothing=0,
    ),
    Attribute(
        key="loyalty.last_earned",
        label=_("Last earned points"),
        group=LOYALTY,
        kind=Kind.MOMENT,
        relation=EARNED.name,
        expression="max(at)",
    ),
    Attribute(
        key="loyalty.last_spent",
        label=_("Last spent points"),
        group=LOYALTY,
        kind=Kind.MOMENT,
        relation=SPENT.name,
        expression="max(at)",
    ),
)


def register() -> None:
    """Tell the registry what customers can be asked about."""
    for relation in (TIERS, BALANCES, EXPIRING, EARNED, SPENT):
        attributes.register_relation(relation)
    attributes.register(*ATTRIBUTES)
