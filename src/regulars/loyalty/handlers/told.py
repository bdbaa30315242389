"""What several readers look for in the log."""

from __future__ import annotations

from regulars.customers.types import ANONYMOUS_LINKED, CUSTOMERS_MERGED, CUSTOMERS_UNMERGED

OF_PERSONS = frozenset(type_.name for type_ in (CUSTOMERS_MERGED, CUSTOMERS_UNMERGED, ANONYMOUS_LINKED))
"""What makes profiles another person's."""
