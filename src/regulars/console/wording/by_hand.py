"""Points given and taken by hand, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.console.wording.imports import Standing
from regulars.console.wording.points import last_day, points
from regulars.loyalty.types import AdjustmentLimits, AdjustmentRow, AdjustmentState, Balance
from regulars.loyalty.wording import amounts

if TYPE_CHECKING:
    from regulars.console.by_hand import Asked, Named, Outcome

ANY_MINOR = 10**12
"""The most the rules know: as good as no limit."""
_STANDINGS: Mapping[AdjustmentState, str] = {
    AdjustmentState.WAITING: "slipping",
    AdjustmentState.DONE: "kept",
    AdjustmentState.REFUSED: "lost",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One of the list. `has`: what the customer has now; `mine`: I asked for it, so a colleague decides."""

    id: int
    person: int
    name: str
    points: str
    reason: str
    who: str
    when: str
    decided: str
    standing: Standing
    undoes: bool
    has: str = ""
    mine: bool = False
    may_decide: bool = False


def line(row: AdjustmentRow, told: Named, speak: Voice) -> Line:
    """What was asked for and what became of it."""
    by = told.colleague(row.decided_by) if row.decided_by else ""
    return Line(
        id=row.id,
        person=row.person_id,
        name=told.person(row),
        points=amounts.signed_points(row.points_minor, speak.formats),
        reason=plain(row.reason),
        who=told.colleague(row.asked_by),
        when=speak.day(speak.day_of(row.asked_at)),
        decided=_decided_by(row, by),
        standing=standing(row),
        undoes=row.undoes is not None,
    )


def waiting(row: AdjustmentRow, told: Named, asked: Asked, speak: Voice) -> Line:
    """What waits, with what the customer has now."""
    balance = told.balances.get(row.person_id)
    mine = row.asked_by == asked.user_id
    return replace(
        line(row, told, speak),
        has=has(balance, speak) if balance else "",
        mine=mine,
        may_decide=asked.may_decide and not mine,
    )


def _decided_by(row: AdjustmentRow, by: str) -> str:
    if not by:
        return ""
    if row.state is AdjustmentState.REFUSED:
        return _("refused by %(name)s") % {"name": by}
    return _("allowed by %(name)s") % {"name": by}


def standing(row: AdjustmentRow) -> Standing:
    """How far it is."""
    names = {
        AdjustmentState.WAITING: _("waits"),
        AdjustmentState.DONE: _("done"),
        AdjustmentState.REFUSED: _("refused"),
    }
    if row.undone:
        return Standing(_("undone"))
    return Standing(names[row.state], _STANDINGS[row.state])


def has(balance: Balance, speak: Voice) -> str:
    """ "has 1,250 points that can be spent", and what is owed."""
    said = _("can spend %(points)s now") % {"points": points(balance.spendable_minor, speak)}
    if balance.owed_minor:
        said += ", " + _("owes %(points)s") % {"points": points(balance.owed_minor, speak)}
    return said


def limits(found: AdjustmentLimits, speak: Voice) -> str:
    """What a colleague may, in a sentence or two."""
    if not found.most_minor:
        return _("By the rules of the programme you give and take no points by hand. Ask a colleague.")
    said = []
    if found.most_minor < ANY_MINOR:
        most = {"points": points(found.most_minor, speak)}
        said.append(_("You may give or take up to %(points)s at once.") % most)
    if found.alone_minor < found.most_minor:
        alone = {"points": points(found.alone_minor, speak)}
        said.append(
            _("More than %(points)s for one customer within a day waits for a second colleague.") % alone
        )
    return " ".join(said)


def outcome(found: Outcome, speak: Voice) -> dict[str, str | bool]:
    """What would be."""
    words = {
        "points": points(abs(found.points_minor), speak),
        "before": points(found.before.spendable_minor, speak),
        "after": points(found.after.spendable_minor, speak),
    }
    if found.waits:
        said = _("A second colleague has to allow it first. Until then nothing changes.")
    elif found.before.owed_minor and found.points_minor > 0:
        said = _("What is owed is paid first. Then %(after)s can be spent; now it is %(before)s.") % words
    else:
        said = _("Then %(after)s can be spent; now it is %(before)s.") % words
    if found.lasts_until:
        said += " " + _("The new ones can be spent until %(day)s.") % {
            "day": last_day(found.lasts_until, speak)
        }
    title = _("Give %(points)s?") if found.points_minor > 0 else _("Take %(points)s?")
    sure = (
        _("Ask a colleague") if found.waits else _("Give them") if found.points_minor > 0 else _("Take them")
    )
    return {"title": title % words, "text": said, "sure": sure, "waits": found.waits}


def done(row: AdjustmentRow, speak: Voice) -> str:
    """What is said once it is done, or asked for."""
    if row.state is AdjustmentState.WAITING:
        return _("A second colleague looks at it now. Until then nothing changes.")
    said = {"points": points(abs(row.points_minor), speak)}
    return _("Given: %(points)s.") % said if row.points_minor > 0 else _("Taken: %(points)s.") % said


def undone(row: AdjustmentRow, speak: Voice) -> str:
    """What is said once the opposite is done, or asked for."""
    if row.state is AdjustmentState.WAITING:
        return _("Undoing it waits for a second colleague. Until then nothing changes.")
    return _("It is undone.")


def decided(row: AdjustmentRow, speak: Voice) -> str:
    """What is said to who decided."""
    if row.state is AdjustmentState.REFUSED:
        return _("Refused. Nothing has changed.")
    said = {"points": points(abs(row.points_minor), speak)}
    return _("Given: %(points)s.") % said if row.points_minor > 0 else _("Taken: %(points)s.") % said
