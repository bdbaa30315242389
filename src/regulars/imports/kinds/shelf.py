"""Products and branches that rows point to: stored once an import, known by their numbers from then on."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.commerce import services as commerce
from regulars.commerce.types import NewBranch, NewProduct
from regulars.imports.ledger import Ledger
from regulars.imports.types import Thing


class Goods:
    """Ids of products by their number in the file."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._known: dict[int, int] = {}

    def ids(
        self, rows: Iterable[tuple[int, str, str | None, str | None, bool]], ledger: Ledger
    ) -> dict[int, int]:
        """Store those not known yet: (number, key, name, category, is told of for the first time)."""
        new = [row for row in rows if row[0] not in self._known]
        if new:
            stored = commerce.record_products(
                products=[
                    NewProduct(source=self._source, external_id=key, name=name or "", category=category or "")
                    for _, key, name, category, _ in new
                ]
            )
            ledger.note(Thing.PRODUCT, stored, firsts={(self._source, row[1]) for row in new if row[-1]})
            self._known.update((row[0], stored.ids[self._source, row[1]]) for row in new)
        return self._known

    def forget(self) -> None:
        self._known = {}


class Branches:
    """Ids of branches by their name."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._known: dict[str, int] = {}

    def ids(self, rows: Iterable[tuple[str, bool]], ledger: Ledger) -> dict[str, int]:
        """Store those not known yet: (name, is told of for the first time)."""
        new = [row for row in rows if row[0] not in self._known]
        if new:
            stored = commerce.record_branches(
                branches=[NewBranch(source=self._source, external_id=name, name=name) for name, _ in new]
            )
            ledger.note(Thing.BRANCH, stored, firsts={(self._source, row[0]) for row in new if row[-1]})
            self._known.update((name, stored.ids[self._source, name]) for name, _ in new)
        return self._known

    def forget(self) -> None:
        self._known = {}
