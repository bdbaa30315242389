"""Customers by the shop's own ids, what is known of them and by what else they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Id, Line, Moment, Shown, Told, sample
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.api.rest.traits import TraitsShown, TraitsTold
from regulars.customers import queries, services
from regulars.customers.types import (
    SHOP,
    IdentityType,
    NewProfile,
    NewTraits,
    ProfileDetails,
    ProfileIdentity,
)
from regulars.team.types import Scope

IDENTITIES_MAX = 50
PAGE = "customers"

routes = Routes("Customers")
CustomerId = Annotated[Id, Path(description="The shop's own id of the customer.", examples=["C-1024"])]


class Identity(Told):
    """An e-mail address, a phone number, a messenger, a card or an id in another system."""

    model_config = sample(type="email", value="anna@example.com")

    type: Annotated[IdentityType, Field(strict=False)]  # a text in JSON
    value: Annotated[str, Field(min_length=1, max_length=200, examples=["anna@example.com"])]


class CustomerTold(Told):
    """What is told of a customer; what is left out stays as it is."""

    model_config = sample(
        name="Anna Petrova",
        identities=[{"type": "phone", "value": "+7 916 123-45-67"}],
        traits={"plan": "gold", "children": 2},
    )

    name: Line | None = None
    """An empty one leaves the name that is known."""
    created_at: Moment | None = None
    """Since when the shop knows them; counts when the customer is new."""
    identities: Annotated[list[Identity], Field(max_length=IDENTITIES_MAX)] = Field(default_factory=list)
    """Added to those that are known."""
    traits: TraitsTold = Field(default_factory=dict)
    """Those named are set; null removes one."""
    as_of: Moment | None = None
    """When the traits were so: an older value never replaces a newer one. Left out: now."""


class Customer(Shown):
    """A customer as the shop's systems know them."""

    id: str
    name: str
    created_at: datetime
    identities: list[Identity]
    traits: TraitsShown
    """Told by the shop's own systems."""
    unverified_traits: TraitsShown
    """Told by browsers: anybody could have said it."""


class Customers(Shown):
    """A page of customers, in the order in which they became known."""

    customers: list[Customer]
    next: Annotated[str | None, Field(description=NEXT)]


class Identities(Shown):
    """All addresses and numbers of a customer."""

    identities: list[Identity]


class Found(Shown):
    """Customers who have an address or a number, the one known longest first."""

    customers: list[Customer]


@routes.read("/customers", Scope.CUSTOMERS_READ, Customers)
def list_customers(request: Call, limit: Limit = LIMIT, after: After = None) -> HttpResponse:
    """List customers.

    In the order in which they became known, those with an id of the shop.
    """
    above = int(cursors.unwrap(PAGE, after, int)[0]) if after is not None else 0
    rows = queries.profiles_page(after=above, limit=limit + 1)
    more = cursors.wrap(PAGE, [rows[limit - 1].id]) if len(rows) > limit else None
    return answer(Customers(customers=[shown(row) for row in rows[:limit]], next=more))


@routes.read("/identities/find", Scope.CUSTOMERS_READ, Found, method="POST")
def find_customers(request: Call, body: Identity) -> HttpResponse:
    """Find customers by an address or a number.

    By POST, so that neither gets into the logs of servers on the way. Changes nothing.
    """
    found = queries.profiles_by_identity(IdentityType(body.type), [body.value]).get(body.value, [])
    details = queries.profiles(found[:IDENTITIES_MAX])
    ours = [details[id_] for id_ in found[:IDENTITIES_MAX] if id_ in details and details[id_].source == SHOP]
    return answer(Found(customers=[shown(row) for row in ours]))


@routes.read("/customers/{path:customer_id}/identities", Scope.CUSTOMERS_READ, Identities)
def list_identities(request: Call, customer_id: CustomerId) -> HttpResponse:
    """List a customer's addresses and numbers."""
    return answer(Identities(identities=_identities(known(customer_id))))


@routes.write("POST", "/customers/{path:customer_id}/identities", Scope.CUSTOMERS_WRITE, Identities)
def add_identity(request: Call, customer_id: CustomerId, body: Identity) -> HttpResponse:
    """Add an address or a number to a customer."""
    customer = known(customer_id)
    _add_identities(customer.id, [body], request.now, "value")
    return answer(Identities(identities=_identities(known(customer_id))))


