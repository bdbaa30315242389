"""Keys of programs in words: what they are, what they may, what stops working without them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from regulars.analytics.wording.numbers import Formats
from regulars.console.wording.imports import Standing
from regulars.team.types import ApiKey, KeyKind, Scope

QUIET = timedelta(days=30)
"""A key nobody used for so long is probably one nobody needs."""

KINDS: Mapping[KeyKind, Promise] = {
    KeyKind.BROWSER: _("Shop's site"),
    KeyKind.SERVER: _("Server or another system"),
    KeyKind.TILL: _("Tills of a branch"),
}
KINDS_EXPLAINED: Mapping[KeyKind, Promise] = {
    KeyKind.BROWSER: _(
        "A key for the pages of your site. Everybody can read it there, so it only brings views and carts "
        "and cannot touch customers or orders."
    ),
    KeyKind.SERVER: _(
        "A secret key for your site's server, 1C, a CRM or a programme of your own. You choose what it may."
    ),
    KeyKind.TILL: _("A secret key for the tills of one branch. It sees and writes only this branch."),
}
ICONS: Mapping[KeyKind, str] = {KeyKind.BROWSER: "monitor", KeyKind.SERVER: "plug", KeyKind.TILL: "store"}

SCOPES: Mapping[Scope, Promise] = {
    Scope.EVENTS_WRITE: _("send events as they happen: views, carts, orders"),
    Scope.CUSTOMERS_WRITE: _("add and change customers"),
    Scope.CONSENTS_WRITE: _("note consents to messages and their withdrawal"),
    Scope.ORDERS_WRITE: _("add and change orders, returns and shipments"),
    Scope.PRODUCTS_WRITE: _("add and change products"),
    Scope.LOYALTY_WRITE: _("set points aside, spend them and let them go"),
    Scope.CUSTOMERS_READ: _("read customers with contacts and consents"),
    Scope.EVENTS_READ: _("read what happened to a customer"),
    Scope.ORDERS_READ: _("read orders, returns, shipments and carts"),
    Scope.PRODUCTS_READ: _("read products"),
    Scope.FIGURES_READ: _("read the figures of a customer"),
    Scope.LOYALTY_READ: _("read balances of points, and what an order would earn"),
}
"""What a key may, in the order in which it is asked: first what it brings, then what it takes out."""

BRINGS: tuple[Scope, ...] = (
    Scope.EVENTS_WRITE,
    Scope.CUSTOMERS_WRITE,
    Scope.CONSENTS_WRITE,
    Scope.ORDERS_WRITE,
    Scope.PRODUCTS_WRITE,
    Scope.LOYALTY_WRITE,
)
TAKES: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope not in BRINGS)


def may(key: ApiKey) -> list[str]:
    """What a key may, in the order in which it is asked."""
    if key.kind is KeyKind.BROWSER:
        return [gettext("send views and carts as they happen")]
    return [str(words) for scope, words in SCOPES.items() if scope in key.scopes]


def is_quiet(key: ApiKey, now: datetime) -> bool:
    """Whether nobody has used it for long; one just made is given time."""
    return now - (key.last_used_at or key.created_at) > QUIET


def standing(key: ApiKey, now: datetime) -> Standing:
    """Whether a key is in use."""
    if key.revoked_at is not None:
        return Standing(gettext("revoked"), "lost")
    if is_quiet(key, now):
        return Standing(gettext("silent for a month"), "slipping")
    if key.last_used_at is None:
        return Standing(gettext("not used yet"))
    return Standing(gettext("works"), "kept")


def stops_working(key: ApiKey) -> str:
    """What revoking it would end."""
    return {
        KeyKind.BROWSER: gettext(
            "Views and carts of every page that carries it arrive no more. The pages themselves go on "
            "working; visitors notice nothing."
        ),
        KeyKind.SERVER: gettext(
            "Whatever works with it gets an error (401) instead of an answer: nothing it sends arrives, and "
            "it reads nothing."
        ),
        KeyKind.TILL: gettext(
            "The tills that carry it look up no customers and send no orders any more. Selling goes on."
        ),
    }[key.kind]


def events(count: int, formats: Formats) -> str:
    """ "12,340 events"."""
    said = {"count": formats.number(count)}
    return ngettext("%(count)s event", "%(count)s events", count) % said


def calls(count: int, formats: Formats) -> str:
    """ "120 calls"."""
    said = {"count": formats.number(count)}
    return ngettext("%(count)s call", "%(count)s calls", count) % said
