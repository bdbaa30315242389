"""Points by hand: a look at what would be, and the names and balances that the list needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.console.forms.points import ByHand
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types import AdjustmentRow, AdjustmentState, Balance
from regulars.team import queries as team


@dataclass(frozen=True)
class Outcome:
    """What would be: what the customer has before and after, or that somebody else has to look at it."""

    points_minor: int
    before: Balance
    after: Balance
    waits: bool
    lasts_until: datetime | None


@dataclass(frozen=True)
class Asked:
    """Who looks at the list, and whether they may decide."""

    user_id: int
    may_decide: bool


@dataclass(frozen=True)
class Named:
    """Names of customers and colleagues; balances where they were asked for."""

    people: Mapping[int, str]
    colleagues: Mapping[int, str]
    balances: Mapping[int, Balance] = field(default_factory=dict)

    def person(self, row: AdjustmentRow) -> str:
        return name_or_number(self.people.get(row.person_id, ""), row.person_id)

    def colleague(self, user_id: int | None) -> str:
        return self.colleagues.get(user_id or 0, "") or _("somebody who is no longer here")


def look(profile_id: int, form: ByHand, user_id: int, speak: Voice) -> Outcome:
    """Do it, see what came of it, and take it back: so a look never differs from the deed.

    Raises what `services.adjust` raises.
    """
    before = loyalty.balance(profile_id=profile_id, at=speak.now)
    with transaction.atomic():
        row = services.adjust(
            profile_id=profile_id,
            points_minor=form.points_minor,
            reason=form.reason,
            key=f"look:{form.key}",
            user_id=user_id,
            now=speak.now,
        )
        after = loyalty.balance(profile_id=profile_id, at=speak.now)
        given = loyalty.statement(profile_ids=[profile_id], limit=1) if row.points_minor > 0 else []
        transaction.set_rollback(True)
    waits = row.state is AdjustmentState.WAITING
    lasts_until = given[0].expires_at if given and not waits else None
    return Outcome(row.points_minor, before, after, waits, lasts_until)


def told(rows: Sequence[AdjustmentRow], speak: Voice, *, balances_of: Sequence[AdjustmentRow] = ()) -> Named:
    """The names for all of them at once."""
    users = {row.asked_by for row in rows} | {row.decided_by for row in rows if row.decided_by}
    persons = sorted({row.person_id for row in rows})
    waiting = {row.person_id for row in balances_of}
    return Named(
        people=customers.person_names(persons) if persons else {},
        colleagues=team.user_names(users) if users else {},
        balances=loyalty.balances(person_ids=waiting, at=speak.now) if waiting else {},
    )
