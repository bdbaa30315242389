"""What friends take from the log: codes that pages and events carry, what friends buy and give back, and
who turns out to be one with whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from regulars.commerce.types import OF_ORDERS
from regulars.events.types import Batch, Consumer, LoggedEvent, Start
from regulars.loyalty import services
from regulars.loyalty.handlers.told import OF_PERSONS
from regulars.loyalty.rules.referring import code_in_path, code_of
from regulars.loyalty.types.referring import ReferralSource, ToldReferral

_OF_PAGES = frozenset({"page_viewed", "screen_viewed"})
"""Names of the layer above, as its README promises them."""
_OF_COMING = frozenset({"signed_up", "account_created", "referral_used"})
"""By what other systems say that somebody came; the code stands in the property `referral`."""


def _see(batch: Batch) -> None:
    told = [one for event in batch.events if (one := _told(event)) is not None]
    if told:
        services.refer_all(told=told, now=batch.now)
    moved = {id_ for event in batch.events if event.name in OF_PERSONS and (id_ := event.profile_id)}
    _mark([event for event in batch.events if event.name in OF_ORDERS], moved, batch.now)


def _see_history(batch: Batch) -> None:
    _mark([event for event in batch.events if event.backfill], (), batch.now)


def _told(event: LoggedEvent) -> ToldReferral | None:
    if event.profile_id is None or event.name not in _OF_PAGES | _OF_COMING:
        return None
    properties = event.properties
    said = properties.get("referral")
    code = code_of(said) if isinstance(said, str) else ""
    if not code and event.name in _OF_PAGES and isinstance(path := properties.get("path"), str):
        code = code_in_path(path)
    if not code:
        return None
    network = properties.get("ip_hash")
    return ToldReferral(
        code=code,
        profile_id=event.profile_id,
        at=event.occurred_at,
        source=ReferralSource.SITE,
        network=network if isinstance(network, str) else "",
    )


def _mark(events: Sequence[LoggedEvent], moved: Collection[int], now: datetime) -> None:
    """Have it looked at who ordered, or gave back; also whose the orders are, and who moved."""
    services.mark_referrals(
        buyers={event.profile_id for event in events if event.profile_id is not None},
        orders={id_ for event in events if isinstance(id_ := event.properties.get("order_id"), int)},
        moved=moved,
        now=now,
    )


CONSUMERS: list[Consumer] = [
    Consumer(
        name="loyalty.friends",
        handle=_see,
        start=Start.NOW,
        names=OF_ORDERS | OF_PERSONS | _OF_PAGES | _OF_COMING,
        batch=services.REFERRALS_MAX,
    ),
    # What a file tells of orders counts for who came with a code: many shops bring theirs in each night.
    Consumer(
        name="loyalty.friends_of_history",
        handle=_see_history,
        start=Start.NOW,
        backfill=True,
        names=OF_ORDERS,
        batch=services.REFERRALS_MAX,
    ),
]
