"""Those who read the log of events, in words: who they are, how far, what stands in their way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.analytics.wording.numbers import Formats, plain
from regulars.console.wording.imports import Standing
from regulars.events.types import BEHIND_MAX, ConsumerState, Doing, OldestTransaction

LATE = timedelta(seconds=30)
"""An event that waits for longer is worth a look: usually it takes a tenth of a second."""
VERY_LATE = timedelta(minutes=5)
IN_THE_WAY = timedelta(seconds=5)
"""Transactions of ours are over sooner; a longer one holds everybody back who reads."""

READERS: Mapping[str, Promise] = {
    "customers.merge": gettext_lazy("Finding customers who are one"),
    "loyalty.challenges": gettext_lazy("Counting orders for challenges"),
    "loyalty.challenges_of_events": gettext_lazy("Counting events for challenges"),
    "loyalty.challenges_of_history": gettext_lazy("Counting for challenges what is brought in"),
    "loyalty.friends": gettext_lazy("Friends customers brought, and what they buy"),
    "loyalty.friends_of_history": gettext_lazy("The same of orders that are brought in"),
    "loyalty.grants": gettext_lazy("Coupons used and tasks done that were given"),
    "loyalty.grants_of_history": gettext_lazy("The same of what is brought in"),
    "loyalty.orders": gettext_lazy("Points for orders"),
    "loyalty.orders_of_history": gettext_lazy("Points for orders that are brought in"),
    "offers.orders": gettext_lazy("Offers used with orders, and given back with them"),
    "offers.orders_of_history": gettext_lazy("The same of orders brought in later"),
    "segments.history": gettext_lazy("Keeping segments true of what is brought in"),
    "segments.membership": gettext_lazy("Keeping segments true"),
    "webhooks.put_in_line": gettext_lazy("Webhooks to other systems"),
}
"""Names of consumers are made by the domains; one without words here is shown by its own name."""


def reader(name: str) -> str:
    """What a consumer is called."""
    known = READERS.get(name)
    return str(known) if known else plain(name)


def lasting(duration: timedelta) -> str:
    """ "5 min": a duration in its largest unit."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    if seconds < 3600:
        return ngettext("%(count)s minute", "%(count)s minutes", seconds // 60) % {"count": seconds // 60}
    if seconds < 86_400:
        return ngettext("%(count)s hour", "%(count)s hours", seconds // 3600) % {"count": seconds // 3600}
    return ngettext("%(count)s day", "%(count)s days", seconds // 86_400) % {"count": seconds // 86_400}


def waiting(count: int, formats: Formats) -> str:
    """ "120 events wait"; beyond what is counted "more than 10,000"."""
    if count >= BEHIND_MAX:
        return _("more than %(count)s events wait") % {"count": formats.number(BEHIND_MAX)}
    said = {"count": formats.number(count)}
    return ngettext("%(count)s event waits", "%(count)s events wait", count) % said


def count_of(count: int, formats: Formats) -> str:
    """The figure alone, "10,000+" beyond what is counted."""
    return formats.number(count) + ("+" if count >= BEHIND_MAX else "")


def standing(state: ConsumerState, now: datetime) -> Standing:
    """How a consumer is doing."""
    if state.paused:
        return Standing(_("stopped by hand"), "slipping")
    if not state.behind or state.oldest_waiting_at is None:
        return Standing(_("up to date"), "kept")
    late = now - state.oldest_waiting_at
    if late > VERY_LATE:
        return Standing(_("far behind"), "lost")
    return Standing(_("behind"), "slipping") if late > LATE else Standing(_("at it"), "kept")


def lag(state: ConsumerState, now: datetime, formats: Formats) -> str:
    """How far behind a consumer is, in a sentence."""
    if not state.behind or state.oldest_waiting_at is None:
        return _("Everything is handled.")
    said = {"waiting": waiting(state.behind, formats), "lasting": lasting(now - state.oldest_waiting_at)}
    sentence = _("%(waiting)s, the oldest for %(lasting)s.") % said
    return sentence[0].upper() + sentence[1:]


def is_in_the_way(oldest: OldestTransaction | None, now: datetime) -> bool:
    """Whether it holds back those who read, for longer than ours ever do."""
    return oldest is not None and (oldest.since is None or now - oldest.since > IN_THE_WAY)


def whose(oldest: OldestTransaction) -> str:
    """Whose transaction it is."""
    name = plain(oldest.application) or _("a programme without a name")
    if oldest.is_ours:
        return _("Regulars itself (%(name)s)") % {"name": name}
    if not oldest.database:
        return _("somebody of another database")
    said = {"name": name, "user": plain(oldest.user), "database": plain(oldest.database)}
    return _("%(name)s, signed in as %(user)s to the database %(database)s") % said


def doing(oldest: OldestTransaction) -> str:
    """What it does."""
    words = {
        Doing.IDLE: _("It was begun and left open; nothing happens in it."),
        Doing.WAITING: _("It waits for another one to end."),
        Doing.WORKING: _("It is at work."),
        Doing.PREPARED: _("It was prepared in two steps and nobody finished it."),
        Doing.UNKNOWN: _("The database does not tell us what it does."),
    }[oldest.doing]
    if oldest.statement:
        return f"{words} {_('Last command: %(command)s.') % {'command': plain(oldest.statement)}}"
    return words


def advice(oldest: OldestTransaction) -> str:
    """What to do about it."""
    if oldest.doing is Doing.PREPARED:
        return _("Whoever looks after the database ends it with ROLLBACK PREPARED.")
    if oldest.is_ours:
        return _("It ends by itself: what does nothing is cut off after 30 seconds.")
    return _(
        "End it in the programme it belongs to. Best of all, give Regulars a database server of its own."
    )
