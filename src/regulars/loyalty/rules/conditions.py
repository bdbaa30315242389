"""The conditions a programme keeps, wherever they stand in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.kit.documents import Condition
from regulars.loyalty.types import Programme


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
