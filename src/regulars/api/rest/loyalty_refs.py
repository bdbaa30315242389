"""Customers as a till names them, and what may be said of them then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from regulars.api.rest import loyalty_limits as limits
from regulars.api.rest.call import Call
from regulars.api.rest.problems import Code, Problem, missing
from regulars.loyalty import queries
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.rules.qr import Scanned
from regulars.loyalty.rules.refs import LENGTH_MAX, REF_PATTERN, ref_of
from regulars.loyalty.types.till import Member, RefKind

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


@dataclass(frozen=True, slots=True)
class Named:
    """Who was named, and by what. `scanned`: the QR by which it was."""

    kind: RefKind
    member: Member
    scanned: Scanned | None = None

    @property
    def masked(self) -> bool:
        """They were named by what anybody can say."""
        return self.kind is RefKind.PHONE


def named(call: Call, text: str, *, again: bool = False) -> Named:
    """Who that is, and what they have. Raises Problem where it is nobody, or several, or may not be asked.

    `again`: the call was done already, so that a QR may be old by now and a phone is no new question.
    """
    ref = ref_of(text)
    scanned = None
    if ref.kind is RefKind.QR:
        scanned = queries.scan_qr(ref.value, now=call.now)
        if scanned is None:
            raise missing("This QR code is none of ours.")
        if not scanned.fresh and not again:
            raise old_qr()
    elif ref.kind is RefKind.PHONE and not again:
        limits.ask_for_phone(call.key, ref.value)
    elif ref.kind is RefKind.CARD and not again:
        limits.ask_for_card(call.key)
    try:
        profile_id = None if scanned is None else scanned.profile_id
        return Named(ref.kind, queries.member(ref, at=call.now, profile_id=profile_id), scanned)
    except NoSuchMember:
        if ref.kind is RefKind.PHONE:
            limits.note_unknown(call.key, ref.value)
        elif ref.kind is RefKind.CARD:
            limits.note_unknown_card(call.key, ref.value)
        raise missing(
            "Nobody is known by this. Ask for another card or number, or sell without one."
        ) from None
    except SeveralMembers:
        raise Problem(
            Code.SEVERAL_CUSTOMERS,
            "Several customers have this card or number. Ask for the QR code or the customer's own id.",
        ) from None


def old_qr() -> Problem:
    """It was shown more than a minute ago, or copied."""
    return Problem(Code.FACTOR_REFUSED, "This QR code is older than a minute. Scan the one shown now.")
