"""A card that is not there: perhaps it was put together with another one since."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from regulars.console.ways import with_choices
from regulars.customers import queries as customers

_NUMBER_MAX = 2**63 - 1
"""An address may hold a larger one; nobody has it, and the database would not take it."""


def missing(request: HttpRequest, person: int, page: str = "customers-card") -> HttpResponse:
    """Lead to the card of whom that customer became one with; else say that there is no such customer.

    `page`: the page of that card one is led to.
    """
    now = persons_now(person).get(person)
    if now is None or now == person:
        return nobody(request)
    answer = redirect(page, now)
    answer["Location"] = with_choices(answer["Location"], **request.GET.dict())
    return answer


def nobody(request: HttpRequest) -> HttpResponse:
    """Say that there is no such customer."""
    return render(request, "console/card/missing.html", status=404)


def persons_now(*persons: int) -> dict[int, int]:
    """Who these are now; without those of whom nobody is left."""
    return customers.persons_of_merged(person for person in persons if person <= _NUMBER_MAX)
