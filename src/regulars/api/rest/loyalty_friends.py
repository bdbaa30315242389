"""Bringing friends: the code and the picture somebody shows, and that a friend came with it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils import translation
from ninja import Path
from pydantic import Field

from regulars.analytics.wording.numbers import Formats
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Moment, Shown, Told, sample
from regulars.api.rest.loyalty_quote import language_of
from regulars.api.rest.loyalty_refs import CustomerRef, named
from regulars.api.rest.problems import Code, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.loyalty import queries, services
from regulars.loyalty.errors import MayNotRefer, NoReferral, NoSuchCode
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, Refused, ToldReferral
from regulars.loyalty.wording.referring import referral_sentences, refused_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.team import queries as team
from regulars.team.types import Scope

FRIENDS_MAX = 100
_DEVICE_MAX = 255
_CODE_MAX = 40

routes = Routes("Loyalty")
RefInPath = Annotated[CustomerRef, Path()]
ReferralId = Annotated[int, Path(ge=1, le=2**63 - 1, description="As the answer to the referral said.")]
State = Literal["waiting", "rewarded", "refused"]


class CodeForFriends(Shown):
    """What a customer shows their friends."""

    code: str
    """Ten letters and digits; typed with or without the dash, in any case."""
    url: str
    """A link to the shop's page with the code; empty where the programme has no page for friends."""
    svg: str
    """The QR of the link, or of the code where there is none."""
    waiting: int
    """Friends who came and have not bought yet, or of whose order the wait is not over."""
    rewarded: int
    sentences: list[str]
    """What both get, in the language asked for (`Accept-Language`)."""


class ReferralTold(Told):
    """That somebody came with a code."""

    model_config = sample(code="7K3QF-9XT2M", customer="id:C-1042")

    code: Annotated[str, Field(min_length=1, max_length=_CODE_MAX)]
    customer: CustomerRef
    """Who came; known to us already."""
    at: Moment | None = None
    """When; null: now."""
    device: Annotated[str, Field(max_length=_DEVICE_MAX)] | None = None
    """What tells the device they did it on, such as the anonymous id of your site. Only a keyed hash is kept:
    a friend on the device of who brought them brings nothing."""
    ip: Annotated[str, Field(max_length=_DEVICE_MAX)] | None = None
    """The address of their network; only a keyed hash is kept."""


class ReferralShown(Shown):
    """Who came, and how far it is."""

    id: int
    state: State
    reason: Refused | None
    """Why it brings nothing, where it was refused."""
    explanation: str
    """The same in words for staff; empty where it was not refused."""
    at: datetime
    due_at: datetime | None
    """When both are rewarded, if the friend's order stands until then; null: nothing was bought yet."""
    rewarded_at: datetime | None


class FriendsShown(Shown):
    """Whom a customer brought, the newest first, without saying who it is."""

    friends: list[ReferralShown]


@routes.write("POST", "/loyalty/customers/{path:ref}/referral", Scope.LOYALTY_WRITE, CodeForFriends)
def get_code_for_friends(request: Call, ref: RefInPath) -> HttpResponse:
    """Get the code a customer gives their friends.

    It is made when it is asked for first, and stays the same. Show the link or the picture in your
    application, print it on a receipt, or send it to those who would recommend you.
    """
    who = named(request, ref)
    try:
        code = services.referral_code(profile_id=who.member.profile_id, now=request.now)
    except NoReferral as error:
        raise _no_referral() from error
    except MayNotRefer as error:
        raise Problem(
            Code.MAY_NOT_REFER, "The programme does not let this customer bring friends; see who may there."
        ) from error
    terms = queries.terms_at(request.now)
    version = queries.current(request.now)
    if terms is None or version is None:
        raise _no_referral()
    link = queries.referral_link(code, terms.referral)
    brought = queries.brought(who.member.person_id)
    shop = team.shop()
    language = language_of(request)
    with translation.override(language):
        speaker = Speaker(Formats(language, terms.currency), shop.return_window_days)
        told = referral_sentences(terms.referral, version.programme, speaker)
    return answer(
        CodeForFriends(
            code=link.code,
            url=link.url,
            svg=link.svg,
            waiting=brought.waiting,
            rewarded=brought.rewarded,
            sentences=list(told),
        )
    )


@routes.read("/loyalty/customers/{path:ref}/friends", Scope.LOYALTY_READ, FriendsShown)
def list_friends(request: Call, ref: RefInPath) -> HttpResponse:
    """List whom a customer brought, the newest hundred.

    How far each is, and nothing of who it is: that is the friends' own affair.
    """
    who = named(request, ref)
    if who.masked:
        raise Problem(Code.NOT_ALLOWED, "Name the customer by id or card: a number anybody can say.")
    rows = queries.friends_of(who.member.person_id, limit=FRIENDS_MAX)
    with translation.override(language_of(request)):
        return answer(FriendsShown(friends=[_shown(row) for row in rows]))


@routes.write("POST", "/loyalty/referrals", Scope.LOYALTY_WRITE, ReferralShown)
def tell_referral(request: Call, body: ReferralTold) -> HttpResponse:
    """Tell that somebody came with a code.

    Tell it when the friend signs up, or at the latest with their first order. The same again changes nothing.
    What brings nothing comes back as `refused`, with the reason. Both are rewarded when the friend's first
    paid order is past the wait of the programme and still stands.
    """
    who = named(request, body.customer)
    told = ToldReferral(
        code=body.code,
        profile_id=who.member.profile_id,
        at=min(body.at or request.now, request.now),
        source=ReferralSource.API,
        device=body.device or "",
        network=body.ip or "",
    )
    try:
        row = services.refer(told=told, now=request.now)
    except NoReferral as error:
        raise _no_referral() from error
    except NoSuchCode as error:
        raise Problem(
            Code.REFERRAL_CODE_UNKNOWN,
            "Nobody has this code. Have it read out again: ten letters and digits.",
        ) from error
    with translation.override(language_of(request)):
        return answer(_shown(row))


@routes.read("/loyalty/referrals/{referral_id}", Scope.LOYALTY_READ, ReferralShown)
def get_referral(request: Call, referral_id: ReferralId) -> HttpResponse:
    """Get how far it is with a friend who came."""
    row = queries.referral(referral_id)
    if row is None:
        raise missing("There is no referral with this id.")
    with translation.override(language_of(request)):
        return answer(_shown(row))


def _no_referral() -> Problem:
    return Problem(
        Code.NO_REFERRAL, "Bringing a friend is not part of the programme now. Leave the code aside."
    )


def _shown(row: ReferralRow) -> ReferralShown:
    return ReferralShown(
        id=row.id,
        state=row.state.value,
        reason=row.reason,
        explanation=refused_words(row.reason) if row.reason else "",
        at=row.at,
        due_at=row.due_at,
        rewarded_at=row.rewarded_at,
    )
