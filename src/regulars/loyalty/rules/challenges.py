"""What has been reached by what was counted, and how far somebody is.

Everything is told anew from all that counts, in the order of its moments: so what was given back, came late
or was told twice ends where what stands says. Each thing is judged by the challenge as the programme had it
at the thing's own moment; what was done before a change stays done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from regulars.loyalty.types.challenges import Challenge

A_DAY = timedelta(days=1)
EVER, LAST_DAYS, CAMPAIGN = "ever", "days", "campaign"
DAYS_UNLESS_SAID = 30
_BY_CALENDAR = frozenset({"day", "week", "month", "year"})
_DAYS_OF = {"day": 1, "week": 7, "month": 31, "year": 366}
"""So many days before something is done lies all of its window; of others there is no telling."""
_MARGIN = timedelta(days=2)
"""A day of somebody's calendar begins at most so much before or after that of UTC, and a bit more."""
_WEEK = 7
_YEAR_LETTERS, _MONTH_LETTERS = 4, 7


@dataclass(frozen=True, slots=True)
class Edition:
    """A challenge as the programme has it from a moment on; None: it has it no more, or is stopped."""

    since: datetime
    version_id: int | None
    challenge: Challenge | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that counts: when, on which day of the customer's calendar, how much, of which profile."""

    at: datetime
    day: date
    amount: int
    profile_id: int


@dataclass(frozen=True, slots=True)
class Reached:
    """The moment at which a challenge was reached once more, and by what it was judged."""

    at: datetime
    profile_id: int
    edition: Edition


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is within a window. `until`: the first day on which it counts less; None: it stays."""

    window: str
    done: int
    reached: int
    is_over: bool
    until: date | None


@dataclass(slots=True)
class _Window:
    """What was counted within a window so far."""

    done: int = 0
    reached: list[Reached] = field(default_factory=list)
    run: int = 0
    last: int | None = None
    """Of days, weeks or months in a row: how many, and which was the last."""
    recent: list[tuple[date, int]] = field(default_factory=list)
    reached_on: list[date] = field(default_factory=list)
    """Of the last so many days: what counts still, and when it was reached."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of all that was counted."""

    windows: dict[str, _Window]
    last_at: datetime | None
    """Of the last thing that counted."""
    campaigns: Mapping[date | None, str] = field(default_factory=dict)
    """The windows of campaigns, by their first day."""

    def reached(self) -> dict[str, list[Reached]]:
        """By window, each time it was reached."""
        return {label: window.reached for label, window in self.windows.items() if window.reached}

    def standing(self, challenge: Challenge, today: date) -> Standing:
        """How far somebody is today, by the challenge as it is now."""
        label = window_of(challenge, today)
        if challenge.window == CAMPAIGN:
            label = self.campaigns.get(challenge.first, label)
        window = self.windows.get(label, _Window())
        reached, done, until = len(window.reached), window.done, window_ends(challenge, today)
        if challenge.in_a_row:
            done, run_ends = _run_standing(challenge, window, today)
            until = _earlier(until, run_ends)
        elif challenge.window == LAST_DAYS:
            recent = _still(window.recent, today, _days(challenge))
            done = sum(amount for _day, amount in recent)
            until = recent[0][0] + _days(challenge) * A_DAY if recent else None
            reached = _reached_lately(window, today, _days(challenge))
        return _standing(challenge, label, done, reached, until)


@dataclass(frozen=True, slots=True)
class Sums:
    """The same of a challenge that is counted plainly: by window, how much was done, in whatever order."""

    windows: Mapping[str, int]
    last_at: datetime | None

    def times(self, challenge: Challenge) -> dict[str, int]:
        """By window, how often it was reached."""
        found = {label: _times(challenge, total) for label, total in self.windows.items()}
        return {label: times for label, times in found.items() if times}

    def standing(self, challenge: Challenge, today: date) -> Standing:
        """How far somebody is today."""
        label = window_of(challenge, today)
        total = self.windows.get(label, 0)
        reached = _times(challenge, total)
        done = total - reached * challenge.times
        return _standing(challenge, label, done, reached, window_ends(challenge, today))


