"""Names in place of numbers: figures know persons by number only, a page calls them by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from regulars.analytics.types import Audit
from regulars.customers import queries as customers


def with_names(audit: Audit) -> Audit:
    """The same audit with names of persons for their numbers, wherever one is known."""
    names = _names(
        [c.customer_id for c in audit.slipping.top] + [i for p in audit.growth_points for i in p.top]
    )
    top = [
        msgspec.structs.replace(c, customer_id=names.get(c.customer_id, c.customer_id))
        for c in audit.slipping.top
    ]
    points = [msgspec.structs.replace(p, top=[names.get(i, i) for i in p.top]) for p in audit.growth_points]
    return msgspec.structs.replace(
        audit, slipping=msgspec.structs.replace(audit.slipping, top=top), growth_points=points
    )


def _names(ids: Iterable[str]) -> Mapping[str, str]:
    persons = sorted({int(i) for i in ids if i.isascii() and i.isdigit()})
    return {str(person): name for person, name in customers.person_names(persons).items()}
