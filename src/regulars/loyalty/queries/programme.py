"""The versions of the programme: which one holds when.

Few rows that change once in a while and are asked for with every cart: a process keeps what it read
(`kit.kept`). So a version that holds at once is known everywhere two seconds later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.kit.kept import Kept
from regulars.loyalty.models import ProgrammeVersion
from regulars.loyalty.types import Programme, Version
from regulars.team import queries as team
from regulars.team.types import ShopProfile

_read: dict[int, Version] = {}
"""All that were ever read here."""


def versions() -> tuple[Version, ...]:
    """All that was ever published, by the moment from which they hold; which there are is read anew."""
    ids = list(ProgrammeVersion.objects.order_by("since").values_list("id", flat=True))
    # A version never changes, and its number is nobody else's.
    read = dict(_read)  # another thread may forget all of them meanwhile
    if unknown := [id_ for id_ in ids if id_ not in read]:
        new = {row.pk: to_version(row) for row in ProgrammeVersion.objects.filter(id__in=unknown)}
        _read.update(new)
        read |= new
    return tuple(read[id_] for id_ in ids if id_ in read)  # one may have been withdrawn just now


def version_at(moment: datetime) -> Version | None:
    """The one that holds for what is ordered at that moment; None before the first."""
    return holding(_versions.get(), moment)


def current(now: datetime) -> Version | None:
    """The one that holds now."""
    return version_at(now)


def current_anew(now: datetime) -> Version | None:
    """The same, read anew: for whoever writes down for all what comes of it, and would undo what was done by
    a version that another process has published a moment ago."""
    return holding(versions(), now)


def shop_zone() -> ZoneInfo:
    """The shop's calendar."""
    return ZoneInfo(shop_kept().timezone)


def shop_kept() -> ShopProfile:
    """The shop as it was a moment ago."""
    return _shop.get()


def holding(of: Sequence[Version], moment: datetime) -> Version | None:
    """Of these versions, in the order of `since`, the one that holds at a moment."""
    return next((version for version in reversed(of) if version.since <= moment), None)


def forget_versions() -> None:
    """Read them anew next time: one was published, or (in tests) is gone."""
    _versions.forget()
    _shop.forget()
    _read.clear()


def to_version(row: ProgrammeVersion) -> Version:
    """A stored version."""
    return Version(
        id=row.pk,
        since=row.since,
        published_at=row.published_at,
        published_by=row.published_by,
        programme=Programme.model_validate(row.document),
    )


_versions = Kept(versions)
_shop = Kept(team.shop)
