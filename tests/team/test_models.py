from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.team.models import User
from regulars.team.rules import fold_email

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" A@B.C ", "a@b.c"), ("ИВАН@ПОЧТА.РФ", "иван@почта.рф"), ("é@x.y", "é@x.y")],
)
def test_addresses_are_folded(typed: str, stored: str) -> None:
    assert fold_email(typed) == stored


@pytest.mark.django_db
def test_no_way_of_saving_leaves_an_address_unfolded() -> None:
    user = User(email="Boris@Shop.Example", name="Борис Белов", created_at=NOW)
    user.save()
    user.refresh_from_db()
    assert user.email == "boris@shop.example"
    assert User.objects.get_by_natural_key("BORIS@shop.example") == user
    assert (user.get_full_name(), user.get_short_name()) == ("Борис Белов", "Борис")


def test_without_a_name_the_address_will_do() -> None:
    assert User(email="x@y.z").get_full_name() == User(email="x@y.z").get_short_name() == "x@y.z"
