"""The programme in words: its sentences, an example, what differs, since when it holds and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from regulars.console.voice import Voice
from regulars.loyalty import queries
from regulars.loyalty.ready import usual_order
from regulars.loyalty.types import Programme, Version
from regulars.loyalty.types.earned import EarningLine, EarningOrder
from regulars.loyalty.types.earning import Caps
from regulars.loyalty.wording import programme as wording

HEAD = ("running", "earning", "spending")
"""The rules that say what a programme of points is."""
BESIDE_POINTS = ("running", "tier", "challenge", "day", "friends")
"""Those that say it of a stamp card or a discount card."""
HEAD_MAX = 2


@dataclass(frozen=True)
class Published:
    """A version as it stands in the list, and what it changed."""

    id: int
    is_newest: bool
    title: str
    state: str
    tone: str
    by: str
    changes: tuple[wording.Difference, ...]
    is_first: bool


def sentences(programme: Programme, speak: Voice) -> tuple[wording.Said, ...]:
    """All rules, in the order in which a customer meets them."""
    days = speak.shop.return_window_days
    return wording.sentences(programme, formats=speak.formats, return_window_days=days)


def basics(programme: Programme, speak: Voice, *, briefly: bool = True) -> tuple[wording.Said, ...]:
    """The rules that are no parts; `briefly`: only those customers meet."""
    days = speak.shop.return_window_days
    return wording.basics(programme, formats=speak.formats, return_window_days=days, briefly=briefly)


def briefly(programme: Programme, speak: Voice) -> list[str]:
    """The rules customers meet."""
    days = speak.shop.return_window_days
    said = wording.sentences(programme, formats=speak.formats, return_window_days=days, briefly=True)
    return [one.text for one in said]


def differences(before: Programme | None, after: Programme, speak: Voice) -> tuple[wording.Difference, ...]:
    """The rules that differ between two versions."""
    days = speak.shop.return_window_days
    return wording.differences(before, after, formats=speak.formats, return_window_days=days)


def example(programme: Programme, speak: Voice) -> str:
    """What an order of a round sum comes to, today, of somebody for whom no rule is in particular; empty
    where nothing is earned at all."""
    if not programme.running:
        return ""
    currency = programme.currency or speak.shop.currency
    total = usual_order(currency)
    earned = None
    if programme.rules or programme.caps != Caps():
        whole = programme if programme.currency else programme.model_copy(update={"currency": currency})
        order = EarningOrder(lines=(EarningLine(amount_minor=total),), currency=currency, day=speak.today)
        earned = queries.earned(whole, [order])[0].total_minor
    found = wording.example(programme, formats=speak.formats, total_minor=total, earned=earned)
    return found.text if found.earned_minor or found.payable_minor else ""


def headline(versions: Sequence[Version], speak: Voice) -> str:
    """The programme in two sentences, and what comes next."""
    holding = next((v for v in reversed(versions) if v.since <= speak.now), None)
    coming = next((v for v in versions if v.since > speak.now), None)
    said = _head(holding.programme, speak) if holding else []
    if coming is not None:
        text = _("New rules hold from %(moment)s on.") if holding else _("It begins on %(moment)s.")
        said.append(text % {"moment": moment(coming.since, speak)})
    return " ".join(said)


def _head(programme: Programme, speak: Voice) -> list[str]:
    """The sentences that say what it is: of one that gives no points for orders, what it gives."""
    said = sentences(programme, speak)
    if not programme.cashback_percent and not programme.rules:
        beside = [one.text for one in said if one.rule.partition(":")[0] in BESIDE_POINTS]
        if beside:
            return beside[:HEAD_MAX]
    return [one.text for one in said if one.rule in HEAD]


def published(versions: Sequence[Version], names: Mapping[int, str], speak: Voice) -> list[Published]:
    """All versions, the newest first, each with what it changed against the one before."""
    holding = next((v for v in reversed(versions) if v.since <= speak.now), None)
    rows = []
    for place, version in enumerate(versions):
        before = versions[place - 1].programme if place else None
        state, tone = _state(version, holding, speak)
        by = names.get(version.published_by or 0, "")
        when = moment(version.published_at, speak)
        rows.append(
            Published(
                id=version.id,
                is_newest=version == versions[-1],
                title=_("From %(moment)s on") % {"moment": moment(version.since, speak)},
                state=state,
                tone=tone,
                by=_("Published by %(who)s, %(when)s") % {"who": by, "when": when}
                if by
                else _("Published %(when)s") % {"when": when},
                changes=differences(before, version.programme, speak),
                is_first=before is None,
            )
        )
    return rows[::-1]


def moment(at: datetime, speak: Voice) -> str:
    """ "5 March", with the time where it is not the beginning of the day."""
    date, time = speak.day_of(at), speak.time(at)
    day = speak.day(date) if date.year == speak.today.year else speak.formats.day(date)
    return day if time == "00:00" else _("%(day)s, %(time)s") % {"day": day, "time": time}


def _state(version: Version, holding: Version | None, speak: Voice) -> tuple[str, str]:
    if version.since > speak.now:
        return _("not yet"), "slipping"
    if version != holding:
        return _("for earlier orders"), ""
    return (_("holds now"), "kept") if version.programme.running else (_("stopped"), "lost")
