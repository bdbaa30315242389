"""Secrets by which the shop's site proves who is signed in there."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from regulars.kit import sealing
from regulars.team.models import IdentitySecret
from regulars.team.types import IdentitySecretState

SEALED_FOR = "identity"


def identity_secrets(now: datetime) -> tuple[str, ...]:
    """Those that prove something now, the newest first; one sealed under another key is passed over."""
    opened = (_opened(row) for row in _holding(now))
    return tuple(secret for secret in opened if secret is not None)


def identity_secret_states(now: datetime) -> list[IdentitySecretState]:
    """The same without what they are, for the page; also one that was sealed under another key."""
    return [
        IdentitySecretState(
            id=row.pk,
            hint=row.hint,
            made_at=row.made_at,
            ends_at=row.ends_at,
            readable=_opened(row) is not None,
        )
        for row in _holding(now)
    ]


def _opened(row: IdentitySecret) -> str | None:
    try:
        return sealing.unseal(row.sealed, purpose=SEALED_FOR)
    except sealing.SealBroken:
        return None


def _holding(now: datetime) -> list[IdentitySecret]:
    return list(IdentitySecret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-pk"))
