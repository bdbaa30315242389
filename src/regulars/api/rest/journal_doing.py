"""Orders and returns of a till's journal, done as the calls that tell of them would have done it."""

from __future__ import annotations

import json
from typing import Any

from regulars.api.rest import bodies
from regulars.api.rest.orders import OrderTold, store_order
from regulars.api.rest.problems import Code, Problem
from regulars.api.rest.returns import ReturnTold, store_return
from regulars.commerce import queries
from regulars.customers.types import SHOP
from regulars.loyalty import services
from regulars.loyalty.errors import EntryRefused
from regulars.loyalty.types import Doing, Done, EntryReason

_REASONS = {Code.NOT_YOUR_BRANCH: EntryReason.NOT_YOUR_BRANCH}


def do_order(doing: Doing) -> Done:
    """Store an order as of the moment at which the till wrote it down."""
    told = OrderTold.model_validate(_body(doing))
    if told.as_of is None:
        told = told.model_copy(update={"as_of": doing.at})
    order_id = str(doing.body["order_id"])
    outcome: dict[str, Any] = {"order_id": order_id}
    began, profile_id = False, services.customer_of_entry(doing.body)
    if "customer" in doing.body and profile_id is None:
        outcome["reason"] = EntryReason.UNKNOWN_CUSTOMER.value  # it was sold all the same
    try:
        _, began = store_order(order_id, told, key=doing, now=doing.now, profile_id=profile_id)
    except Problem as problem:
        if problem.code is not Code.STALE:
            raise _refused(problem) from problem
        # Somebody told of it since: that holds, as it would if both had come in their order.
        outcome["reason"] = EntryReason.STALE.value
    state = queries.order(SHOP, order_id)
    if state is None:
        raise AssertionError("an order that was stored is there")
    return Done(profile_id=state.profile_id, outcome=outcome, order_id=state.id, began=began)


def do_return(doing: Doing) -> Done:
    """Store a return."""
    told = ReturnTold.model_validate(_body(doing))
    return_id = str(doing.body["return_id"])
    try:
        store_return(return_id, told, key=doing, now=doing.now)
    except Problem as problem:
        raise _refused(problem) from problem
    state = queries.order(SHOP, told.order_id)
    outcome = {"return_id": return_id, "order_id": told.order_id}
    if state is None:
        return Done(outcome=outcome)
    return Done(profile_id=state.profile_id, outcome=outcome, order_id=state.id)


def _body(doing: Doing) -> Any:
    """The document, numbers as the door reads them."""
    if detail := doing.body.get("invalid"):
        raise EntryRefused(EntryReason.INVALID, str(detail))
    return bodies.load(json.dumps(doing.body["body"]).encode())[0]


def _refused(problem: Problem) -> EntryRefused:
    return EntryRefused(_REASONS.get(problem.code, EntryReason.NOT_STORED), problem.detail)
