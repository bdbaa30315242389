"""Names of events and of fields, whatever the spelling."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from regulars.api.ingest.errors import Refused
from regulars.api.ingest.types import Code
from regulars.events import registry
from regulars.events.errors import BadName, ReservedName
from regulars.events.types import OUTSIDE_NAME_CHARACTERS_MAX, EventClass, EventType

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GAP = re.compile(r"[^a-z0-9]+")
_CYRILLIC = str.maketrans(
    str.maketrans("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye")
    | {
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "yu",
        "я": "ya",
        "ъ": "",
        "ь": "",
    }
)
# The first version of Segment's e-commerce names put the verb in front; libraries of shops still do.
_EARLIER = {
    "viewed_product": "product_viewed",
    "viewed_product_category": "product_list_viewed",
    "added_product": "product_added",
    "removed_product": "product_removed",
    "viewed_cart": "cart_viewed",
    "completed_order": "order_completed",
    "refunded_order": "order_refunded",
    "cancelled_order": "order_cancelled",
}


@lru_cache(maxsize=8192)
def snake(text: str) -> str:
    """A short text as words in small Latin letters and digits, joined by underscores."""
    humps = _HUMP.sub("_", text)
    plain = unicodedata.normalize("NFKC", humps).lower().translate(_CYRILLIC)
    letters = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _GAP.sub("_", letters).strip("_")


def trade_name(told: str) -> str:
    """`Order Completed`, `orderCompleted`, `Completed Order`: order_completed. Any other name likewise."""
    name = snake(told) if len(told) <= OUTSIDE_NAME_CHARACTERS_MAX else ""
    return _EARLIER.get(name, name)


@lru_cache(maxsize=2048)
def outside_type(told: str) -> EventType:
    """The type of an event whose name the shop made up. Raises Refused."""
    try:
        return registry.outside(told.replace("\x00", ""), EventClass.FACT)
    except BadName:
        raise Refused(
            Code.BAD_EVENT_NAME,
            "event has to be a name such as Table Booked, "
            f"of at most {OUTSIDE_NAME_CHARACTERS_MAX} characters.",
        ) from None
    except ReservedName:
        raise Refused(
            Code.RESERVED_EVENT_NAME,
            "Events of this name are recorded by Regulars itself; choose another name.",
        ) from None
