"""What the pages of keys and of the site's script show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.console.import_pages import moment
from regulars.console.voice import Voice
from regulars.console.wording import connections as wording
from regulars.console.wording.imports import Standing
from regulars.team.types import ApiKey, KeyDay, KeyKind, Scope

DAYS_SHOWN = 30


@dataclass(frozen=True)
class Listed:
    """A key in the list."""

    id: int
    name: str
    kind: str
    branch: str
    hint: str
    standing: Standing
    last_used: str
    today: str
    calls: str
    refused: str


def listed(
    keys: Iterable[ApiKey], today: Mapping[int, KeyDay], branches: Mapping[int, str], voice: Voice
) -> list[Listed]:
    nothing = KeyDay(day=voice.today, calls=0, taken=0, refused=0)
    return [_listed(key, today.get(key.id, nothing), branches, voice) for key in keys]


def _listed(key: ApiKey, day: KeyDay, branches: Mapping[int, str], voice: Voice) -> Listed:
    formats = voice.formats
    return Listed(
        id=key.id,
        name=key.name,
        kind=str(wording.KINDS[key.kind]),
        branch=branch_name(key, branches),
        hint=key.hint,
        standing=wording.standing(key, voice.now),
        last_used=moment(key.last_used_at, voice) if key.last_used_at else "",
        today=wording.events(day.taken, formats) if day.taken else "",
        calls=wording.calls(day.calls, formats) if day.calls else "",
        refused=_("refused: %(count)s") % {"count": formats.number(day.refused)} if day.refused else "",
    )


def branch_name(key: ApiKey, branches: Mapping[int, str]) -> str:
    """The branch of a till's key; one that is gone by its number."""
    if key.branch_id is None:
        return ""
    return branches.get(key.branch_id) or _("Branch %(number)s") % {"number": key.branch_id}


@dataclass(frozen=True)
class Totals:
    """What came today by all keys together."""

    taken: str
    calls: str
    refused: str
    in_use: str
    quiet: str
    """Keys nobody used for so long that nobody may need them."""


def totals(keys: Sequence[ApiKey], today: Mapping[int, KeyDay], voice: Voice) -> Totals:
    formats = voice.formats
    in_use = [key for key in keys if key.revoked_at is None]
    return Totals(
        taken=formats.number(sum(day.taken for day in today.values())),
        calls=formats.number(sum(day.calls for day in today.values())),
        refused=formats.number(sum(day.refused for day in today.values())),
        in_use=formats.number(len(in_use)),
        quiet=formats.number(sum(wording.is_quiet(key, voice.now) for key in in_use)),
    )


@dataclass(frozen=True)
class Bar:
    """A day in the picture, in the units of its viewBox: 30 columns of 10, 100 high."""

    x: int
    y: float
    height: float
    title: str


def bars(days: Sequence[KeyDay], voice: Voice) -> list[Bar]:
    """The last 30 days of a key, the oldest first; empty if nothing was sent."""
    counts = {day.day: day.taken or day.calls for day in days}
    most = max(counts.values(), default=0)
    if not most:
        return []
    first = voice.today - timedelta(days=DAYS_SHOWN - 1)
    shown = []
    for place in range(DAYS_SHOWN):
        day = first + timedelta(days=place)
        count = counts.get(day, 0)
        # A day with little stands out from one with nothing.
        height = max(2.0, round(100 * count / most, 1)) if count else 0.0
        title = f"{voice.day(day)}: {voice.formats.number(count)}"
        shown.append(Bar(x=10 * place, y=100 - height, height=height, title=title))
    return shown


def since(voice: Voice) -> date:
    """The first day that is shown of a key."""
    return voice.today - timedelta(days=DAYS_SHOWN - 1)


def address(request: HttpRequest) -> str:
    """Where programs reach this installation, without a stroke at the end."""
    return request.build_absolute_uri("/").rstrip("/")


def snippet(request: HttpRequest, key: ApiKey) -> str:
    """What is put into the pages of the shop's site."""
    source = request.build_absolute_uri(reverse("site-script"))
    return f'<script src="{source}" data-key="{key.public}" async></script>'


def is_reached_safely(request: HttpRequest) -> bool:
    """Whether pages of a site can load the script from here: those over HTTPS load nothing over HTTP."""
    return request.is_secure() or request.get_host().partition(":")[0] in {"127.0.0.1", "localhost"}


def curl(request: HttpRequest, key: ApiKey, secret: str) -> str:
    """A call that tries the key, or nothing where each call of its kind would change something real."""
    base = address(request)
    if key.kind is KeyKind.BROWSER:
        return ""
    if Scope.EVENTS_WRITE in key.scopes:
        body = json.dumps({"anonymousId": "curl", "event": "Key Tried"})
        return (
            f"curl -u {secret}: {base}/v1/track \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
        )
    readable = {
        Scope.CUSTOMERS_READ: "customers",
        Scope.ORDERS_READ: "orders",
        Scope.PRODUCTS_READ: "products",
    }
    for scope, path in readable.items():
        if scope in key.scopes:
            return f"curl -H 'Authorization: Bearer {secret}' '{base}/api/v1/{path}?limit=1'"
    return ""


def key_url(key_id: int) -> str:
    """The page of a key."""
    return reverse("connections-key", args=[key_id])
