"""Which kind of file it is: by what only files of that kind say, else by which kind can be read from it."""

from __future__ import annotations

from dataclasses import replace

from regulars.analytics.compute.reading import recognition
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.names import normalise
from regulars.analytics.compute.reading.profile import Profile, profile
from regulars.analytics.compute.reading.types import Table
from regulars.analytics.previews import FileKind

_ROWS = 1_000  # enough to tell a kind
_RETURNS = ("refund", "return", "возврат", "возвращ")
_COSTS = ("cost", "spend", "spent", "расход", "затрат", "потрач")
_POINTS = ("балл", "бонус", "point", "bonus", "loyal", "лояльн")
_ANY_AMOUNT = ("line_total", "amount", "order_total", "unit_price")


def head_of(table: Table) -> Table:
    """The part with its first rows alone."""
    sample = tuple(column[:_ROWS] for column in table.sample)
    return replace(table, sample=sample, rows=table.rows[:_ROWS])


def guess(table: Table) -> FileKind:
    """Orders where nothing says otherwise: they are what most people bring."""
    said = _Said(head_of(table))
    if said.are_costs():
        return "costs"
    if said.are_returns():
        return "returns"
    if said.are_points():
        return "points"
    if said.are_customers():
        return "customers"
    return "products" if said.are_products() else "orders"


class _Said:
    """What the columns of a part say of themselves, as any of the kinds."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.profiles: list[Profile] = [profile(column) for column in table.sample]
        self.words = {part for c in table.columns for part in normalise(c.name).split()}
        self.file_words = set(normalise(table.name).split())
        facts = [i for i, c in enumerate(table.columns) if _score(recognition.CUSTOMER_ROLES, "fact", c.name)]
        self.facts = len(facts)
        self.product_facts = sum(_score(recognition.PRODUCT_ROLES, "fact", c.name) > 0 for c in table.columns)
        # "Total spent" is a fact of a customer, not the total of an order.
        self.order = self._best(recognition.ORDER_ROLES, frozenset(facts))
        self.cost = self._best(recognition.COST_ROLES)
        self.back = self._best(recognition.RETURN_ROLES)
        self.person = self._best(recognition.CUSTOMER_ROLES)
        self.product = self._best(recognition.PRODUCT_ROLES)
        self.detail = self._best(recognition.DETAIL_ROLES)
        self.points = self._best(recognition.POINTS_ROLES)

    def _best(self, roles: recognition.Roles, without: frozenset[int] = frozenset()) -> dict[str, int]:
        best: dict[str, int] = {}
        for candidate in Candidates(self.table, roles, set(without), self.profiles).all:
            best[candidate.role] = max(best.get(candidate.role, 0), candidate.name_score)
        return best

    def are_costs(self) -> bool:
        """Money per channel and day, and nobody who bought anything."""
        named = self.cost.get("channel", 0) >= 40 and self.cost.get("day", 0) >= 60
        nobody = self.order.get("customer_id", 0) < 50 and self.order.get("order_id", 0) < 98
        speaks = _any_begins(self.words | self.file_words, _COSTS)
        return named and self.cost.get("cost", 0) >= 80 and nobody and speaks

    def are_returns(self) -> bool:
        """A column or the file itself speaks of returns, and nothing is sold in it."""
        whose = max(self.back.get("order_id", 0), self.back.get("customer_id", 0))
        if whose < 80:
            return False
        if self.back.get("returned_at", 0) >= 105 and self.order.get("ordered_at", 0) < 100:
            return True
        if _any_begins(self.file_words, _RETURNS):
            return True
        is_given_back = self.back.get("return_id", 0) >= 100 and self.back.get("amount", 0) >= 98
        return is_given_back and self.order.get("order_total", 0) < 86

    def are_points(self) -> bool:
        """Who has how many points, and next to nothing else: customers' lists tell of points as well."""
        whose = max(self.points.get(role, 0) for role in ("customer_id", "card", "phone", "email"))
        counted = self.points.get("points", 0)
        speaks = counted >= 100 or (counted >= 80 and _any_begins(self.words | self.file_words, _POINTS))
        bought = max(self.order.get(role, 0) for role in ("order_id", "product", "line_total")) >= 75
        known = sum(
            _score(recognition.POINTS_ROLES, role, c.name) >= 50
            for c in self.table.columns
            for role in ("points", "expires_on")
        )
        return whose >= 80 and speaks and not bought and self.facts <= 1 and known <= 2

    def are_customers(self) -> bool:
        """Who it is, a row for each, and nothing that was bought."""
        parts = [self.person.get(role, 0) for role in ("email", "phone", "first_name", "last_name")]
        is_personal = max(parts) >= 90 or self.detail.get("customer_name", 0) >= 100
        is_personal = is_personal or (self.person.get("name", 0) >= 100 and self.facts > 0)
        bought = max(self.order.get(role, 0) for role in ("product", "quantity", "line_total")) >= 75
        if not is_personal or bought or self.order.get("order_id", 0) >= 98:
            return False
        has_amount = max(self.order.get(role, 0) for role in _ANY_AMOUNT) >= 40
        is_dated = self.order.get("ordered_at", 0) > 0
        is_list = self._is_one_row_each() or self.facts > 1
        return is_list and not (has_amount and is_dated)

    def _is_one_row_each(self) -> bool:
        found = Candidates(self.table, recognition.CUSTOMER_ROLES, set(), self.profiles)
        return any(
            self.profiles[c.column].distinct >= 0.9 * self.profiles[c.column].count
            and self.profiles[c.column].filled > 0.5
            for c in found.of("customer_id", "email", "phone", "name")
        )

    def are_products(self) -> bool:
        """A list of things, without buyers and without days of buying."""
        named = max(self.product.get("product_id", 0), self.product.get("name", 0)) >= 80
        both = self.product.get("product_id", 0) >= 80 and self.product.get("name", 0) >= 80
        buyer = max(self.order.get("customer_id", 0), 0) >= 45 or self.order.get("order_id", 0) >= 98
        if not named or buyer or self.order.get("quantity", 0) >= 100:
            return False
        is_sold = self.order.get("ordered_at", 0) >= 93 and any(self.order.get(r, 0) for r in _ANY_AMOUNT)
        return not is_sold and (both or self.product_facts > 0)


def _score(roles: recognition.Roles, role: str, name: str) -> int:
    return recognition.score(roles, role, name)


def _any_begins(words: set[str], stems: tuple[str, ...]) -> bool:
    return any(word.startswith(stems) for word in words)