@routes.write("POST", "/customers/{path:customer_id}/identities/remove", Scope.CUSTOMERS_WRITE, Identities)
def remove_identity(request: Call, customer_id: CustomerId, body: Identity) -> HttpResponse:
    """Take an address or a number from a customer.

    One that they do not have is passed over. By POST, so that neither gets into the logs of servers.
    """
    gone = ProfileIdentity(known(customer_id).id, IdentityType(body.type), body.value)
    services.remove_identities(identities=[gone], now=request.now)
    return answer(Identities(identities=_identities(known(customer_id))))


@routes.read("/customers/{path:customer_id}", Scope.CUSTOMERS_READ, Customer)
def get_customer(request: Call, customer_id: CustomerId) -> HttpResponse:
    """Get a customer."""
    return answer(shown(known(customer_id)))


@routes.write("PUT", "/customers/{path:customer_id}", Scope.CUSTOMERS_WRITE, {200: Customer, 201: Customer})
def put_customer(request: Call, customer_id: CustomerId, body: CustomerTold) -> HttpResponse:
    """Create a customer, or bring one up to date.

    What is left out stays as it is. 201: the customer is new.
    """
    created = _store(customer_id, body, request.now)
    return answer(shown(known(customer_id)), 201 if created else 200)


@routes.write("PATCH", "/customers/{path:customer_id}", Scope.CUSTOMERS_WRITE, Customer)
def patch_customer(request: Call, customer_id: CustomerId, body: CustomerTold) -> HttpResponse:
    """Bring a known customer up to date.

    As PUT, but a customer who is not known is not created.
    """
    known(customer_id)
    _store(customer_id, body, request.now)
    return answer(shown(known(customer_id)))


def known(customer_id: str) -> ProfileDetails:
    """The customer of that id. Raises Problem (`not_found`)."""
    customer = queries.profile(SHOP, customer_id)
    if customer is None:
        raise missing("There is no customer with this id.")
    return customer


def shown(customer: ProfileDetails) -> Customer:
    """A customer as an answer has them."""
    return Customer(
        id=customer.external_id,
        name=customer.name,
        created_at=customer.created_at,
        identities=_identities(customer),
        traits=dict(customer.traits.verified),
        unverified_traits=dict(customer.traits.unverified),
    )


def _identities(customer: ProfileDetails) -> list[Identity]:
    return [Identity(type=type_, value=value) for type_, value in customer.identities]


def _store(customer_id: str, told: CustomerTold, now: datetime) -> bool:
    """Store what is told; says whether the customer is new."""
    profile = NewProfile(
        source=SHOP, external_id=customer_id, name=(told.name or "").strip(), created_at=told.created_at
    )
    stored = services.upsert_profiles(profiles=[profile], now=now)
    profile_id = stored.ids[profile.key]
    if told.identities:
        _add_identities(profile_id, told.identities, now)
    if told.traits:
        new = NewTraits(profile_id=profile_id, values=told.traits, verified=True, as_of=told.as_of or now)
        refused = services.set_traits(traits=[new], now=now).refused
        _refuse({f"traits.{trait.name}": trait.reason for trait in refused})
    return bool(stored.created)


def _add_identities(
    profile_id: int, told: Sequence[Identity], now: datetime, field: str = "identities.{}.value"
) -> None:
    new = [ProfileIdentity(profile_id, IdentityType(one.type), one.value) for one in told]
    refused = services.add_identities(identities=new, now=now).refused
    _refuse({field.format(number): why for number, why in refused.items()})


_WORDS = {
    "bad_value": "This is no address or number that anybody could be reached at, or no value to be kept",
    "too_many": "The customer has as many of these as there may be; remove some first",
    "too_big": "All traits of the customer together would take too much room",
    "too_long": "This is longer than what is kept",
    "bad_name": "This is no name for a trait",
}


def _refuse(reasons: Mapping[str, str]) -> None:
    """Take everything back and say what could not be stored, if anything."""
    if not reasons:
        return
    faults = [Fault(field, why, _WORDS.get(why, "This cannot be stored")) for field, why in reasons.items()]
    raise Problem(Code.REFUSED, f"{faults[0].field}: {faults[0].detail}. Nothing was stored.", faults=faults)
