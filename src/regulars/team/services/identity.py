"""The secret by which the shop's site proves who is signed in there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.kit import sealing
from regulars.team import locks
from regulars.team.models import IdentitySecret
from regulars.team.queries.identity import SEALED_FOR
from regulars.team.rules import IDENTITY_PREFIX, IDENTITY_SECRET_LASTS_ON, hint_of
from regulars.team.services.audit_log import log
from regulars.team.services.keys import new_secret
from regulars.team.types import Action


@transaction.atomic
def make_identity_secret(*, user_id: int | None, now: datetime) -> str:
    """A new secret, known here and now only.

    The one in use till now holds for a week more, older ones end.
    """
    locks.team()
    IdentitySecret.objects.filter(ends_at__gt=now).update(ends_at=now)
    IdentitySecret.objects.filter(ends_at=None).update(ends_at=now + IDENTITY_SECRET_LASTS_ON)
    secret = new_secret(IDENTITY_PREFIX)
    row = IdentitySecret.objects.create(
        sealed=sealing.seal(secret, purpose=SEALED_FOR),
        hint=hint_of(secret),
        made_at=now,
        made_by_id=user_id,
    )
    log(
        user_id=user_id,
        action=Action.IDENTITY_SECRET_MADE,
        now=now,
        subject=f"identity_secret:{row.pk}",
    )
    return secret


@transaction.atomic
def end_former_identity_secret(*, user_id: int | None, now: datetime) -> bool:
    """The secret before the one in use proves nothing from now on; whether it still did."""
    locks.team()
    former = IdentitySecret.objects.filter(ends_at__gt=now)
    number = former.values_list("pk", flat=True).first()
    if number is None:
        return False
    former.update(ends_at=now)
    log(
        user_id=user_id,
        action=Action.IDENTITY_SECRET_ENDED,
        now=now,
        subject=f"identity_secret:{number}",
    )
    return True
