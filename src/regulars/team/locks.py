"""Locks of the team."""

from __future__ import annotations

from django.contrib.auth.models import Group

from regulars.team.types import Role


def team() -> None:
    """Hold the team still until the transaction ends: who is owner, who is in, who is invited.

    The row of the owners' group stands for it. What only points to the group does not wait.
    """
    group, _ = Group.objects.get_or_create(name=Role.OWNER.value)
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
