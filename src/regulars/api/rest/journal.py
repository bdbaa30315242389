"""What a till wrote down while it was cut off, and what became of it."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query
from pydantic import Field, ValidationError

from regulars.api.rest import bodies, cursors, faults, loyalty_limits
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Id, Shown, plain
from regulars.api.rest.journal_told import EntryTold, JournalTold, Kind, OrderEntry, ReturnEntry
from regulars.api.rest.orders import NAMED_TWICE, OrderTold, branch_of
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem
from regulars.api.rest.returns import ReturnTold
from regulars.api.rest.routes import Routes
from regulars.commerce import queries as commerce
from regulars.customers.types import SHOP
from regulars.kit.database import is_unable
from regulars.kit.sealing import signing_key
from regulars.loyalty import queries, services
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.rules.journal import digest
from regulars.loyalty.rules.refs import ref_of
from regulars.loyalty.types import Entry, EntryKind, EntryState, NewEntry
from regulars.loyalty.types.till import Ref, RefKind
from regulars.team.types import Scope

DONE_MAX = 200
"""A call that fills a gap sets off what waited behind it; what is more the worker does within a minute."""
DONE_SECONDS = 5.0
"""After so long none is begun any more: a till that has no answer yet sends all of it once more meanwhile."""
PAGE = "journal"
_PURPOSE = "api/journal"

_log = logging.getLogger(__name__)

routes = Routes("Loyalty")
State = Literal["waiting", "done", "short", "refused"]


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
    entries, too_many = _entries(request, branch_id, body)
    stored = services.store_entries(
        branch_id=branch_id,
        till=body.till,
        entries=entries,
        complete_to=0 if too_many else body.complete_to,
        now=request.now,
    )
    _do(stored.journal_id, request.now)
    if too_many is not None:
        raise too_many
    numbers = [entry.number for entry in body.entries]
    shown = queries.journal_entries_of(journal_id=stored.journal_id, numbers=numbers)
    return answer(_journal(branch_id, body.till, shown))


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


def _do(journal_id: int, now: datetime) -> None:
    """Do what can be done before the till stops waiting for the answer.

    The rest waits, for the next call or for the schedule; so does what somebody else is in the way of.
    """
    ends = time.monotonic() + DONE_SECONDS
    for _ in range(DONE_MAX):
        try:
            if not services.do_entries(journal_id=journal_id, now=now, limit=1) or time.monotonic() >= ends:
                return
        except Exception as error:
            if not is_unable(error):
                raise
            _log.warning("entries of a till's journal wait: %s", type(error.__cause__ or error).__name__)
            return


def _entries(call: Call, branch_id: int, told: JournalTold) -> tuple[list[NewEntry], Problem | None]:
    """What is new of a portion; and where too many were asked for by a phone, only what is before that one.

    For whom an entry names that is stored already nobody asks again: they may be known by now, or by nothing.
    """
    raw = bodies.load(call.body)[0].get("entries", [])
    numbers = [entry.number for entry in told.entries]
    stored = queries.journal_marks(branch_id=branch_id, till=told.till, numbers=numbers)
    found: list[NewEntry] = []
    for entry, as_sent in sorted(zip(told.entries, raw, strict=True), key=lambda pair: pair[0].number):
        new = _entry(entry, as_sent)
        if (new.number, digest(new)) in stored:
            continue
        try:
            found.append(_with_customer(call, new))
        except Problem as problem:
            words = (
                f"All before number {new.number} is stored. Send the same again after Retry-After seconds."
            )
            return found, Problem(problem.code, f"{problem.detail} {words}", headers=problem.headers)
    return found, None


def _entry(entry: EntryTold, raw: Mapping[str, Any]) -> NewEntry:
    """An entry, whose `customer` is as it was told yet."""
    body = _body(entry, raw)
    text, named = body.get("customer"), ""
    if text is not None and ref_of(text).kind is not RefKind.ID:
        named = hmac.new(signing_key(purpose=_PURPOSE), text.encode(), hashlib.sha256).hexdigest()
    return NewEntry(
        number=entry.number, kind=EntryKind(entry.kind), key=entry.key, at=entry.at, body=body, named=named
    )


def _body(entry: EntryTold, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an entry: nothing that it may not hold."""
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
            id_["customer"] = customer
        return {**id_, "body": body}
    return entry.model_dump(mode="json", exclude={"number", "key", "at", "kind"}, exclude_none=True)


def _with_customer(call: Call, new: NewEntry) -> NewEntry:
    """As it is kept: with our number of the profile instead of a card, a phone or a code. Raises Problem."""
    if not new.named:
        return new
    return replace(new, body={**new.body, "customer": _whose(call, ref_of(new.body["customer"]), new.at)})


def _whose(call: Call, ref: Ref, at: datetime) -> str:
    """Who that is, as it is kept. Raises Problem where too many were asked for by a phone."""
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