def counted_plainly(editions: Sequence[Edition]) -> Challenge | None:
    """The challenge, where sums of its windows tell all: it does not ask in which order things were done, and
    all editions ask the same. None where it has to be gone through step by step."""
    known = [edition.challenge for edition in editions if edition.challenge is not None]
    asked = {(one.times, one.window, one.first, one.last, one.repeats, one.most) for one in known}
    if len(asked) != 1 or any(one.in_a_row or one.window == LAST_DAYS for one in known):
        return None
    return known[-1]


def tally(editions: Sequence[Edition], counted: Iterable[Counted]) -> Tally:
    """Go through all that counts; both in the order of their moments."""
    windows: dict[str, _Window] = {}
    campaigns = _campaigns(editions)
    place, last = -1, len(editions) - 1
    last_at: datetime | None = None
    label = ""
    for one in counted:
        while place < last and editions[place + 1].since <= one.at:
            place += 1
            label = ""
        challenge = editions[place].challenge if place >= 0 else None
        if challenge is None or not is_within(challenge, one.day):
            continue
        last_at = one.at
        if not label or challenge.window in _BY_CALENDAR:
            label = window_of(challenge, one.day)
            if challenge.window == CAMPAIGN:
                label = campaigns[challenge.first]
        window = windows.get(label) or windows.setdefault(label, _Window())
        for _each in range(_add(window, challenge, one)):
            window.reached.append(Reached(one.at, one.profile_id, editions[place]))
    return Tally(windows, last_at, campaigns)


def _campaigns(editions: Sequence[Edition]) -> dict[date | None, str]:
    """By its first day the window of each campaign. One of which the days were changed while it lasted is the
    same: what was done for it stays done, and it is reached once."""
    found: dict[date | None, str] = {}
    before: Challenge | None = None
    for edition in editions:
        now = edition.challenge
        if now is None or now.window != CAMPAIGN:
            continue
        goes_on = before is not None and _overlap(before, now)
        found[now.first] = found[before.first] if before and goes_on else window_of(now, date.min)
        before = now
    return found


def _overlap(one: Challenge, other: Challenge) -> bool:
    begins = max(one.first or date.min, other.first or date.min)
    return begins <= min(one.last or date.max, other.last or date.max)


def is_within(challenge: Challenge, day: date) -> bool:
    """Whether a day is of the challenge's campaign, where it has one."""
    if challenge.window != CAMPAIGN:
        return True
    begun = challenge.first is None or challenge.first <= day
    return begun and (challenge.last is None or day <= challenge.last)


def window_of(challenge: Challenge, day: date) -> str:
    """Names the window that a day is of: kept with what was reached."""
    match challenge.window:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _day = day.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{day:%Y-%m}"
        case "year":
            return f"{day:%Y}"
        case "campaign":
            return challenge.first.isoformat() if challenge.first else CAMPAIGN
        case "days" if not challenge.in_a_row:
            return LAST_DAYS
        case _:
            return EVER


def window_begins(label: str) -> date | None:
    """The first day of a window by its name; None: it has none."""
    if label in (EVER, LAST_DAYS, CAMPAIGN):
        return None
    if "W" in label:
        return date.fromisocalendar(int(label[:_YEAR_LETTERS]), int(label[-2:]), 1)
    if len(label) == _YEAR_LETTERS:
        return date(int(label), 1, 1)
    return date.fromisoformat(f"{label}-01" if len(label) == _MONTH_LETTERS else label)


def window_ends(challenge: Challenge, day: date) -> date | None:
    """The first day after the window a day is of; None: it does not end."""
    match challenge.window:
        case "day":
            return day + A_DAY
        case "week":
            return day + (_WEEK - day.weekday()) * A_DAY
        case "month":
            return _next_month(day)
        case "year":
            return date(day.year + 1, 1, 1)
        case "campaign":
            return challenge.last + A_DAY if challenge.last else None
        case _:
            return None


