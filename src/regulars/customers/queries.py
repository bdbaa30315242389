"""Reading customers."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.customers.models import Profile


def person_names(person_ids: Sequence[int]) -> dict[int, str]:
    """What each of these persons is called: the name of their oldest profile that has one."""
    rows = Profile.objects.filter(person_id__in=person_ids).exclude(name="").order_by("-id")
    return dict(rows.values_list("person_id", "name"))


def any_customers() -> bool:
    """Whether the shop knows anybody yet."""
    return Profile.objects.exists()
