"""A run in a process of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.analytics.compute.till import NOW, Till

from regulars.analytics import queries
from regulars.analytics.compute.apart import make_figures_apart
from regulars.analytics.errors import LakeError
from regulars.kit.locks import Space, alone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("home"),
]


@pytest.fixture(autouse=True)
def _shop() -> None:
    Till().sell(0, datetime(2026, 2, 1, 9, tzinfo=UTC), 100)


def test_it_makes_the_figures_as_of_the_moment_it_is_told() -> None:
    assert make_figures_apart(NOW)
    kept = queries.latest_audit()
    assert kept is not None
    assert (kept.made_at, kept.customers) == (NOW, 1)


def test_it_says_what_a_person_can_do_something_about() -> None:
    with alone(Space.LAKE, "lake") as mine:
        assert mine
        with pytest.raises(LakeError) as refused:
            make_figures_apart(NOW)
    assert refused.value.message


def test_it_stops_when_told_to() -> None:
    assert not make_figures_apart(NOW, enough=lambda: True)
    assert queries.latest_audit() is None
