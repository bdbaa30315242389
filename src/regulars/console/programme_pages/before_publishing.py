"""What publishing would do beside what is meant: rewards nobody could take, and what begins too early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.loyalty_pages import in_words
from regulars.console.programme_pages.desk import Desk
from regulars.console.rewards import tiers_of
from regulars.loyalty import queries
from regulars.loyalty.rules.catalogue import is_for_nobody
from regulars.loyalty.wording.programme import Difference
from regulars.loyalty.wording.rewards import with_tiers
from regulars.loyalty.wording.speaker import Speaker


@dataclass(frozen=True)
class Bereft:
    """A reward that asks for a tier which the draft takes out of the programme."""

    id: int
    name: str
    text: str


@dataclass(frozen=True)
class Waiting:
    """Rules that were published for a later day, of which the draft has these changes too.

    `day` as a form has it, empty where it is no day that can be chosen.
    """

    since: datetime
    when: str
    day: str
    changes: tuple[Difference, ...]


def bereft_rewards(desk: Desk) -> list[Bereft]:
    """Rewards fewer customers could have, once what is published has these tiers no more."""
    left = tiers_of(desk.programme)
    now = queries.current(desk.speak.now)
    had = [version.programme for version in (now, desk.newest) if version is not None]
    gone = {key for programme in had for key in tiers_of(programme)} - left.keys()
    if not gone:
        return []
    speaker = Speaker(desk.speak.formats, desk.speak.shop.return_window_days)
    found = []
    for row in queries.rewards():
        if gone.isdisjoint(row.tiers) or (row.until is not None and row.until <= desk.speak.now):
            continue
        if is_for_nobody(row.tiers, left):
            text = _("nobody could take it any more")
        else:
            kept = [key for key in row.tiers if key in left]
            text = _("then only %(with_tiers)s") % {"with_tiers": with_tiers(kept, speaker, tiers=left)}
        found.append(Bereft(row.id, plain(row.name), text))
    return found


def waiting_rules(desk: Desk) -> Waiting | None:
    """What of the draft is to begin on a later day; None where nothing waits, or the draft has none of it."""
    newest, speak = desk.newest, desk.speak
    if newest is None or newest.since <= speak.now or not desk.is_changed:
        return None
    now = queries.current(speak.now)
    before = now.programme if now else None
    meant = in_words.differences(before, newest.programme, speak)
    changes = [one for one in in_words.differences(before, desk.programme, speak) if one in meant]
    if not changes:
        return None
    local = newest.since.astimezone(speak.zone)
    is_day = local.time() == time() and local.date() > speak.today
    day = local.date().isoformat() if is_day else ""
    return Waiting(newest.since, in_words.moment(newest.since, speak), day, tuple(changes))
