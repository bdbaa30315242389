"""The conditions a programme keeps, wherever they stand in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from regulars.kit.documents import Condition
from regulars.loyalty.types import Programme
from regulars.loyalty.types.challenges import OfEvents

JUST_BEFORE = timedelta(microseconds=1)
"""Who somebody was is asked so long before what they did."""


def conditions_of(programme: Programme) -> Iterator[tuple[str, Condition]]:
    """Each with the name of the part it belongs to; empty for bringing friends, which has none."""
    for rule in programme.rules:
        if rule.when.who is not None:
            yield rule.name, rule.when.who
    for challenge in programme.challenges:
        if challenge.who is not None:
            yield challenge.name, challenge.who
    for day in programme.personal_days:
        if day.who is not None:
            yield day.name, day.who
    if programme.referral and programme.referral.who is not None:
        yield "", programme.referral.who


def conditions_of_rules(programme: Programme) -> dict[str, Condition]:
    """By the key of a rule whom it is for, where that is said."""
    return {rule.key: rule.when.who for rule in programme.rules if rule.when.who is not None}


def conditions_by_part(programme: Programme) -> dict[str, Condition]:
    """The same of all that is given for something: `rule:<key>`, `challenge:<key>`, `day:<key>`."""
    asked = [
        *((f"rule:{key}", who) for key, who in conditions_of_rules(programme).items()),
        *((f"challenge:{challenge.key}", challenge.who) for challenge in programme.challenges),
        *((f"day:{day.key}", day.who) for day in programme.personal_days),
    ]
    return {part: who for part, who in asked if who is not None}


def tested_events(programme: Programme) -> Iterator[tuple[str, Condition]]:
    """What goals count of events, as conditions, each with the name of the goal."""
    for challenge in programme.challenges:
        if isinstance(challenge.counted, OfEvents):
            counted = challenge.counted
            yield challenge.name, {"node": "event", "event": counted.event, "where": list(counted.where)}
