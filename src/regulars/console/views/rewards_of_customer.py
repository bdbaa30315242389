"""Rewards of one customer: what they can have, what waits for them, and what they were given."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import rewards as pages
from regulars.console import said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.card_missing import missing
from regulars.console.forms.points import KEY_CHARACTERS_MAX, new_key
from regulars.console.voice import voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types import Mechanic
from regulars.loyalty.types.rewards import Redeeming
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

LINES = 50


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest, person: int) -> HttpResponse:
    """What a customer can have for their points, what waits for them, and what became of the rest."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-rewards")
    speak = voice()
    told = pages.words(speak)
    given = loyalty.grants_of(found.id, limit=LINES)
    waiting = loyalty.gifts_waiting(at=speak.now, limit=LINES, person_ids=[found.id])
    orders = loyalty.reward_orders_of(found.id, limit=LINES)
    codes = loyalty.reward_codes(orders)
    balance = loyalty.balance(profile_id=found.profile_ids[0], at=speak.now)
    return render(
        request,
        "console/rewards/customer.html",
        {
            "person": found,
            "name": name_or_number(found.name, found.id),
            "balance": told.speaker.points(balance.spendable_minor),
            "offered": [told.offered(one) for one in loyalty.rewards_for(person_id=found.id, at=speak.now)],
            "waiting": pages.waiting_of(waiting, told),
            "orders": [told.taken(row, codes=codes) for row in orders],
            "given": [told.given(row) for row in given if row.mechanic is not Mechanic.REWARD],
            "key": new_key(),
            "can_take": may(request, Permission.ADJUST_POINTS),
            "here": request.path,
        },
    )


@require_POST
@allowed(Permission.ADJUST_POINTS)
def take(request: HttpRequest, person: int, number: int) -> HttpResponse:
    """Take a reward for the customer."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-rewards")
    speak, user = voice(), user_id_of(request)
    key = request.POST.get("key", "").replace("\x00", "")[:KEY_CHARACTERS_MAX]
    new = Redeeming(
        key=f"form:{key or new_key()}:{number}",
        reward_id=min(number, 2**63 - 1),
        profile_id=found.profile_ids[0],
        at=speak.now,
        user_id=user,
    )
    try:
        with transaction.atomic():
            order = services.redeem(new=new, now=speak.now)
            team_services.log(
                user_id=user,
                action=Action.REWARD_TAKEN,
                now=speak.now,
                subject=f"person:{person}",
                details={"reward": order.reward_name, "what": "taken"},
            )
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        points = pages.words(speak).speaker.points(order.points_minor)
        told = {"name": plain(order.reward_name), "points": points}
        if code := loyalty.reward_codes([order]).get(order.id):
            text = _("“%(name)s” is taken for %(points)s. The code: %(code)s.")
            said.done(request, text % (told | {"code": code}))
        else:
            said.done(request, _("“%(name)s” is taken for %(points)s.") % told)
    return redirect("customers-rewards", person)
