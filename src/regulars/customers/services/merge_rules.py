"""Keeping by what customers are merged, and what is nobody's own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.errors import BadRule
from regulars.customers.models import BlockedIdentity, MergeRule
from regulars.customers.queries.merge_rules import BLOCKED_MAX, merge_rules
from regulars.customers.queries.region import region_for
from regulars.customers.rules import normalise
from regulars.customers.services.merging_by_rule import look_at_everybody
from regulars.customers.types import IdentityType, Rule

PERSONS_MIN, PERSONS_MAX = 2, 50
PRIORITY_MAX = 9
_PATTERN_CHARACTERS_MIN = 2
"""Of a pattern beside the star: a shorter one would block half of all."""


def set_merge_rule(*, rule: Rule, now: datetime) -> bool:
    """Have sharing an identity of a type mean this from now on; says whether it is a change.

    Everybody is gone through again, for who was left apart by the former rule (schedule
    `customers.merge_everybody`); nobody is separated. Raises BadRule.
    """
    if not PERSONS_MIN <= rule.persons_max <= PERSONS_MAX:
        raise BadRule(
            _("A value joins between %(least)s and %(most)s people; choose a number in between.")
            % {"least": PERSONS_MIN, "most": PERSONS_MAX}
        )
    if not 1 <= rule.priority <= PRIORITY_MAX:
        raise BadRule(_("The order is a number from 1 to %(most)s.") % {"most": PRIORITY_MAX})
    with transaction.atomic():
        if merge_rules()[rule.type] == rule:
            return False
        MergeRule.objects.update_or_create(
            type=rule.type.value,
            defaults={
                "merges": rule.merges,
                "persons_max": rule.persons_max,
                "one_each": rule.one_each,
                "priority": rule.priority,
            },
        )
        look_at_everybody(now=now)
        return True


def block(*, type_: IdentityType, value: str, now: datetime, user_id: int | None) -> int:
    """Have an address or a number join nobody from now on; gives its number in the list.

    A star at the end or the beginning stands for anything: "*@example.com". Who was merged by it already
    stays so. Raises BadRule.
    """
    stored = _stored(type_, value)
    with transaction.atomic():
        if BlockedIdentity.objects.count() >= BLOCKED_MAX:
            raise BadRule(_("No more than %(most)s values can be blocked.") % {"most": BLOCKED_MAX})
        row, _made = BlockedIdentity.objects.get_or_create(
            type=type_.value, value=stored, defaults={"created_at": now, "created_by": user_id}
        )
        return row.pk


def unblock(*, blocked_id: int, now: datetime) -> bool:
    """Let a value join people again, by its number in the list; says whether it was blocked."""
    with transaction.atomic():
        was_blocked = bool(BlockedIdentity.objects.filter(pk=blocked_id).delete()[0])
        if was_blocked:
            look_at_everybody(now=now)
    return was_blocked


def _stored(type_: IdentityType, value: str) -> str:
    value = value.strip()
    if "*" not in value:
        if stored := normalise(type_, value, region_for([(type_, value)])):
            return stored
        raise BadRule(_("Enter the address or the number that is nobody's own."))
    fixed = value.strip("*").casefold()
    if "*" in fixed or len(fixed) < _PATTERN_CHARACTERS_MIN or value.count("*") > 1:
        raise BadRule(
            _("A star stands at the beginning or the end, beside at least %(least)s signs: *@example.com")
            % {"least": _PATTERN_CHARACTERS_MIN}
        )
    return f"*{fixed}" if value.startswith("*") else f"{fixed}*"