def read_since(editions: Sequence[Edition], at: datetime | None) -> datetime | None:
    """From when on all is read that counts together with what happened at a moment; None: from the first."""
    days = [_DAYS_OF.get(one.challenge.window) for one in editions if one.challenge is not None]
    if at is None or None in days:
        return None
    return at - timedelta(days=max(filter(None, days), default=0)) - _MARGIN


def _standing(challenge: Challenge, label: str, done: int, reached: int, until: date | None) -> Standing:
    most = _most(challenge)
    is_over = most is not None and reached >= most
    shown = challenge.times if is_over else min(done, challenge.times)
    return Standing(label, shown, reached, is_over, until if shown or reached else None)


def _times(challenge: Challenge, total: int) -> int:
    times, most = total // challenge.times, _most(challenge)
    return times if most is None else min(times, most)


def _most(challenge: Challenge) -> int | None:
    """How often it can be reached in a window; None: as often as it is."""
    return challenge.most if challenge.repeats else 1


def _days(challenge: Challenge) -> int:
    return challenge.days or DAYS_UNLESS_SAID


def _add(window: _Window, challenge: Challenge, one: Counted) -> int:
    """Count one thing; gives how often the challenge was reached by it."""
    most = _most(challenge)
    if challenge.in_a_row:
        return _add_to_run(window, challenge, one.day, most)
    if challenge.window == LAST_DAYS:
        return _add_lately(window, challenge, one, most)
    window.done += one.amount
    times = window.done // challenge.times
    if most is not None:
        times = min(times, max(0, most - len(window.reached)))
    window.done -= times * challenge.times
    return times


def _add_to_run(window: _Window, challenge: Challenge, day: date, most: int | None) -> int:
    """One more day, week or month in which there was something; the second of the same changes nothing."""
    number = _period(challenge, day)
    if window.last is not None and number <= window.last:
        return 0
    window.run = window.run + 1 if window.last is not None and number == window.last + 1 else 1
    window.last = number
    if window.run < challenge.times or (most is not None and len(window.reached) >= most):
        return 0
    window.run = 0
    return 1


def _add_lately(window: _Window, challenge: Challenge, one: Counted, most: int | None) -> int:
    """Of the last so many days: what brought the benefit is used up by it."""
    window.recent = [*_still(window.recent, one.day, _days(challenge)), (one.day, one.amount)]
    total = sum(amount for _day, amount in window.recent)
    times = total // challenge.times
    if most is not None:
        times = min(times, max(0, most - _reached_lately(window, one.day, _days(challenge))))
    if times:
        window.reached_on += [one.day] * times
        rest = total - times * challenge.times
        window.recent = [(one.day, rest)] if rest else []
    return times


def _still(recent: Sequence[tuple[date, int]], today: date, days: int) -> list[tuple[date, int]]:
    return [(day, amount) for day, amount in recent if day > today - days * A_DAY]


def _reached_lately(window: _Window, today: date, days: int) -> int:
    return sum(1 for day in window.reached_on if day > today - days * A_DAY)


def _run_standing(challenge: Challenge, window: _Window, today: date) -> tuple[int, date | None]:
    """How many in a row there are, and the first day on which the row is broken."""
    now = _period(challenge, today)
    if window.last is None or window.last < now - 1 or not window.run:
        return 0, None
    ends = today if window.last == now - 1 else _next_period(challenge, today)
    return window.run, _next_period(challenge, ends)


def _period(challenge: Challenge, day: date) -> int:
    """The number of a day, week or month; the one after it has the next."""
    match challenge.in_a_row:
        case "weeks":
            return (day.toordinal() - 1) // _WEEK
        case "months":
            return day.year * 12 + day.month
        case _:
            return day.toordinal()


def _next_period(challenge: Challenge, day: date) -> date:
    match challenge.in_a_row:
        case "weeks":
            return day + (_WEEK - day.weekday()) * A_DAY
        case "months":
            return _next_month(day)
        case _:
            return day + A_DAY


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other
