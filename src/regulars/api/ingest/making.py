"""From an item as it came to what may be done with it: who, what, when, by whose word."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from regulars.api import identity
from regulars.api.identity import Proven, Unproven
from regulars.api.ingest import allowed, ids, moments, parsing, trade, traits
from regulars.api.ingest.entries import Caller, Entry
from regulars.api.ingest.errors import Refused
from regulars.api.ingest.naming import outside_type, trade_name
from regulars.api.ingest.types import (
    GROUP_JOINED,
    PAGE_VIEWED,
    SCREEN_VIEWED,
    Code,
    Context,
    Item,
    Kind,
)
from regulars.commerce.types import BROWSING_EVENTS
from regulars.customers.types import IdentityType
from regulars.team import queries as team
from regulars.team.types import Scope

_PAGE_FIELDS = ("name", "category", "path", "url", "title", "referrer", "referral")
_NOT_PROVEN = (
    "A key in a browser is public: userId, e-mail and phone count only with an identity token of the shop's "
    "server. Taken for the device."
)
_OF_ANOTHER = "The identity token is for another userId."


@dataclass(slots=True, kw_only=True)
class Call:
    """What the items of a call have in common."""

    caller: Caller
    now: datetime
    token: str | None = None
    """The identity token of the header."""
    sent_at: str | int | float | None = None
    context: Context | None = None
    """The batch's own, for items that have none."""
    hash_ip: Callable[[str], str]
    ip: str | None = None
    """The address of the browser that calls."""
    _proofs: dict[str, Proven | Unproven] = field(default_factory=dict)
    _currency: str = ""

    def proven(self, token: str | None) -> Proven | Unproven:
        """Who a token proves is signed in, or why it does not; most items of a call carry the same."""
        if not token:
            return Unproven.MISSING
        if token not in self._proofs:
            self._proofs[token] = identity.examine(token, self.now)
        return self._proofs[token]

    def shop_currency(self) -> str:
        """For amounts of which no currency is told."""
        self._currency = self._currency or team.shop().currency
        return self._currency


def make(item: Item, kind: Kind, call: Call) -> Entry:
    """Make out an item. Raises Refused."""
    key = ids.message_id(item.message_id)
    told = item.timestamp if item.timestamp is not None else item.original_timestamp
    sent_at = item.sent_at if item.sent_at is not None else call.sent_at
    entry = Entry(
        kind=kind,
        caller=call.caller,
        key=key or _own_key(item),
        occurred_at=moments.occurred_at(told, sent_at, call.now),
        user_id=ids.read("userId", item.user_id),
        anonymous_id=ids.read("anonymousId", item.anonymous_id),
    )
    context = parsing.context(item.context) if len(memoryview(item.context)) else (call.context or Context())
    if kind is Kind.ALIAS:
        _alias(entry, item)
    _leave_out_blocked(entry)
    if call.caller.browser:
        _trust_little(entry, call, context)
    if entry.user_id is None and entry.anonymous_id is None:
        raise Refused(Code.NO_IDENTITY, "Say whose it is: userId, or anonymousId for a device.")
    _WHAT[kind](entry, item, call, context)
    _add_network(entry, call, context)
    return entry


def _own_key(item: Item) -> str:
    """The occasion of an item without messageId: its content, if that says when; else one of its own."""
    if item.timestamp is None and item.original_timestamp is None:
        return str(uuid.uuid4())
    item = msgspec.structs.replace(item, sent_at=None, write_key=None)
    return "content:" + hashlib.sha256(msgspec.json.encode(item)).hexdigest()[:40]


def _alias(entry: Entry, item: Item) -> None:
    entry.previous_id = ids.read("previousId", item.previous_id) or entry.anonymous_id
    if entry.previous_id is None or ids.blocked(entry.previous_id):
        raise Refused(Code.NO_IDENTITY, "previousId has to be the anonymous id the customer had before.")
    if entry.user_id is None:
        raise Refused(Code.NO_IDENTITY, "userId has to say whose the previous id is.")
    entry.anonymous_id = entry.previous_id


def _leave_out_blocked(entry: Entry) -> None:
    if ids.blocked(entry.user_id) or ids.blocked(entry.anonymous_id):
        entry.note = (
            Code.BLOCKED_ID.value,
            "An id that programs write for nobody (null, undefined, 0, guest …) was left out.",
        )
        entry.user_id = None if ids.blocked(entry.user_id) else entry.user_id
        entry.anonymous_id = None if ids.blocked(entry.anonymous_id) else entry.anonymous_id
        if entry.user_id is None and entry.anonymous_id is None:
            raise Refused(Code.BLOCKED_ID, "The id is a word for nobody, such as null or undefined.")


