"""Settling brings the books to what orders earned, in whatever order it is told."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.loyalty import services
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def test_the_difference_is_posted_and_the_same_again_changes_nothing(profile: int) -> None:
    for points, change in ((1_000, 1_000), (1_000, None), (400, -600), (700, 300), (0, -700)):
        settled = services.settle(wanted=[wanted(profile, points)], when_spent="owe", now=NOW)
        assert [one.change_minor for one in settled] == ([] if change is None else [change])
        assert balances(profile) == (0, points, 0)
