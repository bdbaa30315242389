"""Time zones as people look for them: by city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location

from regulars.team.rules import is_zone

USUAL = "Europe/Moscow"


@dataclass(frozen=True)
class Zone:
    """`name` is that of the tz database; `label` says city, country and what the clocks show there now."""

    name: str
    label: str


def zones(language: str, now: datetime) -> list[Zone]:
    """All zones where people live, by their clocks and then by city."""
    rows = [
        (now.astimezone(ZoneInfo(name)).utcoffset() or timedelta(), place, name)
        for name, place in _places(language)
    ]
    return [Zone(name, f"{place} · {_clock(offset)}") for offset, place, name in sorted(rows)]


def label_of(name: str, language: str, now: datetime) -> str:
    """What the field shows for a zone; an old name that is not in the list stands for itself."""
    return next((zone.label for zone in zones(language, now) if zone.name == name), name)


def find(text: str) -> str | None:
    """The zone of this name, or of this city in one of our languages; None if there is none."""
    wanted = text.strip()
    if wanted == "UTC" or ("/" in wanted and is_zone(wanted)):
        return wanted
    folded = _fold(wanted.split("·")[0])
    if not folded:
        return None
    for language in ("ru", "en"):
        for name, place in _places(language):
            if folded in (_fold(place), _fold(place.split(",")[0]), _fold(name)):
                return name
    return None


def zone_of_server() -> str:
    """The zone this machine lives in, as a guess for the shop's; servers in UTC say nothing of it."""
    named = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return named if "/" in named and not named.startswith("Etc/") and is_zone(named) else USUAL


@cache
def _places(language: str) -> tuple[tuple[str, str], ...]:
    """Name and "city, country" of each line of the tz database's table of inhabited zones."""
    territories = Locale(language).territories
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    places = []
    for line in table.splitlines():
        if line and not line.startswith("#"):
            codes, _, name, *_ = line.split("\t")
            city = get_timezone_location(ZoneInfo(name), locale=language, return_city=True)
            country = territories.get(codes.split(",")[0], "")
            places.append((name, f"{city}, {country}" if country and country != city else city))
    return tuple(places)


def _clock(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


def _fold(text: str) -> str:
    return text.strip().lower().replace("ё", "е").replace("-", " ").replace("_", " ")
