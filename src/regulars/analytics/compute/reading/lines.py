"""The SQL that makes rows of `lines` out of a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.analytics.compute.reading import cells, dates, findings, kinds, numbers, sql
from regulars.analytics.compute.reading.blanks import whole_id_sql
from regulars.analytics.compute.reading.delimited import ROW
from regulars.analytics.compute.reading.names import CURRENCY_WORDS
from regulars.analytics.compute.reading.plans import Part, Plan
from regulars.analytics.compute.reading.types import Column, ParquetContent

# A row of sums, in any of its text cells: "Итого", "Всего по отчёту:", "Grand total".
TOTALS = (
    r"(итого|всего|итог|общий итог|промежуточный итог|всего продано|grand total|sub ?total|totals?|sum)"
    r"([ :]+(за|по|на|for|by) .*|[ :]*)"
)
_PRODUCT_SQL = "round_even({price}::DECIMAL(28, 6) * {quantity}, 6)"


@dataclass(frozen=True, slots=True)
class Fields:
    """SQL of every field of a part, over its own relation."""

    part: Part
    plan: Plan
    timezone: str
    has_order_ids: bool = True  # in any part of the input
    whole_ids: frozenset[str] = (
        frozenset()
    )  # ids that are whole numbers in all parts: much quicker to compare

    def label(self, field: str) -> str:
        """Ids and names: texts, but for `whole_ids`."""
        column = self.part.column(field)
        if column is not None and field in self.whole_ids:
            return cells.raw(column)
        if column is None:
            if field == "order_id" and self.has_order_ids:  # each row is an order of its own
                return f"'{self.part.number + 1}:' || ({self.row()})"
            return "NULL::VARCHAR"
        value = cells.text(column)
        found = self.plan.ids.get(field)
        return whole_id_sql(value) if found and found.as_whole else value

    def number(self, field: str) -> str:
        column = self.part.column(field)
        if column is None:
            return "NULL::DECIMAL(18, 6)"
        if cells.is_number(column):
            return numbers.typed_decimal_sql(cells.raw(column), column.type)
        return numbers.decimal_sql(cells.text(column), self.plan.numbers[field])

    def amount(self) -> str:
        if self.part.column("amount"):
            return self.number("amount")
        price = self.number("unit_price")
        if not self.part.column("quantity"):
            return price
        product = _PRODUCT_SQL.format(price=price, quantity=self.number("quantity"))
        return f"TRY_CAST({product} AS DECIMAL(18, 6))"

    def moment(self, field: str) -> str:
        column = self.part.column(field)
        if column is None:
            return "NULL::TIMESTAMP"
        typed = dates.typed_timestamp_sql(cells.raw(column), column.type, self.timezone)
        plan = self.plan.moments.get(field)
        read = typed or dates.timestamp_sql(cells.text(column), plan or dates.DatePlan(), self.timezone)
        clock = self.part.column(field, place=1)
        return dates.with_time_sql(read, cells.text(clock)) if clock else read

    def currency(self) -> str:
        column = self.part.column("currency")
        if column is not None:
            return findings.literal_case(cells.text(column), self.plan.currency_words)
        usual = sql.text(self.plan.currency_of_name) if self.plan.currency_of_name else "NULL::VARCHAR"
        money = self.part.column("amount") or self.part.column("unit_price")
        if not self.plan.currencies_beside or money is None:
            return usual
        value = f"lower({cells.text(money)})"
        whens = " ".join(
            f"WHEN regexp_matches({value}, {sql.text(_words_pattern(code))}) THEN {sql.text(code)}"
            for code in self.plan.currencies_beside
        )
        return f"CASE {whens} ELSE {usual} END"

    def state(self) -> str:
        """'void', 'credit', 'sale' or NULL where the row says nothing of it."""
        void, credit, said = [], [], []
        for column, words in zip(self.part.columns("status"), self.plan.states, strict=True):
            value = cells.text(column)
            said.append(f"{value} IS NOT NULL")
            if words is None:
                void.append(kinds.is_yes_sql(value))
            else:
                void.append(kinds.says_sql(value, words["void"]))
                credit.append(kinds.says_sql(value, words["credit"]))
        if not said:
            return "NULL::VARCHAR"
        return (
            f"CASE WHEN {' OR '.join(void)} THEN 'void' WHEN {' OR '.join(credit) or 'false'} THEN 'credit' "
            f"WHEN {' OR '.join(said)} THEN 'sale' END"
        )

    def row(self) -> str:
        content = self.part.table.content
        return "file_row_number + 1" if isinstance(content, ParquetContent) else ROW

    def is_total(self, moment: str) -> str:
        """Whether the row holds sums of those above: no moment, and a word that says so."""
        if isinstance(self.part.table.content, ParquetContent):
            return "false"
        labels = " OR ".join(
            f"regexp_full_match(lower(coalesce({cells.raw(c)}, '')), {sql.text(TOTALS)})"
            for c in labels_of(self.part)
        )
        return f"({moment} IS NULL AND ({labels}))"


def labels_of(part: Part) -> list[Column]:
    """The columns in which a row of sums says so: the first one and those of names and dates."""
    fields = ("customer_id", "order_id", "ordered_at", "product", "channel", "day", "name", "return_id")
    places = {0, *(part.choices[f].columns[0] for f in fields if f in part.choices)}
    return [part.table.columns[place] for place in sorted(places)]


def _words_pattern(code: str) -> str:
    signs = [w for w in CURRENCY_WORDS[code] if " " not in w]
    return "|".join(rf"(^|[^a-zа-я]){w}($|[^a-zа-я])" if w.isalpha() else f"\\Q{w}\\E" for w in signs)


def part_sql(
    fields: Fields,
    inherited: frozenset[str],
    *,
    once: bool,
    more: Mapping[str, str] | None = None,
    last: str = "",
) -> str:
    """Rows of a part in the shape of `lines`, without rows of sums.

    `more`: further columns, SQL by name; `last`: SQL over all of them that comes at the end.
    """
    basic = _basic_sql(fields, "".join(f", {value} AS {name}" for name, value in (more or {}).items()))
    added = "".join(f", {name}" for name in more or {}) + (f", {last}" if last else "")
    if inherited or once:
        basic = _whole_orders_sql(basic, inherited, once=once)
    mark = fields.plan.cancelled_mark
    is_marked = f"coalesce(regexp_full_match(order_id, {sql.text(mark)}), false)" if mark else "false"
    is_negative = "(coalesce(amount < 0, false) OR coalesce(quantity < 0, false))"
    # In an order that came to nothing, what was taken off it came to nothing too.
    of_void = "coalesce(of_void AND state = 'void', false)" if inherited or once else "false"
    return f"""
        SELECT {row_sql(fields.part)} AS row,
            {fields.part.number}::SMALLINT AS part, part_row, customer_id, order_id, ordered_at, product,
            category, quantity, amount, currency,
            CASE WHEN ({is_negative} AND NOT {of_void}) OR {is_marked} OR coalesce(state = 'credit', false)
                THEN 'credit' WHEN state = 'void' THEN 'void' ELSE 'sale' END AS kind,
            channel, branch{added}
        FROM ({basic})
    """  # noqa: S608 -- names and texts quoted


def row_sql(part: Part) -> str:
    """The number of a row through all parts, from its number in the part."""
    content = part.table.content
    first_row = 1 if isinstance(content, ParquetContent) else content.first_row
    return f"{part.offset} + part_row - {first_row - 1}"


def _basic_sql(fields: Fields, more: str) -> str:
    labels = ", ".join(
        f"{fields.label(f)} AS {f}" for f in ("customer_id", "product", "category", "channel", "branch")
    )
    moment = fields.moment("ordered_at")
    total = fields.is_total(moment)
    keep = "" if total == "false" else f"WHERE NOT {total}"
    return f"""
        SELECT {fields.row()} AS part_row, {labels}, {fields.label("order_id")} AS order_id,
            {moment} AS ordered_at, {fields.number("quantity")} AS quantity, {fields.amount()} AS amount,
            {fields.currency()} AS currency, {fields.state()} AS state{more}
        FROM {fields.part.source.relation} {keep}
    """  # noqa: S608 -- names and texts quoted


def _whole_orders_sql(basic: str, inherited: frozenset[str], *, once: bool) -> str:
    """What stands on one line of an order given to all of them; the order's total to one of them."""
    names = {"status": "state"}
    shared = sorted(names.get(f, f) for f in inherited)
    gathered = "".join(f"arg_min({f}, part_row) FILTER ({f} IS NOT NULL) AS {f}_, " for f in shared)
    given = ", ".join(f"coalesce(l.{f}, o.{f}_) AS {f}" for f in shared)
    if once:
        amount = (
            "CASE WHEN l.order_id IS NULL OR o.total_row IS NULL OR l.part_row = o.total_row THEN l.amount "
            "ELSE 0::DECIMAL(18, 6) END AS amount"
        )
        given = f"{given}, {amount}" if given else amount
    return f"""
        WITH basic AS ({basic}), orders AS (
            SELECT order_id, {gathered} min(part_row) FILTER (amount IS NOT NULL) AS total_row,
                bool_or(state = 'void' AND amount >= 0) AS of_void
            FROM basic WHERE order_id IS NOT NULL GROUP BY order_id
        )
        SELECT l.* REPLACE ({given}), o.of_void FROM basic l LEFT JOIN orders o ON l.order_id = o.order_id
    """  # noqa: S608 -- names and texts quoted
