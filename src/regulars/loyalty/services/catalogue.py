"""Keeping the catalogue of rewards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.kit.errors import Conflict
from regulars.loyalty.errors import BadReward
from regulars.loyalty.models import Reward
from regulars.loyalty.queries.rewards import REWARDS_MAX, due_attributes, to_reward
from regulars.loyalty.rules.catalogue import DUE_DAYS_MAX
from regulars.loyalty.types.rewards import (
    NAME_CHARACTERS_MAX,
    WORDS_CHARACTERS_MAX,
    NewReward,
    RewardKind,
    RewardRow,
    RewardState,
)

PRICE_MAX = 10**12


@transaction.atomic
def add_reward(*, new: NewReward, now: datetime) -> RewardRow:
    """Put a reward into the catalogue; it can be had at once, or from `since` on.

    Raises BadReward, which says what to put right.
    """
    if Reward.objects.exclude(state=RewardState.REMOVED.value).count() >= REWARDS_MAX:
        raise BadReward(
            _("There are %(most)s rewards already, and nobody reads more. Remove some.")
            % {"most": REWARDS_MAX}
        )
    told = _checked(new)
    return to_reward(Reward.objects.create(**told, state=RewardState.RUNNING.value, made_at=now))


@transaction.atomic
def edit_reward(*, reward_id: int, new: NewReward, seen: RewardRow) -> RewardRow:
    """Change a reward; what was taken of it stays as it was taken. Its kind stays.

    `seen`: as the one who edits it saw it. What is left is changed by the difference to what they saw, so
    that what is taken meanwhile counts.

    Raises BadReward, and Conflict where a colleague changed it meanwhile.
    """
    row = Reward.objects.select_for_update().filter(pk=reward_id).first()
    if row is None or row.state == RewardState.REMOVED.value:
        raise BadReward(_("This reward is not in the catalogue any more."))
    if row.changes != seen.changes:
        raise Conflict(_("A colleague changed this reward meanwhile. Load the page and change it again."))
    if new.kind is not RewardKind(row.kind):
        raise BadReward(_("What a reward is cannot be changed: add another one."))
    told = _checked(new) | {"left": _left(row.left, seen.left, new.left), "changes": row.changes + 1}
    Reward.objects.filter(pk=reward_id).update(**told)
    row.refresh_from_db()
    return to_reward(row)


def set_reward_state(*, reward_id: int, state: RewardState) -> bool:
    """Pause a reward, let it run again, or remove it; False where nothing changed. Removed ones may come
    back."""
    found = Reward.objects.filter(pk=reward_id).exclude(state=state.value)
    return found.update(state=state.value, changes=F("changes") + 1) == 1


def _left(now: int | None, seen: int | None, told: int | None) -> int | None:
    if told is None or now is None or seen is None:
        return told
    return max(0, now + told - seen)


def _checked(new: NewReward) -> dict[str, Any]:
    """What to store. Raises BadReward."""
    name, words = _line(new.name), _line(new.words)
    if not name:
        raise BadReward(_("The reward has no name. Say in a few words what the customer gets."))
    if len(name) > NAME_CHARACTERS_MAX:
        raise BadReward(
            _("The name is too long: it has %(length)s characters, the most is %(most)s. Shorten it.")
            % {"length": len(name), "most": NAME_CHARACTERS_MAX}
        )
    if len(words) > WORDS_CHARACTERS_MAX:
        raise BadReward(
            _("The description is too long: it has %(length)s characters, the most is %(most)s. Shorten it.")
            % {"length": len(words), "most": WORDS_CHARACTERS_MAX}
        )
    if not 0 < new.price_minor <= PRICE_MAX:
        raise BadReward(_("Say how many points it takes, more than none."))
    if new.left is not None and new.left < 0:
        raise BadReward(_("There cannot be fewer than none left."))
    if new.most_each is not None and new.most_each < 1:
        raise BadReward(_("Let a customer have at least one, or say nothing for no limit."))
    if new.since and new.until and new.until <= new.since:
        raise BadReward(_("The last day comes before the first. Turn them round."))
    if not 1 <= new.due_days <= DUE_DAYS_MAX:
        raise BadReward(
            _("Say within how many days it is done, from 1 to %(most)s.") % {"most": DUE_DAYS_MAX}
        )
    if new.due_attribute and new.due_attribute not in {key for key, _label in due_attributes()}:
        raise BadReward(_("The day it is done on is not noted of customers any more. Choose another."))
    if (new.kind is RewardKind.COUPON) is not (new.coupon is not None):
        raise BadReward(_("Say what the coupon takes off, and only of a coupon."))
    is_service = new.kind is RewardKind.SERVICE
    return {
        "name": name,
        "words": words,
        "kind": new.kind.value,
        "price_minor": new.price_minor,
        # What a coupon costs is what it takes off once it is used.
        "cost_minor": 0 if new.coupon else max(0, new.cost_minor),
        "left": new.left,
        "most_each": new.most_each,
        "tiers": list(new.tiers),
        "since": new.since,
        "until": new.until,
        "due_days": new.due_days,
        "due_attribute": new.due_attribute if is_service else "",
        "coupon": new.coupon.model_dump(mode="json") if new.coupon else None,
    }


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
