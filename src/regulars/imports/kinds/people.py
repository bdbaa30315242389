"""Customers as a row tells of them."""

from __future__ import annotations

from datetime import datetime

from regulars.customers.types import IdentityType, NewProfile


def new_profile(
    source: str,
    customer_id: str,
    name: str | None,
    email: str | None,
    phone: str | None,
    created_at: datetime | None,
) -> NewProfile:
    """What is blank leaves what is stored."""
    identities = []
    if email:
        identities.append((IdentityType.EMAIL, email))
    if phone:
        identities.append((IdentityType.PHONE, phone))
    return NewProfile(
        source=source,
        external_id=customer_id,
        name=name or "",
        created_at=created_at,
        identities=tuple(identities),
    )
