"""What was done to an offer, in words for the audit log, and which of its terms were changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.offers.types import Offer

CODE = "code"
TERMS: Mapping[str, Promise] = {
    "name": _("title"),
    CODE: _("code"),
    "takes": pgettext_lazy("term of an offer", "what it takes off"),
    "goods": pgettext_lazy("term of an offer", "on which goods"),
    "total_from_minor": pgettext_lazy("term of an offer", "smallest order"),
    "who": pgettext_lazy("term of an offer", "for whom"),
    "since": pgettext_lazy("term of an offer", "first day"),
    "until": pgettext_lazy("term of an offer", "last day"),
    "uses": pgettext_lazy("term of an offer", "how often altogether"),
    "uses_each": pgettext_lazy("term of an offer", "how often for one customer"),
    "budget_minor": pgettext_lazy("term of an offer", "budget"),
    "with_offers": pgettext_lazy("term of an offer", "together with other offers"),
    "with_tier": pgettext_lazy("term of an offer", "together with the discount of a status"),
    "with_points": pgettext_lazy("term of an offer", "together with points"),
    "given_back": pgettext_lazy("term of an offer", "use after a return"),
}
"""In the order in which the form has them."""
DONE: Mapping[str, Promise] = {
    "made": pgettext_lazy("what was done to an offer", "made, as a draft"),
    "changed": pgettext_lazy("what was done to an offer", "changed"),
    "start": pgettext_lazy("what was done to an offer", "started"),
    "pause": pgettext_lazy("what was done to an offer", "paused"),
    "stop": pgettext_lazy("what was done to an offer", "stopped for good"),
    "drop": pgettext_lazy("what was done to an offer", "draft thrown away"),
}


def changed_terms(before: Offer, after: Offer) -> list[str]:
    """Names of the terms that differ, as the log keeps them."""
    was, now = (one.terms.model_dump() | {CODE: one.shared_code} for one in (before, after))
    return [name for name in TERMS if was[name] != now[name]]


def change_words(details: Mapping[str, Any]) -> str:
    """ "changed: budget, last day"; empty where nothing more is known."""
    if isinstance(count := details.get("codes"), int):
        return ngettext("%(count)s code ordered", "%(count)s codes ordered", count) % {"count": count}
    done = str(details.get("what", ""))
    words = str(DONE.get(done, done))
    fields = details.get("fields")
    if not isinstance(fields, list) or not fields:
        return words
    return f"{words}: {', '.join(str(TERMS.get(str(name), name)) for name in fields)}"
