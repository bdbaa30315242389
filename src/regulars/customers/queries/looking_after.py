"""Reading who of the team looks after whom."""

from __future__ import annotations

from collections.abc import Collection

from regulars.customers.models import Person
from regulars.customers.queries.details import PAGE_MAX


def managers_of(person_ids: Collection[int]) -> dict[int, int]:
    """The colleague, by a user's id, of those among these persons who have one."""
    rows = Person.objects.filter(pk__in=person_ids, manager_id__isnull=False)
    return {id_: manager for id_, manager in rows.values_list("id", "manager_id") if manager is not None}


def customers_of_manager(manager_id: int, *, after: int = 0, limit: int = PAGE_MAX) -> list[int]:
    """Persons a colleague looks after, in the order of their ids, from behind `after`; at most PAGE_MAX."""
    rows = Person.objects.filter(manager_id=manager_id, pk__gt=after).order_by("id")
    return list(rows.values_list("id", flat=True)[: min(limit, PAGE_MAX)])


def count_of_manager(manager_id: int) -> int:
    """How many customers a colleague looks after."""
    return Person.objects.filter(manager_id=manager_id).count()
