"""The programme step by step: what it is made of, each part with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.console.programme_pages.desk import Desk
from regulars.console.programme_pages.parts import KINDS, Kind, key_of
from regulars.console.programme_pages.said import sentences_of

SINGLE = "all"
"""Stands in addresses for the key of what there is one of."""


@dataclass(frozen=True)
class Line:
    """A part in its list. Addresses are empty for what cannot be done."""

    key: str
    name: str
    texts: tuple[str, ...]
    url: str
    do: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Add:
    """A way to add a part."""

    name: str
    url: str
    icon: str = "plus"


@dataclass(frozen=True)
class Step:
    """A section of the page. `kind`: that of its parts; `texts`: what is said of it as a whole."""

    kind: str
    icon: str
    title: str
    what_for: str
    texts: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    adds: tuple[Add, ...] = ()
    change_url: str = ""
    sorts: bool = False
    is_removable: bool = False


def steps(desk: Desk) -> list[Step]:
    """All of them, in the order in which a programme is thought through."""
    programme = desk.programme
    return [
        Step(
            "basics",
            "gift",
            _("The basics"),
            _("What an order earns, what points are worth, when they can be spent and when they expire."),
            sentences_of("basics", programme, programme, desk.speak),
            change_url=reverse("loyalty-programme-basics"),
        ),
        _listed(
            desk,
            "rules",
            "badge-percent",
            _("Rules of earning"),
            _("More points for some goods, days, customers or places."),
            (Add(_("Add a rule"), _new("rules")),),
        ),
        _single(
            desk,
            "caps",
            "scale",
            _("Limits"),
            _("The most that can be earned: nobody can abuse what is generous."),
        ),
        _tiers(desk),
        _listed(
            desk,
            "challenges",
            "stamp",
            _("Stamp cards and challenges"),
            _("So many times something, then they get something for it."),
            (
                Add(_("Add a stamp card"), _new("challenges", "stamps"), "stamp"),
                Add(_("Add a challenge"), _new("challenges", "challenge"), "trophy"),
                Add(_("Points for a review"), _new("challenges", "review"), "sparkles"),
                Add(_("Points for joining"), _new("challenges", "joining"), "user"),
            ),
        ),
        _listed(
            desk,
            "days",
            "cake",
            _("Birthdays and other days"),
            _("Something once a year, on a day of their own or for everybody."),
            (Add(_("Add a day"), _new("days"), "cake"),),
        ),
        _single(
            desk,
            "friends",
            "users-round",
            _("Bring a friend"),
            _("Both get something once the friend’s first order is past the time for returns."),
        ),
    ]


def _listed(
    desk: Desk, name: str, icon: str, title: str, what_for: str, adds: tuple[Add, ...], **more: Any
) -> Step:
    kind, programme = KINDS[name], desk.programme
    parts = kind.get(programme)
    lines = tuple(
        Line(
            key=key_of(part),
            name=part.name,
            texts=sentences_of(name, part, programme, desk.speak),
            url=reverse("loyalty-programme-part", args=[name, key_of(part)]),
            do=reverse("loyalty-programme-part-do", args=[name, key_of(part)]),
            is_first=place == 0,
            is_last=place == len(parts) - 1,
        )
        for place, part in enumerate(parts)
    )
    offered = adds if len(parts) < kind.most else ()
    return Step(name, icon, title, what_for, lines=lines, adds=offered, sorts=kind.sorts, **more)


def _single(desk: Desk, name: str, icon: str, title: str, what_for: str) -> Step:
    parts = KINDS[name].get(desk.programme)
    texts = sentences_of(name, parts[0], desk.programme, desk.speak) if parts else ()
    url = reverse("loyalty-programme-part", args=[name, SINGLE])
    return Step(
        name,
        icon,
        title,
        what_for,
        texts,
        adds=() if texts else (Add(_("Set it up"), url),),
        change_url=url if texts else "",
        is_removable=bool(texts),
    )


def _tiers(desk: Desk) -> Step:
    programme, title = desk.programme, _("Tiers")
    what_for = _(
        "Who buys more reaches a tier and has more of it: more points, a standing discount, service."
    )
    has = programme.tiers is not None
    return _listed(
        desk,
        "tiers",
        "medal",
        title,
        what_for,
        (Add(_("Add a tier"), _new("tiers")),),
        texts=sentences_of("reaching", programme.tiers, programme, desk.speak) if has else (),
        change_url=reverse("loyalty-programme-part", args=["reaching", SINGLE]) if has else "",
    )


def _new(name: str, shape: str = "") -> str:
    address = reverse("loyalty-programme-part-new", args=[name])
    return f"{address}?begin={shape}" if shape else address


def title_of(kind: Kind, part: Any | None) -> str:
    """What the page of a part is called."""
    if part is None:
        return str(kind.new)
    return str(getattr(part, "name", "") or kind.title)
