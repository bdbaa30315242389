"""Reading the team."""

from __future__ import annotations

from regulars.team.models import User
from regulars.team.types import Role


def has_owner() -> bool:
    """Whether somebody can sign in as an owner yet."""
    return User.objects.filter(groups__name=Role.OWNER.value, is_active=True).exists()