def _trust_little(entry: Entry, call: Call, context: Context) -> None:
    """What a public key says of who somebody is counts only as far as the shop's server signed it."""
    if entry.kind is Kind.GROUP:
        raise Refused(Code.NOT_FROM_BROWSER, "A key in a browser cannot send group; use a server's key.")
    proven = call.proven(context.identity_token or call.token)
    if isinstance(proven, Proven) and entry.user_id in (None, proven.user_id):
        entry.user_id = proven.user_id
        contacts = ((IdentityType.EMAIL, proven.email), (IdentityType.PHONE, proven.phone))
        entry.proven = tuple((type_, value) for type_, value in contacts if value)
        return
    if entry.user_id is None:
        return
    if entry.kind is Kind.ALIAS:
        raise Refused(
            Code.IDENTITY_NOT_PROVEN, "alias from a browser needs an identity token for its userId."
        )
    if entry.anonymous_id is None:
        raise Refused(
            Code.IDENTITY_NOT_PROVEN,
            "A key in a browser is public: userId needs an identity token. Send anonymousId beside it.",
        )
    entry.user_id = None
    why = _OF_ANOTHER if isinstance(proven, Proven) else identity.EXPLAINED[proven]
    entry.note = (Code.IDENTITY_NOT_PROVEN.value, f"{why} {_NOT_PROVEN}")


def _identify(entry: Entry, item: Item, call: Call, context: Context) -> None:
    browser = entry.caller.browser
    if not browser:
        _needs(entry, Scope.CUSTOMERS_WRITE)
    entry.traits = traits.take_apart(allowed.read_object(item.traits, "traits"), trusted=not browser)
    if entry.traits.dropped:
        said = ", ".join(sorted(set(entry.traits.dropped))[:10])
        entry.say(Code.TRAITS_DROPPED, f"Not taken from a browser, where anybody can say it: {said}.")


def _track(entry: Entry, item: Item, call: Call, context: Context) -> None:
    if not item.event:
        raise Refused(Code.BAD_EVENT_NAME, "event has to name what happened, such as Order Completed.")
    name = trade_name(item.event)
    browser = entry.caller.browser
    if name in trade.ORDERS:
        if browser:
            raise Refused(
                Code.NOT_FROM_BROWSER,
                "A key in a browser is public and cannot tell of orders; use a server's key.",
            )
        _needs(entry, Scope.ORDERS_WRITE)
    if name in trade.ORDERS or name in trade.CARTS:
        told = trade.read(item.properties)
        entry.event = name
        entry.deal = trade.deal(name, told, call.shop_currency)
    elif name in BROWSING_EVENTS:
        told = trade.Told() if browser else trade.read(item.properties)
        entry.type = BROWSING_EVENTS[name]
    else:
        entry.type = outside_type(item.event)
        if browser:
            raise Refused(
                Code.NOT_FROM_BROWSER,
                "A key in a browser may send pages, browsing and carts; other events need a server's key.",
            )
        told = trade.Told()
    if not browser:
        entry.products = trade.products(told, call.shop_currency)
    if entry.type is not None:
        entry.event = entry.type.name
        _keep(entry, allowed.read_object(item.properties, "properties"))


def _needs(entry: Entry, scope: Scope) -> None:
    if not entry.caller.may(scope):
        raise Refused(Code.SCOPE_MISSING, f"This key may not do that; make one with the scope {scope.value}.")


def _page(entry: Entry, item: Item, call: Call, context: Context) -> None:
    entry.type = PAGE_VIEWED if entry.kind is Kind.PAGE else SCREEN_VIEWED
    entry.event = entry.type.name
    told = allowed.read_object(item.properties, "properties")
    where = context.page
    if where is not None:
        for field in ("path", "url", "title", "referrer"):
            told.setdefault(field, getattr(where, field))
    for field, value in (("name", item.name), ("category", item.category)):
        if value:
            told[field] = value
    kept, _dropped = allowed.stored(told, only=_PAGE_FIELDS)
    entry.properties = {name: value for name, value in kept.items() if isinstance(value, str) and value}
    if context.campaign is not None:
        campaign, _dropped = allowed.stored(msgspec.structs.asdict(context.campaign))
        entry.properties |= {f"utm_{name}": value for name, value in campaign.items() if value}


def _group(entry: Entry, item: Item, call: Call, context: Context) -> None:
    group = ids.read("groupId", item.group_id)
    if group is None:
        raise Refused(Code.NO_IDENTITY, "groupId has to say which group was joined.")
    entry.type = GROUP_JOINED
    entry.event = GROUP_JOINED.name
    names = [
        name for name in allowed.read_object(item.traits, "traits") if len(name) <= allowed.KEY_CHARACTERS_MAX
    ]
    _keep(entry, {"group_id": group, "traits": sorted(names)[: allowed.LIST_MAX]})


def _aliased(entry: Entry, item: Item, call: Call, context: Context) -> None:
    """Nothing but the two ids."""
    if not entry.caller.browser:
        _needs(entry, Scope.CUSTOMERS_WRITE)


_WHAT = {
    Kind.IDENTIFY: _identify,
    Kind.TRACK: _track,
    Kind.PAGE: _page,
    Kind.SCREEN: _page,
    Kind.GROUP: _group,
    Kind.ALIAS: _aliased,
}


def _keep(entry: Entry, told: dict[str, Any]) -> None:
    entry.properties, dropped = allowed.stored(told)
    if dropped:
        said = ", ".join(sorted(set(dropped))[:10])
        entry.say(Code.PROPERTIES_DROPPED, f"Not stored, since it may be personal or cannot be kept: {said}.")


def _add_network(entry: Entry, call: Call, context: Context) -> None:
    """The address of the network as a keyed hash: the same visitor can be seen again, and not be found."""
    ip = call.ip if entry.caller.browser else context.ip
    if ip and entry.type is not None:
        entry.properties["ip_hash"] = call.hash_ip(ip)
