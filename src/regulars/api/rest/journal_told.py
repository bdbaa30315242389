"""What a till tells of the time in which it was cut off."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from regulars.api.rest.fields import Id, Moment, Told, Whole, sample
from regulars.api.rest.loyalty_holds import KEY_MAX, PointsGiven
from regulars.loyalty.rules.refs import LENGTH_MAX

ENTRIES_MAX = 100
"""Of a call: each is done before the answer, a few hundredths of a second each."""
NUMBER_MAX = 2**53

Till = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$", examples=["till-1-3f2a"])
]
Number = Annotated[int, Field(ge=1, le=NUMBER_MAX, examples=[1]), Whole]
Key = Annotated[
    str, Field(min_length=1, max_length=KEY_MAX, pattern=r"^[\x20-\x7e]+$", examples=["till-1/2026-03-01/17"])
]
CustomerRef = Annotated[
    str,
    Field(
        max_length=LENGTH_MAX,
        pattern=r"^(?:id|card|qr):[^\x00-\x1f\x7f]{1,200}$",
        examples=["id:C-1024"],
        description="Who it was: `id:` and the shop's own id, `card:` and the number of a card, `qr:` and "
        "what the customer's telephone showed at that moment. Not by a phone: anybody can say a number.",
    ),
]
Kind = Literal["hold", "capture", "cancel", "spend", "order", "return"]


class _EntryTold(Told):
    number: Number
    """Its place in the order in which the till did things: 1, 2, 3 and so on for ever, without gaps."""
    key: Key
    """Made up by the till for this alone. Of points set aside or spent it is the key of the hold, the same
    that `POST /loyalty/holds` was or would have been called with."""
    at: Moment
    """When, by the till's clock."""


class HoldEntry(_EntryTold):
    """Points were set aside."""

    kind: Literal["hold"]
    customer: CustomerRef
    points_minor: PointsGiven
    order_id: Id | None = None


class CaptureEntry(_EntryTold):
    """The order was paid with what had been set aside, by this till or by a call before."""

    kind: Literal["capture"]
    hold: Key
    """The key of the hold."""
    points_minor: PointsGiven | None = None
    """How many of the points; the rest is let go. Null: all."""
    order_id: Id | None = None


class CancelEntry(_EntryTold):
    """What had been set aside was let go."""

    kind: Literal["cancel"]
    hold: Key
    """The key of the hold."""


class SpendEntry(_EntryTold):
    """Points were spent at once: the discount was given."""

    kind: Literal["spend"]
    customer: CustomerRef
    points_minor: PointsGiven
    order_id: Id | None = None


class OrderEntry(_EntryTold):
    """Something was sold."""

    kind: Literal["order"]
    order_id: Id
    body: dict[str, Any]
    """As `PUT /orders/{order_id}` takes it, `customer` as of the moment. One that is not as it should be is
    refused by itself."""


class ReturnEntry(_EntryTold):
    """Money was given back."""

    kind: Literal["return"]
    return_id: Id
    body: dict[str, Any]
    """As `PUT /returns/{return_id}` takes it. One that is not as it should be is refused by itself."""


EntryTold = Annotated[
    HoldEntry | CaptureEntry | CancelEntry | SpendEntry | OrderEntry | ReturnEntry,
    Field(discriminator="kind"),
]


class JournalTold(Told):
    """What a till did while it was cut off, or a part of it."""

    model_config = sample(
        till="till-1-3f2a",
        entries=[
            {
                "number": 1,
                "key": "till-1/2026-03-01/17",
                "at": "2026-03-01T12:30:00+03:00",
                "kind": "spend",
                "customer": "id:C-1024",
                "points_minor": 30000,
                "order_id": "2026-1001",
            }
        ],
    )

    till: Till
    """A name of the till that no other of the branch has, nor this one after it lost its numbers."""
    entries: Annotated[list[EntryTold], Field(max_length=ENTRIES_MAX)] = Field(default_factory=list)
    complete_to: Annotated[int, Field(ge=0, le=NUMBER_MAX), Whole] = 0
    """Up to this number the till has nothing to send any more: what is missing there is not waited for."""
    branch_id: Id | None = None
    """The shop's own id of the branch. A till's key says it itself; a server's key has to."""
