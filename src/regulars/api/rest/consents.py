"""Consents: what somebody agreed to, or no longer does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from pydantic import Field

from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Moment, Shown, Told, sample
from regulars.api.rest.problems import Code, Fault, Problem
from regulars.api.rest.routes import Routes
from regulars.customers import queries, services
from regulars.customers.types import MARKETING, ConsentRow, NewConsent
from regulars.team.types import Scope

PROOFS_MAX = 20
PROOF_CHARACTERS_MAX = 1_000

routes = Routes("Consents")
Channel = Literal["email", "sms", "call", "push", "messenger", "post", "data"]


class ConsentTold(Told):
    """What a customer said about being reached."""

    model_config = sample(channel="email", granted=True, source="order form")

    channel: Channel
    """`data`: that what is known of them is kept and worked with at all."""
    granted: bool
    topic: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,49}$")] = MARKETING
    at: Moment | None = None
    """When they said so; the newest word counts, in whichever order they come. Left out: now."""
    source: Annotated[
        str, Field(min_length=1, max_length=100, pattern=r"^[!-~А-яЁё]([ -~А-яЁё]*[!-~А-яЁё])?$")
    ]
    """Where they said so: a form, a till, a letter."""
    proof: Annotated[
        dict[str, Annotated[str, Field(max_length=PROOF_CHARACTERS_MAX)]], Field(max_length=PROOFS_MAX)
    ] = Field(default_factory=dict)
    """What shows it, such as the text they saw and the page it was on; 4,000 characters altogether."""


class Consent(Shown):
    """What holds for a channel and a topic, or a line of the history."""

    channel: str
    topic: str
    granted: bool
    at: datetime
    source: str
    proof: dict[str, str]
    recorded_at: datetime


class Consents(Shown):
    """What holds now, by channel and topic, and all that was ever said, the newest first."""

    current: list[Consent]
    history: list[Consent]


@routes.read("/customers/{path:customer_id}/consents", Scope.CUSTOMERS_READ, Consents)
def list_consents(request: Call, customer_id: CustomerId) -> HttpResponse:
    """List a customer's consents."""
    return answer(_of(known(customer_id).id))


@routes.write("POST", "/customers/{path:customer_id}/consents", Scope.CONSENTS_WRITE, Consents)
def record_consent(request: Call, customer_id: CustomerId, body: ConsentTold) -> HttpResponse:
    """Record that a customer agreed to something, or no longer does.

    Nothing is ever overwritten: each word is added to the history. The same again changes nothing.
    """
    profile_id = known(customer_id).id
    consent = NewConsent(
        profile_id=profile_id,
        channel=body.channel,
        topic=body.topic,
        granted=body.granted,
        at=body.at or request.now,
        source=body.source,
        proof=body.proof,
    )
    refused = services.record_consents(consents=[consent], now=request.now).refused
    if refused:
        field, words = _WORDS.get(refused[0], ("", "This consent cannot be stored"))
        raise Problem(Code.REFUSED, f"{words}. Nothing was stored.", faults=[Fault(field, refused[0], words)])
    return answer(_of(profile_id))


_WORDS = {
    "bad_proof": ("proof", "The proof is longer than 4,000 characters"),
    "in_future": ("at", "This moment is still to come; check the clock and the zone"),
}


def _of(profile_id: int) -> Consents:
    return Consents(
        current=[_shown(row) for row in queries.consents_of([profile_id]).get(profile_id, [])],
        history=[_shown(row) for row in queries.consent_history([profile_id])],
    )


def _shown(row: ConsentRow) -> Consent:
    return Consent(
        channel=row.channel,
        topic=row.topic,
        granted=row.granted,
        at=row.at,
        source=row.source,
        proof=dict(row.proof),
        recorded_at=row.recorded_at,
    )
