"""Lists that somebody took out, as the audit log calls them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LISTS: Mapping[str, Promise] = {
    "customers": _("customers"),
    "tasks": _("tasks"),
    "imports": _("imports"),
    "audit": _("audit"),
    "log": _("audit log"),
    "rejected": _("rows set aside"),
    "webhooks": _("messages sent by webhook"),
    "keys": _("keys"),
    "set-aside": _("events set aside"),
    "segments": _("segments"),
    "segment": _("people of a segment"),
    "duplicates": _("customers who may be one"),
    "points": _("statement of points"),
    "points-by-hand": _("points given and taken by hand"),
    "points-owed": _("what is owed in points"),
    "points-books": _("books of points"),
    "points-tills": _("what tills could not be granted"),
    "rewards": _("rewards"),
    "rewards-taken": _("rewards taken"),
    "gifts": _("gifts"),
    "causes": _("good causes"),
    "returns": _("returns that name no order"),
    "friends": _("friends who were brought"),
    "offers": _("offers"),
    "offer-uses": _("uses of an offer"),
    "offer-codes": _("codes of an offer"),
    "offer-prices": _("prices of an offer"),
    "engagement": _("who uses the programme"),
    "metrics": _("figures"),
    "programme-year": _("what a programme would have cost"),
    "tiers": _("customers by tier"),
    "challenges": _("goals"),
    "challenge": _("customers near a goal"),
}


def list_words(name: str) -> str:
    """What a list is called; one of many of a kind ("tiers-gold", "challenge:m1") by its kind."""
    known = LISTS.get(name) or LISTS.get(name.partition(":")[0]) or LISTS.get(name.partition("-")[0])
    return str(known or name)
