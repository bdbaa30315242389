"""What was reckoned of a customer: orders, revenue, rhythm, segment."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpResponse

from regulars.analytics import queries
from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Shown
from regulars.api.rest.routes import Routes
from regulars.team.types import Scope

routes = Routes("Figures")


class Figures(Shown):
    """Of the whole person, as of the last reckoning; days are of the shop's calendar."""

    orders: int
    revenue_minor: int
    """Net of what was given back."""
    currency: str | None
    average_order_minor: int | None
    first_order_on: date | None
    last_order_on: date | None
    usual_gap_days: float | None
    """The median of days between purchase days."""
    r: int | None
    """Recency, 1 to 5; `f` frequency, `m` money alike."""
    f: int | None
    m: int | None
    segment: str | None
    stage: str | None
    channel: str | None
    """By which they were won."""
    computed_at: datetime | None
    """Null: nothing was reckoned yet. Who changes is reckoned anew within a minute or so."""


NOTHING_YET = Figures(
    orders=0,
    revenue_minor=0,
    currency=None,
    average_order_minor=None,
    first_order_on=None,
    last_order_on=None,
    usual_gap_days=None,
    r=None,
    f=None,
    m=None,
    segment=None,
    stage=None,
    channel=None,
    computed_at=None,
)


@routes.read("/customers/{path:customer_id}/figures", Scope.FIGURES_READ, Figures)
def get_figures(request: Call, customer_id: CustomerId) -> HttpResponse:
    """Get a customer's figures.

    Orders, revenue, rhythm and segment, as the lists of the console show them.
    """
    row = queries.figures_of(known(customer_id).person_id)
    if row is None:
        return answer(NOTHING_YET)
    return answer(
        Figures(
            orders=row.orders,
            revenue_minor=row.revenue_minor,
            currency=row.currency or None,
            average_order_minor=row.average_order_minor,
            first_order_on=row.first_day,
            last_order_on=row.last_day,
            usual_gap_days=row.usual_gap_days,
            r=row.r,
            f=row.f,
            m=row.m,
            segment=row.segment,
            stage=row.stage,
            channel=row.channel or None,
            computed_at=row.computed_at,
        )
    )
