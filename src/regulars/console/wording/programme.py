"""What was done to the draft of the programme, in words for the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.analytics.wording.numbers import plain

PARTS: Mapping[str, Promise] = {
    "basics": _("The basics"),
    "rules": _("Rules of earning"),
    "caps": _("Limits"),
    "reaching": _("How tiers are reached"),
    "tiers": _("Tiers"),
    "challenges": _("Stamp cards and challenges"),
    "days": _("Birthdays and other days"),
    "friends": _("Bring a friend"),
}
DONE: Mapping[str, Promise] = {
    "added": pgettext_lazy("what was done to a part of the programme", "added"),
    "changed": pgettext_lazy("what was done to a part of the programme", "changed"),
    "removed": pgettext_lazy("what was done to a part of the programme", "removed"),
    "copied": pgettext_lazy("what was done to a part of the programme", "copied"),
    "moved": pgettext_lazy("what was done to a part of the programme", "put in another place"),
    "taken over": pgettext_lazy(
        "what was done to the draft", "with ready rules or those of an older version"
    ),
    "undone": pgettext_lazy("what was done to the draft", "the last change taken back"),
    "brought back": pgettext_lazy("what was done to the draft", "brought back"),
}


def change_words(details: Mapping[str, Any]) -> str:
    """ "Rules of earning, “Coffee”: changed"; empty where nothing more is known."""
    done = str(details.get("what", ""))
    said = str(DONE.get(done, done))
    part = str(details.get("part", ""))
    if not part:
        return said
    words = str(PARTS.get(part, part))
    if name := details.get("name"):
        words = f"{words}, “{plain(str(name))}”"
    return f"{words}: {said}"
