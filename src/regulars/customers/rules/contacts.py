"""What is left of an address that may not be kept."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from regulars.customers.types import IdentityType


def contact_hash(type_: IdentityType, value: str) -> str:
    """A hash of a stored identity under the key of the installation."""
    return salted_hmac("regulars.customers.refused", f"{type_.value}:{value}", algorithm="sha256").hexdigest()
