"""The places of the console, in the order in which they stand in the menu."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.team.types import Permission


@dataclass(frozen=True)
class Place:
    """A page of the menu. Its address begins those of all pages that belong to it (`section`)."""

    title: Promise
    url_name: str
    icon: str
    permission: Permission
    section: str
    """A view's url_name equal to this or beginning with it and "-" marks the place as the current one."""


PLACES: tuple[Place, ...] = (
    Place(_("Overview"), "overview", "house", Permission.SEE_FIGURES, "overview"),
    Place(_("Customers"), "customers", "users", Permission.SEE_CUSTOMERS, "customers"),
    Place(_("Segments"), "segments", "shapes", Permission.SEE_CUSTOMERS, "segments"),
    Place(_("Loyalty"), "loyalty", "gift", Permission.SEE_CUSTOMERS, "loyalty"),
    Place(_("Offers"), "offers", "ticket-percent", Permission.SEE_CUSTOMERS, "offers"),
    Place(_("Tasks"), "tasks", "list-checks", Permission.DO_TASKS, "tasks"),
    Place(_("Metrics"), "metrics", "chart-line", Permission.SEE_FIGURES, "metrics"),
    Place(_("Audit"), "audit", "activity", Permission.SEE_FIGURES, "audit"),
    Place(_("Imports"), "imports", "upload", Permission.IMPORT, "imports"),
    Place(_("Connections"), "connections", "plug", Permission.CONNECT, "connections"),
    Place(_("Settings"), "settings", "settings", Permission.SET_UP_SHOP, "settings"),
)


def places_for(permissions: Set[Permission]) -> list[Place]:
    """The menu of somebody who has these."""
    return [place for place in PLACES if place.permission in permissions]


def section_of(url_name: str | None) -> str:
    """Which place a page belongs to; empty if to none."""
    for place in PLACES:
        if url_name and (url_name == place.section or url_name.startswith(f"{place.section}-")):
            return place.section
    return ""
