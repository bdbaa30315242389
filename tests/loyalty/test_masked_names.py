"""How a cashier sees the name of somebody who says only a phone."""

from __future__ import annotations

import pytest

from regulars.loyalty.rules.refs import masked_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Анна Петрова", "Анна П."),
        ("Anna Maria Petrova", "Anna M."),
        ("Чайная «Самовар»", "Чайная С."),
        ("Bakery & Tea", "Bakery"),
        ("Анна", "Анна"),
        ("", ""),
    ],
)
def test_of_the_second_name_only_its_first_letter_is_shown(name: str, shown: str) -> None:
    assert masked_name(name) == shown
