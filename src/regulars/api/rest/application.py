"""The API as Ninja serves it: all operations, and what becomes of errors."""

from __future__ import annotations

from typing import NoReturn

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from regulars.api.rest import (
    carts,
    consents,
    customers,
    faults,
    figures,
    happenings,
    journal,
    journal_programme,
    loyalty_customers,
    loyalty_friends,
    loyalty_holds,
    loyalty_quote,
    loyalty_rewards,
    members,
    merges,
    offers,
    orders,
    products,
    returns,
    segments,
    shipments,
)
from regulars.api.rest.bodies import StrictParser
from regulars.api.rest.problems import Code, Problem

VERSION = "1"

# An address that ends in an id takes everything behind it for the id: those that go on come before it.
_IN_TURN = (
    *(carts.routes, figures.routes, consents.routes, happenings.routes, merges.routes, members.routes),
    *(loyalty_quote.routes, loyalty_holds.routes, loyalty_friends.routes, loyalty_customers.routes),
    *(loyalty_rewards.routes,),
    *(offers.routes, journal.routes, journal_programme.routes),
    *(segments.routes, customers.routes),
    *(returns.routes, shipments.routes, orders.routes, products.routes),
)


def _raise(request: HttpRequest, error: Exception | type[Exception]) -> NoReturn:
    """Let the door decide: it is there for what happens before and after Ninja too."""
    raise error


def _raise_faults(request: HttpRequest, error: ValidationError | type[ValidationError]) -> NoReturn:
    assert isinstance(error, ValidationError)  # noqa: S101 (Ninja's types allow for the class too)
    raise faults.problem(error.errors) from error


def _raise_unparsed(request: HttpRequest, error: HttpError | type[HttpError]) -> NoReturn:
    """Ninja takes whatever the parser raised for its own error; ours says what it was."""
    cause = error.__cause__
    if isinstance(cause, Problem):
        raise cause
    raise Problem(Code.BAD_JSON, str(error)) from error


def build() -> NinjaAPI:
    """A new API with all its operations."""
    api = NinjaAPI(
        title="Regulars",
        version=VERSION,
        urls_namespace="rest",
        openapi_url=None,
        docs_url=None,
        parser=StrictParser(),
    )
    for routes in _IN_TURN:
        api.add_router("", routes.router)
    api.add_exception_handler(Exception, _raise)
    api.add_exception_handler(ValidationError, _raise_faults)
    api.add_exception_handler(HttpError, _raise_unparsed)
    return api


api = build()
