"""What is known of a customer out of all sources, and out of whom they came to be one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Shown
from regulars.api.rest.routes import Routes
from regulars.customers import queries
from regulars.customers.queries.shop_ids import shop_ids
from regulars.team.types import Scope

routes = Routes("Persons")


class Attribute(Shown):
    """Something that is known of a customer."""

    key: str
    label: str
    kind: str
    """`text`, `choice`, `number`, `yes_no` or `day` (such as 1990-02-28)."""
    value: str | int | float | bool
    verified: bool
    """The shop's own systems or a colleague said so, not a browser."""
    as_of: datetime | None


class Attributes(Shown):
    """All that is known of the person, by all their ids together."""

    attributes: list[Attribute]


class Shared(Shown):
    """What two customers had in common."""

    type: str
    value: str
    """Empty where nobody has it any more."""


class Merge(Shown):
    """That two customers became one."""

    id: int
    merged_at: datetime
    by_hand: bool
    """A colleague did it, not a rule."""
    because: list[Shared]
    undone_at: datetime | None
    """Since when they are two again; null: they are one."""


class Person(Shown):
    """The person behind an id of the shop."""

    ids: list[str]
    """All ids the shop has for the same person, the one known longest first."""
    merges: Annotated[list[Merge], Field(description="What made one of several, the last first.")]


@routes.read("/customers/{path:customer_id}/attributes", Scope.CUSTOMERS_READ, Attributes)
def list_attributes(request: Call, customer_id: CustomerId) -> HttpResponse:
    """List a customer's attributes.

    Of what several sources say, what the shop's own systems said last counts. To change one, set the trait.
    """
    found = queries.attributes_of_person(known(customer_id).person_id)
    attributes = [
        Attribute(
            key=row.key,
            label=str(row.label),
            kind=row.kind.value,
            value=row.value,
            verified=row.verified,
            as_of=row.as_of,
        )
        for row in found
        if row.value is not None
    ]
    return answer(Attributes(attributes=attributes))


@routes.read("/customers/{path:customer_id}/person", Scope.CUSTOMERS_READ, Person)
def get_person(request: Call, customer_id: CustomerId) -> HttpResponse:
    """Get the person behind a customer's id.

    One person may have several ids: figures, segments and attributes are of all of them together.
    """
    person_id = known(customer_id).person_id
    merges = [
        Merge(
            id=row.id,
            merged_at=row.merged_at,
            by_hand=row.by_id is not None or not row.because,
            because=[Shared(type=type_.value, value=value) for type_, value in row.because],
            undone_at=row.undone_at,
        )
        for row in queries.merges_of(person_id)
    ]
    return answer(Person(ids=shop_ids([person_id]).get(person_id, []), merges=merges))
