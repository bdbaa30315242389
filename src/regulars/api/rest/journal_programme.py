"""What a till has to know of the programme to go on by itself while it is cut off."""

from __future__ import annotations

from django.http import HttpResponse

from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Shown
from regulars.api.rest.routes import Routes
from regulars.loyalty import queries
from regulars.team.types import Scope

routes = Routes("Loyalty")


class ProgrammeShown(Shown):
    """The programme that holds now; points in minor units, a hundred to a point."""

    running: bool
    """False: nothing is earned and nothing can be spent."""
    currency: str | None
    worth_minor: int
    """What a whole point is worth, in minor units of the currency."""
    whole_points: bool
    """Only whole points are spent and earned."""
    cashback_percent: float
    """Of what is paid in money, as points."""
    spend_percent: float
    """At most so much of an order is paid with points."""
    spend_from_minor: int
    """Fewer points are not taken at once."""
    hold_minutes: int
    """How long points stay set aside."""
    factor_above_minor: int | None
    """Spending more asks for the customer's QR or a code; null: nothing does."""
    offline_minor: int
    """What a till that is cut off may let somebody spend at once."""


_NONE = ProgrammeShown(
    running=False,
    currency=None,
    worth_minor=0,
    whole_points=True,
    cashback_percent=0,
    spend_percent=0,
    spend_from_minor=0,
    hold_minutes=0,
    factor_above_minor=None,
    offline_minor=0,
)


@routes.read("/loyalty/programme", Scope.LOYALTY_READ, ProgrammeShown)
def get_programme(request: Call) -> HttpResponse:
    """Get the programme.

    For a till that has to go on while it is cut off. As long as it is not, quotes say it better.
    """
    version = queries.current(request.now)
    if version is None:
        return answer(_NONE)
    programme = version.programme
    return answer(
        ProgrammeShown(
            running=programme.running,
            currency=programme.currency or None,
            worth_minor=programme.worth_minor,
            whole_points=programme.whole_points,
            cashback_percent=float(programme.cashback_percent),
            spend_percent=float(programme.spend_percent),
            spend_from_minor=programme.spend_from_minor,
            hold_minutes=programme.hold_minutes,
            factor_above_minor=programme.factor_above_minor,
            offline_minor=programme.offline_minor,
        )
    )
