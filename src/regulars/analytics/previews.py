"""What a person is shown of a file before it is brought in: its columns, how each is read, its first rows.

Free of heavy imports: `analytics.compute.reading.preview` makes these, the imports keep them as JSON, the
pages show them. `FIELDS` says of each kind of file what can be read from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.analytics.types import Note

FileKind = Literal["customers", "products", "orders", "returns", "costs", "points"]
KINDS: Final[tuple[FileKind, ...]] = ("orders", "customers", "products", "returns", "costs", "points")
"""In the order in which they are offered."""

ReadReason = Literal[
    "bad_date", "bad_amount", "bad_points", "no_order_id", "no_customer", "no_product", "no_channel"
]
"""Why a row cannot be used, as far as the row itself tells. `no_customer` of an order is none: sold to
somebody unknown. `no_order_id` of a return: it says neither the order nor the customer."""

JOINED: Final = " + "
"""Between the columns of a field that is read from several: "Дата + Время"."""


@dataclass(frozen=True)
class FieldSpec:
    """A field of a kind. `required`: no reading without it. `one_of`: of the fields with the same word at
    least one is needed. `several`: read from more than one column. `dated`: "COLUMN:%d.%m.%Y" may say how
    its dates are written. `personal`: who sees it must be allowed to see contacts."""

    name: str
    title: Promise
    required: bool = False
    one_of: str | None = None
    several: bool = False
    dated: bool = False
    personal: bool = False


_CUSTOMER_ID = _("Customer's number")
_ORDER_ID = _("Order number")
_CUSTOMER_NAME = _("Customer's name")
_EMAIL = _("E-mail")
_PHONE = _("Phone")
_PRODUCT = _("Product name")
_PRODUCT_ID = _("Product code")
_CATEGORY = _("Category")
_QUANTITY = _("Quantity")
_UNIT_PRICE = _("Price of one")
_AMOUNT = _("Amount")
_CURRENCY = _("Currency")

FIELDS: Final[Mapping[FileKind, Sequence[FieldSpec]]] = {
    "orders": (
        FieldSpec("customer_id", _CUSTOMER_ID, required=True),
        FieldSpec("ordered_at", _("Date of the order"), required=True, several=True, dated=True),
        FieldSpec("amount", _AMOUNT, one_of="amount"),
        FieldSpec("unit_price", _UNIT_PRICE, one_of="amount"),
        FieldSpec("quantity", _QUANTITY),
        FieldSpec("order_id", _ORDER_ID),
        FieldSpec("product", _PRODUCT),
        FieldSpec("product_id", _PRODUCT_ID),
        FieldSpec("category", _CATEGORY),
        FieldSpec("customer_name", _CUSTOMER_NAME, several=True, personal=True),
        FieldSpec("email", _EMAIL, personal=True),
        FieldSpec("phone", _PHONE, personal=True),
        FieldSpec("currency", _CURRENCY),
        FieldSpec("status", _("State of the order"), several=True),
        FieldSpec("channel", _("Channel")),
        FieldSpec("branch", _("Branch")),
    ),
    "customers": (
        FieldSpec("customer_id", _CUSTOMER_ID, one_of="customer"),
        FieldSpec("name", _CUSTOMER_NAME, several=True, personal=True),
        FieldSpec("email", _EMAIL, one_of="customer", personal=True),
        FieldSpec("phone", _PHONE, one_of="customer", personal=True),
        FieldSpec("created_at", _("Customer since"), several=True, dated=True),
    ),
    "products": (
        FieldSpec("product_id", _PRODUCT_ID, one_of="product"),
        FieldSpec("name", _PRODUCT, one_of="product"),
        FieldSpec("category", _CATEGORY),
    ),
    "returns": (
        FieldSpec("order_id", _("Order it belongs to"), one_of="order"),
        FieldSpec("customer_id", _CUSTOMER_ID, one_of="order"),
        FieldSpec("returned_at", _("Date of the return"), required=True, several=True, dated=True),
        FieldSpec("amount", _("Amount given back"), one_of="amount"),
        FieldSpec("unit_price", _UNIT_PRICE, one_of="amount"),
        FieldSpec("quantity", _QUANTITY),
        FieldSpec("return_id", _("Number of the return")),
        FieldSpec("product", _PRODUCT),
        FieldSpec("product_id", _PRODUCT_ID),
        FieldSpec("currency", _CURRENCY),
    ),
    "costs": (
        FieldSpec("channel", _("Channel"), required=True),
        FieldSpec("day", _("Day"), required=True, dated=True),
        FieldSpec("cost", _("Spent"), required=True),
    ),
    "points": (
        FieldSpec("customer_id", _CUSTOMER_ID, one_of="customer"),
        FieldSpec("card", _("Loyalty card"), one_of="customer", personal=True),
        FieldSpec("phone", _PHONE, one_of="customer", personal=True),
        FieldSpec("email", _EMAIL, one_of="customer", personal=True),
        FieldSpec("points", _("Points"), required=True),
        FieldSpec("expires_on", _("Last day to spend them"), dated=True),
    ),
}


class PreviewColumn(msgspec.Struct, kw_only=True):
    """A column with its first values (20 at most, "" for blanks; each cut to what a page can show). `name` is
    whole, as a mapping has to say it."""

    name: str
    values: list[str]
    filled: float
    """Share of the rows looked at that have something in it."""


DateOrder = Literal["dmy", "mdy", "ymd", "words", "number", "given", "open"]


class DatesFound(msgspec.Struct, kw_only=True):
    """How the dates of a column are written. `order` "open": day and month could be either, and a person
    must say. `ways`: formats to say it with, by "dmy" and "mdy"; empty where there is nothing to choose."""

    order: DateOrder
    example: str = ""
    ways: dict[str, str] = {}


class PreviewField(msgspec.Struct, kw_only=True):
    """What a field is read from. `columns` empty: the field is left out. `format`: of dates, as given."""

    name: str
    columns: list[str]
    others: list[str]
    """Columns that could be it as well, the likeliest first."""
    format: str | None = None
    is_chosen: bool = False
    """Said by the person, not found."""
    dates: DatesFound | None = None
    decimal: Literal[".", ",", "either"] | None = None
    """The decimal mark of a column of numbers that are written as text."""


class PreviewRow(msgspec.Struct, kw_only=True):
    """A row as it stands and as it was understood; `row` as a person counts, `values` by field: None blank
    or unreadable. `raw`: cells of the part's first columns (100 at most)."""

    row: int
    raw: list[str]
    values: dict[str, str | None]
    reason: str | None = None


