"""What a till wrote down while it was cut off, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query
from pydantic import Field, ValidationError

from regulars.api.rest import bodies, cursors, faults, loyalty_limits
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Id, Moment, Shown, Told, Whole, plain, sample
from regulars.api.rest.loyalty_holds import KEY_MAX, PointsGiven
from regulars.api.rest.orders import NAMED_TWICE, OrderTold, branch_of
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem
from regulars.api.rest.returns import ReturnTold
from regulars.api.rest.routes import Routes
from regulars.commerce import queries as commerce
from regulars.customers.types import SHOP
from regulars.loyalty import queries, services
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.rules.refs import LENGTH_MAX, ref_of
from regulars.loyalty.types import Entry, EntryKind, EntryState, NewEntry
from regulars.loyalty.types.till import RefKind
from regulars.team.types import Scope

ENTRIES_MAX = 100
"""Of a call: each is done before the answer, a few hundredths of a second each."""
DONE_MAX = 200
"""A call that fills a gap sets off what waited behind it; what is more the worker does within a minute."""
NUMBER_MAX = 2**53
PAGE = "journal"

routes = Routes("Loyalty")
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
State = Literal["waiting", "done", "short", "refused"]


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


class EntryShown(Shown):
    """What became of an entry."""

    number: int
    key: str
    kind: Kind
    at: datetime
    state: State
    """`waiting`: one before it is missing; `short`: done as far as there were points; `refused`: not done."""
    reason: str | None
    """Why it was not done, or not whole, such as `not_enough_points`; for programs."""
    detail: str | None
    points_minor: int | None
    """How many points were set aside or spent."""
    short_minor: int | None
    """How many were missing."""
    done_at: datetime | None


class Journal(Shown):
    """How far the journal of a till is, and what became of the entries that were asked for."""

    till: str
    next_number: int
    """The entry that is waited for. All before it are done, or not waited for any more."""
    waiting: int
    """Entries behind it that came already."""
    entries: list[EntryShown]
    """Two under one number: another one came before, and the second was refused."""
    next: Annotated[str | None, Field(description=NEXT)]


TillNamed = Annotated[
    str, Query(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$", description="The till's name.")
]
BranchNamed = Annotated[Id | None, Query(description="The shop's own id of the branch, with a server's key.")]
StateNamed = Annotated[State | None, Query(description="Only those in this state.")]


@routes.read("/loyalty/journal", Scope.LOYALTY_WRITE, Journal, method="POST", refuses=True)
def put_journal(request: Call, body: JournalTold) -> HttpResponse:
    """Send what a till did while it was cut off.

    In any order and portions: all is stored first, then done in the order of the numbers, at the till's
    times. What comes after a gap waits until it is filled, for 72 hours at most. The same entry again
    changes nothing. What cannot be honoured is done as far as it goes and reported; nothing is dropped.
    """
    request.writes = True
    sold = {"order", "return"} & {entry.kind for entry in body.entries}
    if sold and Scope.ORDERS_WRITE not in request.key.scopes:
        raise Problem(
            Code.NOT_ALLOWED, f"To tell of orders and returns the key needs {Scope.ORDERS_WRITE.value} too."
        )
    branch_id = branch_of(body.branch_id, request.key)
    if branch_id is None:
        raise _no_branch()
    told = bodies.load(request.body)[0].get("entries", [])
    stored = services.store_entries(
        branch_id=branch_id,
        till=body.till,
        entries=[_entry(request, entry, raw) for entry, raw in zip(body.entries, told, strict=True)],
        complete_to=body.complete_to,
        now=request.now,
    )
    services.do_entries(journal_id=stored.journal_id, now=request.now, limit=DONE_MAX)
    numbers = [entry.number for entry in body.entries]
    entries = queries.journal_entries_of(journal_id=stored.journal_id, numbers=numbers)
    return answer(_journal(branch_id, body.till, entries))


@routes.read("/loyalty/journal", Scope.LOYALTY_READ, Journal, refuses=True)
def get_journal(
    request: Call,
    till: TillNamed,
    branch_id: BranchNamed = None,
    state: StateNamed = None,
    limit: Limit = LIMIT,
    after: After = None,
) -> HttpResponse:
    """Look up what became of a till's journal.

    In the order of the numbers.
    """
    branch = _branch(request, branch_id)
    place = (0, 0)
    if after is not None:
        number, twin = cursors.unwrap(PAGE, after, int, int)
        place = (int(number), int(twin))
    row = queries.journal(branch_id=branch, till=till)
    entries: Sequence[Entry] = ()
    if row is not None:
        states = None if state is None else [EntryState(state)]
        entries = queries.journal_entries(journal_id=row.id, after=place, states=states, limit=limit + 1)
    last = entries[limit - 1] if len(entries) > limit else None
    more = None if last is None else cursors.wrap(PAGE, [last.number, last.twin])
    return answer(_journal(branch, till, entries[:limit], more))


def _branch(call: Call, told: str | None) -> int:
    """The branch whose journals are meant; 0: one nobody knows. Raises Problem."""
    if call.key.branch_id is not None:
        return branch_of(told, call.key) or 0
    if told is None:
        raise _no_branch()
    return commerce.branch_ids([(SHOP, told)]).get((SHOP, told), 0)


def _no_branch() -> Problem:
    return Problem(
        Code.REFUSED,
        "Say of which branch the till is (branch_id), or call with the till's own key.",
        faults=[Fault("branch_id", "missing", "A server's key belongs to no branch")],
    )


def _entry(call: Call, entry: EntryTold, raw: Mapping[str, Any]) -> NewEntry:
    kind = EntryKind(entry.kind)
    return NewEntry(number=entry.number, kind=kind, key=entry.key, at=entry.at, body=_body(call, entry, raw))


def _body(call: Call, entry: EntryTold, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an entry: nothing that it may not hold, and no card or code of a customer."""
    if isinstance(entry, OrderEntry | ReturnEntry):
        model = OrderTold if isinstance(entry, OrderEntry) else ReturnTold
        id_ = (
            {"order_id": entry.order_id} if isinstance(entry, OrderEntry) else {"return_id": entry.return_id}
        )
        try:
            model.model_validate(raw["body"])
        except ValidationError as error:
            found = [{**one, "loc": ("body", "told", *one["loc"])} for one in error.errors()]
            return {**id_, "invalid": faults.problem(found).detail}
        body = plain(raw["body"])
        if customer := body.pop("customer", None):
            if body.get("customer_id") is not None:
                return {**id_, "invalid": f"{NAMED_TWICE}."}
            id_["customer"] = _customer(call, customer, entry.at)
        return {**id_, "body": body}
    told = entry.model_dump(mode="json", exclude={"number", "key", "at", "kind"}, exclude_none=True)
    if "customer" in told:
        told["customer"] = _customer(call, told["customer"], entry.at)
    return told


