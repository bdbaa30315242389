from __future__ import annotations

import pytest

from regulars.api.ingest import ids
from regulars.api.ingest.errors import Refused
from regulars.api.ingest.naming import outside_type, trade_name


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Order Completed", "order_completed"),
        ("orderCompleted", "order_completed"),
        ("ORDER COMPLETED", "order_completed"),
        ("order-completed", "order_completed"),
        ("  Order   Completed ", "order_completed"),
        ("Completed Order", "order_completed"),
        ("Viewed Product", "product_viewed"),
        ("Оставил отзыв", "ostavil_otzyv"),
        ("x" * 101, ""),
    ],
)
def test_names_are_understood_in_every_spelling(told: str, name: str) -> None:
    assert trade_name(told) == name


@pytest.mark.parametrize("told", ["", "!!!", "x" * 101, "\x00"])
def test_a_name_without_letters_is_refused(told: str) -> None:
    with pytest.raises(Refused):
        outside_type(told)


def test_names_the_shop_made_up_keep_their_letters() -> None:
    assert outside_type("Оставил отзыв").name == "оставил_отзыв"
    assert outside_type("Table\x00 Booked").name == "table_booked"


@pytest.mark.parametrize("told", ["x" * 101, "a\nb", "a\x00", "\u202e"])
def test_message_ids_are_short_and_printable(told: str) -> None:
    with pytest.raises(Refused):
        ids.message_id(told)


def test_long_ids_are_refused() -> None:
    assert ids.read("userId", "x" * ids.ID_CHARACTERS_MAX)
    with pytest.raises(Refused):
        ids.read("userId", "x" * (ids.ID_CHARACTERS_MAX + 1))
    assert ids.read("userId", " ") is None
    assert ids.read("userId", 1.5) == "1.5"
