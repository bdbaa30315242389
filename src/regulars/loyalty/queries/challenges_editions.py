"""Challenges as the programme had them from one moment to the next.

A version never changes, so a process reads each document once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from regulars.kit import sql
from regulars.loyalty.models import ProgrammeVersion
from regulars.loyalty.rules.challenges import Edition, counted_plainly
from regulars.loyalty.types import Programme
from regulars.loyalty.types.challenges import Challenge, OfEvents, OfOrders

_KNOWN_MAX = 1_000

_VERSIONS = "SELECT id, since, md5(document::text) FROM loyalty_programmeversion ORDER BY since, id"


@dataclass(frozen=True, slots=True)
class _Document:
    """What of a version is about challenges; nothing while the programme is stopped."""

    challenges: Mapping[str, Challenge]
    currency: str


@dataclass(frozen=True, slots=True)
class Dated:
    """The challenges of a version, which holds from `since` on."""

    since: datetime
    version_id: int
    challenges: Mapping[str, Challenge]
    currency: str


@dataclass(frozen=True, slots=True)
class Editions:
    """All versions there were, in their order, and each challenge through all of them."""

    versions: tuple[Dated, ...]
    of_challenges: Mapping[str, tuple[Edition, ...]]
    plain: Mapping[str, Challenge]
    """Those that are counted plainly: sums of their windows tell all."""
    event_names: frozenset[str]
    """Of the events that any challenge ever counted."""
    count_orders: bool
    """Whether any challenge ever counted orders."""

    def at(self, moment: datetime) -> Dated | None:
        """What holds at a moment."""
        return next((one for one in reversed(self.versions) if one.since <= moment), None)


def editions() -> Editions:
    """All of them, read anew."""
    known = tuple(sql.rows(_VERSIONS))
    return _editions(known)


@lru_cache(maxsize=4)
def _editions(known: tuple[tuple[int, datetime, str], ...]) -> Editions:
    versions = []
    for id_, since, digest in known:
        document = _document(id_, digest)
        versions.append(Dated(since, id_, document.challenges, document.currency))
    keys = {key for version in versions for key in version.challenges}
    counted = [one.counted for version in versions for one in version.challenges.values()]
    of_challenges = {
        key: tuple(Edition(one.since, one.version_id, one.challenges.get(key)) for one in versions)
        for key in sorted(keys)
    }
    return Editions(
        versions=tuple(versions),
        of_challenges=of_challenges,
        plain={key: one for key, each in of_challenges.items() if (one := counted_plainly(each))},
        event_names=frozenset(one.event for one in counted if isinstance(one, OfEvents)),
        count_orders=any(isinstance(one, OfOrders) for one in counted),
    )


@lru_cache(maxsize=_KNOWN_MAX)
def _document(id_: int, digest: str) -> _Document:
    row = ProgrammeVersion.objects.get(pk=id_)
    programme = Programme.model_validate(row.document)
    running = programme.challenges if programme.running else ()
    return _Document({one.key: one for one in running}, programme.currency)
