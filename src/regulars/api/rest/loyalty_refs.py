"""Customers as a till names them, and what may be said of them then."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regulars.api.rest.call import Call
from regulars.api.rest.problems import Code, Problem, missing
from regulars.loyalty import queries
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.rules.qr import QrFault
from regulars.loyalty.rules.refs import LENGTH_MAX, REF_PATTERN, ref_of
from regulars.loyalty.types.till import Member, Ref, RefKind

CustomerRef = Annotated[
    str,
    Field(
        max_length=LENGTH_MAX,
        pattern=REF_PATTERN,
        examples=["card:2000123"],
        description="Who it is: `id:` and the shop's own id, `card:` and the number of a card, `qr:` and "
        "what the customer's telephone shows, `phone:` and a number (says little, and not often).",
    ),
]


def member_of(call: Call, text: str) -> tuple[Ref, Member]:
    """Who that is, and what they have. Raises Problem where it is nobody, or more than one."""
    ref = ref_of(text)
    profile_id = qr_profile(call, ref.value) if ref.kind is RefKind.QR else None
    try:
        return ref, queries.member(ref, at=call.now, profile_id=profile_id)
    except NoSuchMember:
        raise missing(
            "Nobody is known by this. Ask for another card or number, or sell without one."
        ) from None
    except SeveralMembers:
        raise Problem(
            Code.SEVERAL_CUSTOMERS,
            "Several customers have this card or number. Ask for the QR code or the customer's own id.",
        ) from None


def qr_profile(call: Call, token: str) -> int:
    """Whose QR that is. Raises Problem where it is none of ours, or an old one."""
    found = queries.read_qr(token, now=call.now)
    if found is QrFault.OLD:
        raise Problem(
            Code.FACTOR_REFUSED, "This QR code is older than a minute. Scan the one that is shown now."
        )
    if isinstance(found, QrFault):
        raise missing("This QR code is none of ours.")
    return found[0]
