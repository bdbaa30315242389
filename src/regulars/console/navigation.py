"""The places of the console, in the order in which they stand in the menu."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """A page of the menu; `url_name` is also what a view's address is compared with to mark it."""

    title: Promise
    url_name: str
    icon: str


PLACES: tuple[Place, ...] = (Place(title=_("Audit"), url_name="audit", icon="activity"),)
