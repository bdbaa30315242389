"""Whom the conditions of others fit, each as of a moment of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.segments.asked import NOW, did, person

from regulars.segments import queries
from regulars.segments.errors import BadCondition
from regulars.segments.queries import Asked

pytestmark = pytest.mark.django_db
VIEWED: dict[str, Any] = {"node": "event", "event": "page_seen", "at_least": 2, "within": {"days": 3}}
FROM_KAZAN: dict[str, Any] = {
    "node": "attribute",
    "attribute": "customers.city",
    "test": {"is": "one_of", "values": ["казань"]},
}
DAY = timedelta(days=1)


def test_one_person_at_several_moments_and_several_conditions_in_one_statement(
    django_assert_num_queries: Any,
) -> None:
    ann, kim = person(city="Казань", profiles=2), person(city="Пермь")
    did(ann, "page_seen", NOW - 4 * DAY)
    did(ann, "page_seen", NOW - 2 * DAY, profile=1)
    did(kim, "page_seen", NOW - DAY)
    asked = [Asked(1, ann, NOW - 2 * DAY), Asked(2, ann, NOW - DAY), Asked(3, kim, NOW), Asked(4, ann, NOW)]
    conditions = {"viewed": VIEWED, "kazan": FROM_KAZAN, "all": None}
    with django_assert_num_queries(3):  # the shop, its own attributes, and the question
        found = queries.fits(conditions=conditions, asked=asked)
    # A day before now the first of the two is exactly three days past, and counts no more.
    assert found == {"viewed": {1}, "kazan": {1, 2, 4}, "all": {1, 2, 3, 4}}


def test_whoever_asks_nothing_is_answered_without_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert queries.fits(conditions={"all": None}, asked=[Asked(7, 1, NOW)]) == {"all": {7}}


def test_what_names_nothing_that_is_there_fits_nobody() -> None:
    gone = {"node": "attribute", "attribute": "customers.gone", "test": {"is": "known"}}
    assert queries.fits(conditions={"gone": gone}, asked=[Asked(1, person(), NOW)]) == {"gone": set()}
    with pytest.raises(BadCondition):
        queries.check_condition(gone)
    with pytest.raises(BadCondition):
        queries.check_condition({"node": "segment", "segment": 404})
    queries.check_condition(VIEWED)
    assert "2" in queries.condition_sentence(VIEWED)