def _customer(call: Call, text: str, at: datetime) -> str:
    """Who that is, as it is kept: the shop's own id, or our number of the profile.

    Raises Problem where too many were asked for by a phone; then nothing of the portion is stored.
    """
    ref = ref_of(text)
    if ref.kind is RefKind.ID:
        return text
    profile_id = None
    if ref.kind is RefKind.QR:
        scanned = queries.scan_qr(ref.value, now=at)
        if scanned is None or not scanned.fresh:
            return "unknown"
        profile_id = scanned.profile_id
    elif ref.kind is RefKind.PHONE:
        loyalty_limits.ask_for_phone(call.key, ref.value)
    try:
        return f"profile:{queries.member(ref, at=at, profile_id=profile_id).profile_id}"
    except (NoSuchMember, SeveralMembers):
        if ref.kind is RefKind.PHONE:
            loyalty_limits.note_unknown(call.key, ref.value)
        return "unknown"


def _journal(branch_id: int, till: str, entries: Sequence[Entry], more: str | None = None) -> Journal:
    row = queries.journal(branch_id=branch_id, till=till)
    return Journal(
        till=till,
        next_number=row.next_number if row else 1,
        waiting=row.waiting if row else 0,
        entries=[_shown(entry) for entry in entries],
        next=more,
    )


def _shown(entry: Entry) -> EntryShown:
    outcome = entry.outcome
    return EntryShown(
        number=entry.number,
        key=entry.key,
        kind=entry.kind.value,
        at=entry.at,
        state=entry.state.value,
        reason=outcome.get("reason"),
        detail=outcome.get("detail") or None,
        points_minor=outcome.get("points_minor"),
        short_minor=outcome.get("short_minor"),
        done_at=entry.done_at,
    )