class PreviewPart(msgspec.Struct, kw_only=True):
    """One file, sheet or archive member. `rows`: how many were looked at; `is_whole`: these are all."""

    name: str
    columns: list[PreviewColumn]
    fields: list[PreviewField]
    first_rows: list[PreviewRow]
    rows: int
    is_whole: bool
    reasons: dict[str, int] = {}
    """Rows that could not be used, by reason, among those looked at."""
    encoding: str | None = None
    delimiter: str | None = None


class Problem(msgspec.Struct, kw_only=True):
    """Why the file cannot be read as it stands. `text`: what was wrong and what to do, for a command line;
    `field`: which field is to be chosen, where one is; `facts` ("column", "row", "value") fill other words.
    """

    code: str
    text: str
    field: str | None = None
    facts: dict[str, str] = {}


class Preview(msgspec.Struct, kw_only=True):
    """`kind`: what was asked for, else guessed (`is_guessed`). `mapping`: of the first part, as it is to be
    given to the reading. `parts` may be empty where nothing could be opened at all."""

    kind: FileKind
    is_guessed: bool
    parts: list[PreviewPart]
    left_out: list[str]
    mapping: dict[str, str]
    notes: list[Note]
    currency: str | None = None
    problem: Problem | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every row was looked at; else the first ones only."""
        return all(part.is_whole for part in self.parts)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def spec(kind: FileKind, field: str) -> FieldSpec:
    """`KeyError` where the kind has no such field."""
    for known in FIELDS[kind]:
        if known.name == field:
            return known
    raise KeyError(field)
