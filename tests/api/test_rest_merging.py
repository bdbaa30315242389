"""What the API tells of a person known by several ids."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.customers import queries, services
from regulars.customers.types import SHOP
from regulars.segments import services as segments

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def call() -> Caller:
    keys.forget()
    limits.forget()
    caller_ = caller()
    for number in (1, 2):
        assert caller_("PUT", f"/customers/C-{number}", {}).status_code == 201
    return caller_


def person_of(id_: str) -> int:
    profile = queries.profile(SHOP, id_)
    assert profile is not None
    return profile.person_id


def merge() -> int:
    (merge_id,) = services.merge(pairs=[(person_of("C-1"), person_of("C-2"))], now=NOW)
    return merge_id


def test_both_ids_lead_to_one_person(call: Caller) -> None:
    assert told(call("GET", "/customers/C-2/person")) == {"ids": ["C-2"], "merges": []}
    merge_id = merge()
    for id_ in ("C-1", "C-2"):
        person = told(call("GET", f"/customers/{id_}/person"))
        assert person["ids"] == ["C-1", "C-2"]
        assert person["merges"] == [
            {
                "id": merge_id,
                "merged_at": "2026-03-01T12:00:00Z",
                "by_hand": True,
                "because": [],
                "undone_at": None,
            }
        ]
    services.unmerge(merge_id=merge_id, now=NOW, user_id=None)
    person = told(call("GET", "/customers/C-1/person"))
    assert person["ids"] == ["C-1"]
    assert person["merges"][0]["undone_at"] == "2026-03-01T12:00:00Z"


def test_attributes_are_of_all_ids_together(call: Caller) -> None:
    call("PATCH", "/customers/C-1", {"traits": {"city": "Tver"}})
    call("PATCH", "/customers/C-2", {"traits": {"birthday": "28.02.1990", "city": ""}})
    merge()
    for id_ in ("C-1", "C-2"):
        known = told(call("GET", f"/customers/{id_}/attributes"))["attributes"]
        assert {one["key"]: (one["kind"], one["value"], one["verified"]) for one in known} == {
            "city": ("text", "Tver", True),
            "birthday": ("day", "1990-02-28", True),
        }
    assert problem(call("GET", "/customers/C-9/attributes")) == (404, "not_found")


def test_a_segment_has_a_person_once_with_all_their_ids(call: Caller) -> None:
    id_ = segments.make_static(
        name="Friends", person_ids=[person_of("C-1"), person_of("C-2")], now=NOW
    ).segment_id
    assert len(told(call("GET", f"/segments/{id_}/members"))["members"]) == 2
    merge()
    members = told(call("GET", f"/segments/{id_}/members"))["members"]
    assert [one["ids"] for one in members] == [["C-1", "C-2"]]
    for customer in ("C-1", "C-2"):
        of = told(call("GET", f"/customers/{customer}/segments"))["segments"]
        assert [one["id"] for one in of] == [id_]
