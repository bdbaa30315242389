"""By what a customer allows a spending: the QR on their telephone, or a code that was sent to them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regulars.api.rest.call import Call
from regulars.api.rest.fields import Told
from regulars.api.rest.loyalty_refs import Named, old_qr
from regulars.api.rest.problems import Code, Problem
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CodeElsewhere, CodeOfLess, LockedOut, NoSuchMember
from regulars.loyalty.rules.qr import Scanned
from regulars.loyalty.types.till import Member


class FactorTold(Told):
    """By what the customer allows it: one of both."""

    qr: Annotated[str, Field(max_length=100)] | None = None
    """What their telephone shows. Not needed where they were named by `qr:…`."""
    code: Annotated[str, Field(max_length=20)] | None = None
    """What was sent to them (`POST /loyalty/customers/{ref}/code`)."""


def count_wrong_code(call: Call, member: Member, code: str) -> None:
    """Count a wrong code, so that it stays counted when the call is refused for it."""
    services.note_wrong_code(member=member, code=code, now=call.now)


def use_factor(call: Call, who: Named, told: FactorTold | None, points_minor: int) -> None:
    """Use what the customer allows it by. Raises Problem where there is nothing, or it opens nothing."""
    if told is not None and told.code:
        _use_code(call, who.member, told.code, points_minor)
    elif told is not None and told.qr:
        _use_qr(call, who.member, queries.scan_qr(told.qr, now=call.now))
    elif who.scanned is not None:
        _use_qr(call, who.member, who.scanned)
    else:
        raise Problem(
            Code.FACTOR_NEEDED,
            "The customer has to allow this: scan their QR code (`factor.qr`), or send them a code "
            "(POST /loyalty/customers/{ref}/code) and give what they say (`factor.code`).",
        )


def locked_out(error: LockedOut) -> Problem:
    """It was tried too often."""
    return Problem(
        Code.LOCKED_OUT,
        "Too many codes or wrong tries for this customer. Take the QR code, or wait.",
        headers={"Retry-After": str(error.seconds)},
    )


def _use_code(call: Call, member: Member, code: str, points_minor: int) -> None:
    try:
        opened = services.use_code(
            member=member, code=code, branch_id=call.key.branch_id, points_minor=points_minor, now=call.now
        )
    except LockedOut as error:
        raise locked_out(error) from error
    except CodeElsewhere as error:
        raise Problem(
            Code.FACTOR_REFUSED, "This code was asked for at another branch. Send the customer one from here."
        ) from error
    except CodeOfLess as error:
        raise Problem(
            Code.FACTOR_REFUSED,
            f"This code allows {error.points_minor} to be spent. Set aside no more, or send one for as many.",
        ) from error
    if not opened:
        raise Problem(
            Code.FACTOR_REFUSED, "This is not the code that was sent last, or it is older than ten minutes."
        )


def _use_qr(call: Call, member: Member, scanned: Scanned | None) -> None:
    if scanned is None or not _is_of(call, member, scanned):
        raise Problem(Code.FACTOR_REFUSED, "This is not the QR code of this customer.")
    if not scanned.fresh:
        raise old_qr()
    if not services.use_qr(profile_id=scanned.profile_id, step=scanned.step, now=call.now):
        raise Problem(
            Code.FACTOR_REFUSED, "This QR code was used already. Scan the next one, half a minute later."
        )


def _is_of(call: Call, member: Member, scanned: Scanned) -> bool:
    """Whether the QR is of the same person; each of their profiles may show one of its own."""
    if scanned.profile_id == member.profile_id:
        return True
    try:
        return queries.member_of_profile(scanned.profile_id, at=call.now).person_id == member.person_id
    except NoSuchMember:
        return False
