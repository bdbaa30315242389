"""One transaction for a call, or for many small ones that came at the same moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.api.ingest import dealing
from regulars.api.ingest.dealing import Dealt, taken_as_noted
from regulars.api.ingest.entries import Entry
from regulars.api.ingest.types import Code, Result, Status
from regulars.customers import services as customers
from regulars.customers.types import ANONYMOUS, SHOP, NewProfile, NewTraits, ProfileKey
from regulars.events import services as events
from regulars.events.types import NewEvent

Profiles = Mapping[ProfileKey, int]
Occasion = tuple[str, str]

_TOO_MANY = "There are too many names of events already; put what differs into properties, not into the name."


@transaction.atomic
def store(entries: Sequence[Entry], now: datetime) -> list[Result]:
    """Store what was made out and say of each entry what became of it, in their order.

    Every transaction goes the same way: profiles, devices, occasions, what customers are like, trade, the
    log; and within each step in the order of keys. So two of them wait for each other, but never both ways.
    """
    profiles = _profiles(entries, now)
    _link(entries, profiles, now)
    rest = [entry for entry in entries if entry.type is None]
    results: dict[int, Result] = {}
    if rest or any(entry.products for entry in entries):
        results = _store_rest(entries, rest, profiles, now)
    too_many = events.admit({entry.type for entry in entries if entry.type is not None}, now=now)
    plain = [entry for entry in entries if entry.type is not None and entry.event not in too_many]
    new = _record(plain, profiles, now)
    for entry in entries:
        if entry.event in too_many:
            results[id(entry)] = Result(Status.REFUSED, entry.key, Code.TOO_MANY_EVENT_NAMES, _TOO_MANY)
    for entry in plain:
        occasion = (entry.caller.source, entry.key)
        if occasion in new:
            new.remove(occasion)
            results[id(entry)] = taken_as_noted(entry)
        else:
            results[id(entry)] = Result(Status.REPEATED, entry.key)
    return [results[id(entry)] for entry in entries]


def _profiles(entries: Iterable[Entry], now: datetime) -> Profiles:
    keys: dict[ProfileKey, None] = {}
    for entry in entries:
        if entry.user_id is not None:
            keys[SHOP, entry.user_id] = None
        if entry.anonymous_id is not None:
            keys[ANONYMOUS, entry.anonymous_id] = None
    return customers.find_or_create_profiles(keys=keys, now=now)


def _link(entries: Iterable[Entry], profiles: Profiles, now: datetime) -> None:
    pairs = {
        (profiles[ANONYMOUS, entry.anonymous_id], profiles[SHOP, entry.user_id]): None
        for entry in entries
        if entry.anonymous_id is not None and entry.user_id is not None
    }
    if pairs:
        customers.link_anonymous(pairs=list(pairs), now=now)


def _store_rest(
    entries: Sequence[Entry], rest: Sequence[Entry], profiles: Profiles, now: datetime
) -> dict[int, Result]:
    """All that does not go into the log as it is, by the entry's identity; and what the catalogue learns."""
    carts = [_dealt(entry, profiles) for entry in rest if entry.deal and dealing.is_cart(entry.deal)]
    claimed = _claim([entry for entry in rest if not (entry.deal and dealing.is_cart(entry.deal))], now)
    results = {id(entry): Result(Status.REPEATED, entry.key) for entry in rest}
    results |= {id(entry): taken_as_noted(entry) for entry in claimed}
    _identify([entry for entry in claimed if entry.traits is not None], profiles, now)
    products = dealing.teach(entries)
    orders = [_dealt(entry, profiles) for entry in claimed if entry.deal is not None]
    for dealt, store_all in ((orders, dealing.store_orders), (carts, dealing.change_carts)):
        if dealt:
            outcomes = store_all(dealt, products, now)
            results |= {id(one.entry): result for one, result in zip(dealt, outcomes, strict=True)}
    _release([entry for entry in claimed if results[id(entry)].status is Status.REFUSED])
    return results


def _dealt(entry: Entry, profiles: Profiles) -> Dealt:
    if entry.deal is None:
        raise ValueError("an entry that tells of no order and no cart")
    return Dealt(entry, entry.deal, profiles[whose(entry)])


def _claim(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """Those whose occasion nobody had before; of several with the same the first."""
    by_source: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        by_source[entry.caller.source].setdefault(entry.key, entry)
    claimed = []
    for source, wanted in sorted(by_source.items()):
        new = events.claim(source=source, keys=wanted, now=now)
        claimed += [entry for key, entry in wanted.items() if key in new]
    return claimed


def _release(entries: Iterable[Entry]) -> None:
    """Give occasions back of which nothing came, so that the same may come again put right."""
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        by_source[entry.caller.source].append(entry.key)
    for source, keys in by_source.items():
        events.release(source=source, keys=keys)


def _identify(entries: Sequence[Entry], profiles: Profiles, now: datetime) -> None:
    """What customers are called, how they are reached and what they are like."""
    known, told = [], []
    for entry in sorted(entries, key=lambda entry: entry.occurred_at):
        traits = entry.traits
        if traits is None:
            continue
        contacts = (*traits.contacts, *entry.proven)
        source, external_id = whose(entry)
        if traits.name or contacts:
            known.append(
                NewProfile(source=source, external_id=external_id, name=traits.name, identities=contacts)
            )
        if traits.values:
            told.append(
                NewTraits(
                    profile_id=profiles[source, external_id],
                    values=traits.values,
                    verified=not entry.caller.browser,
                    as_of=entry.occurred_at,
                )
            )
    if known:
        customers.upsert_profiles(profiles=known, now=now)
    if told:
        customers.set_traits(traits=told, now=now)


def _record(entries: Sequence[Entry], profiles: Profiles, now: datetime) -> set[Occasion]:
    """What goes into the log as it is; gives the occasions that were new."""
    first: dict[Occasion, Entry] = {}
    for entry in entries:
        first.setdefault((entry.caller.source, entry.key), entry)
    news = [
        NewEvent(
            type=entry.type,
            source=source,
            key=key,
            occurred_at=entry.occurred_at,
            profile_id=profiles[whose(entry)],
            properties=entry.properties,
        )
        for (source, key), entry in first.items()
        if entry.type is not None
    ]
    return set(events.record(news, now=now).ids)


def whose(entry: Entry) -> ProfileKey:
    """The profile an entry is of: the known customer's where one is named, else the device's."""
    if entry.user_id is not None:
        return SHOP, entry.user_id
    return ANONYMOUS, entry.anonymous_id or ""
