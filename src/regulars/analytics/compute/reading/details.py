"""What an order says beyond its figures: who the customer is, the product's code, what cannot be used.

Only for those who bring orders in. The columns are looked for after those of the figures, which they may
share (an e-mail may be both the customer's id and the e-mail), so that both see the same orders.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from regulars.analytics.compute.reading import cells, mapping, overrides, recognition
from regulars.analytics.compute.reading.blanks import whole_id_sql
from regulars.analytics.compute.reading.candidates import Candidate, Candidates
from regulars.analytics.compute.reading.lines import Fields
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.profile import profile
from regulars.analytics.compute.reading.recognition import DETAIL_ROLES
from regulars.analytics.compute.reading.types import Choice, Choices, Table

REASON = """
CASE WHEN ordered_at IS NULL THEN 'bad_date' WHEN amount IS NULL THEN 'bad_amount'
     WHEN {has_order_ids} AND order_id IS NULL AND kind <> 'credit' THEN 'no_order_id' END AS reason
"""
_MOSTLY = 0.5
_FULL_NAME = 90  # from this score on a column of whole names is better than first and last name joined


def choose(table: Table, said: Choices) -> Mapped:
    """The columns of the figures, and beside them those of the details."""
    figures = {f: c for f, c in said.items() if f not in overrides.DETAIL_FIELDS}
    mapped = mapping.choose(table, figures)
    choices = dict(mapped.choices)
    found = Candidates(table, DETAIL_ROLES, set())
    for field in ("email", "phone"):
        if field in said:
            _put(choices, field, said[field])
        elif best := next(iter(found.of(field)), None):
            choices[field] = Choice((best.column,))
    if "email" not in said and "email" not in choices and _is_email(table, choices.get("customer_id")):
        choices["email"] = choices["customer_id"]  # "Покупатель: anna@example.com"
    if "customer_name" in said:
        _put(choices, "customer_name", said["customer_name"])
    elif columns := name_columns(found, "customer_name", _taken(choices)):
        choices["customer_name"] = Choice(columns)
    _add_code(found, choices, said)
    fields = (*overrides.ORDER_FIELDS, *overrides.DETAIL_FIELDS)
    return replace(mapped, choices={f: choices[f] for f in fields if f in choices})


def _put(choices: Choices, field: str, choice: Choice) -> None:
    if choice.columns:
        choices[field] = choice


def _is_email(table: Table, choice: Choice | None) -> bool:
    return choice is not None and profile(table.sample[choice.columns[0]]).emails > _MOSTLY


def _taken(choices: Choices) -> set[int]:
    """Columns that are no names: all that are read already, but for a name that is the customer's id too."""
    return {c for f, choice in choices.items() if f != "customer_id" for c in choice.columns}


def name_columns(found: Candidates, whole: str, taken: set[int]) -> tuple[int, ...]:
    """A column of whole names (role `whole`), or those of its parts, first name first."""

    def best(role: str) -> Candidate | None:
        return next((c for c in found.of(role) if c.column not in taken), None)

    full = best(whole)
    if full is not None and full.name_score >= _FULL_NAME:
        return (full.column,)
    named = [best(role) for role in ("first_name", "middle_name", "last_name")]
    columns = tuple(dict.fromkeys(part.column for part in named if part is not None))
    if columns:
        return columns
    return (full.column,) if full is not None else ()


def _add_code(found: Candidates, choices: Choices, said: Choices) -> None:
    """Of a code and a name beside it the figures take the code; here each has its own field."""
    if "product_id" in said:
        _put(choices, "product_id", said["product_id"])
        if "product" in said or not said["product_id"].columns:
            return
    elif "product" not in choices and "product" in said:
        return
    product = choices.get("product")
    rest = {c for f, choice in choices.items() if f not in {"product", "product_id"} for c in choice.columns}
    codes = [c for c in found.of("product_id") if c.column not in rest]
    names = [c for c in found.of("product") if c.column not in rest]
    code = choices["product_id"].columns[0] if "product_id" in choices else None
    if code is None and product is not None and not product.forced and codes:
        code = codes[0].column
    elif code is None and product is not None:
        code = next((c.column for c in codes if c.column != product.columns[0]), None)
    name = product.columns[0] if product is not None and product.forced else None
    if name is None:
        name = next((c.column for c in names if c.column != code), None)
    if code is not None and name is not None and code != name:
        choices["product"], choices["product_id"] = Choice((name,)), Choice((code,))
    elif product is not None and code == product.columns[0]:
        choices.pop("product_id", None)


@dataclass(frozen=True, slots=True)
class DetailFields(Fields):
    """The fields of a part whose customers may be known by an e-mail or a phone."""

    def label(self, field: str) -> str:
        value = Fields.label(self, field)
        column = self.part.column(field)
        if field != "customer_id" or column is None:
            return value
        if _is_email(self.part.table, self.part.choices[field]):
            return email_sql(value)
        is_named = recognition.score(DETAIL_ROLES, "phone", column.name) > 0
        return phone_sql(value) if is_named or column == self.part.column("phone") else value

    def joined(self, field: str) -> str:
        """The words of all columns of the field."""
        columns = self.part.columns(field)
        if not columns:
            return "NULL::VARCHAR"
        if len(columns) == 1:
            return cells.text(columns[0])
        return f"nullif(concat_ws(' ', {', '.join(cells.text(c) for c in columns)}), '')"

    def phone(self) -> str:
        """As written, but for the ".0" of a program that took it for a number."""
        column = self.part.column("phone")
        return "NULL::VARCHAR" if column is None else whole_id_sql(cells.text(column))

    def details(self) -> dict[str, str]:
        return {
            "customer_name": self.joined("customer_name"),
            "email": self.label("email"),
            "phone": self.phone(),
            "product_id": self.label("product_id"),
        }


def email_sql(value: str) -> str:
    """In the form in which e-mails are compared (see `customers.rules.normalise`)."""
    return rf"lower(regexp_replace({value}, '\s+', '', 'g'))"


def phone_sql(value: str) -> str:
    """In the form in which phones are compared; NULL where there is no digit."""
    return f"'+' || nullif(regexp_replace({whole_id_sql(value)}, '[^0-9]', '', 'g'), '')"
