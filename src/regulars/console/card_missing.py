"""A card that is not there: perhaps it was put together with another one since."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from regulars.console.ways import with_choices
from regulars.customers import queries as customers


def missing(request: HttpRequest, person: int, page: str = "customers-card") -> HttpResponse:
    """Lead to the card of whom that customer became one with; else say that there is no such customer.

    `page`: the page of that card one is led to.
    """
    now = customers.person_of_merged(person)
    if now is None or now == person:
        return render(request, "console/card/missing.html", status=404)
    answer = redirect(page, now)
    answer["Location"] = with_choices(answer["Location"], **request.GET.dict())
    return answer
