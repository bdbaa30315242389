"""Segments by the API: which there are, who is in them, and in which somebody is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.kit import clock
from regulars.segments import queries, services
from regulars.segments.types import Bought, InSegment
from regulars.team.types import Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def call() -> Caller:
    keys.forget()
    limits.forget()
    caller_ = caller()
    for number in (1, 2, 3):
        assert caller_("PUT", f"/customers/C-{number}", {"name": f"Customer {number}"}).status_code == 201
    return caller_


def make(call: Caller, **body: Any) -> int:
    answer = call("POST", "/segments", {"name": "Friends"} | body)
    assert answer.status_code == 201, answer.content
    id_: int = told(answer)["id"]
    return id_


def members(call: Caller, id_: int, query: str = "") -> list[list[str]]:
    return [one["ids"] for one in told(call("GET", f"/segments/{id_}/members{query}"))["members"]]


def test_a_static_segment_is_made_and_filled(call: Caller) -> None:
    id_ = make(call, note="From the fair")
    change = told(call("POST", f"/segments/{id_}/members", {"customers": ["C-1", "C-2", "C-9", "C-9"]}))
    assert change == {"changed": 2, "unknown": ["C-9"]}
    assert told(call("POST", f"/segments/{id_}/members", {"customers": ["C-1"]}))["changed"] == 0
    assert members(call, id_) == [["C-1"], ["C-2"]]
    assert told(call("POST", f"/segments/{id_}/members/remove", {"customers": ["C-1"]}))["changed"] == 1
    row = told(call("GET", f"/segments/{id_}"))
    assert (row["kind"], row["state"], row["members"], row["note"]) == ("static", "ready", 1, "From the fair")
    assert (row["condition"], row["sentence"]) == (None, "")
    of = told(call("GET", "/customers/C-2/segments"))["segments"]
    assert [(one["id"], one["name"], one["kind"]) for one in of] == [(id_, "Friends", "static")]
    assert told(call("GET", "/customers/C-1/segments"))["segments"] == []


def test_a_live_segment_is_built_by_the_worker(call: Caller) -> None:
    id_ = make(call, condition={"node": "orders", "at_least": 0, "at_most": 0})
    row = told(call("GET", f"/segments/{id_}"))
    assert (row["kind"], row["state"], row["sentence"]) == ("live", "building", "never bought")
    assert row["condition"] == {"node": "orders", "at_least": 0, "at_most": 0}
    services.build(segment_id=id_, now=clock.now())
    assert members(call, id_) == [["C-1"], ["C-2"], ["C-3"]]
    assert told(call("GET", f"/segments/{id_}"))["state"] == "ready"


def test_people_come_in_pages(call: Caller) -> None:
    id_ = make(call)
    call("POST", f"/segments/{id_}/members", {"customers": ["C-1", "C-2", "C-3"]})
    first = told(call("GET", f"/segments/{id_}/members?limit=2"))
    assert [one["ids"] for one in first["members"]] == [["C-1"], ["C-2"]]
    assert members(call, id_, f"?limit=2&after={first['next']}") == [["C-3"]]
    assert problem(call("GET", f"/segments/{id_}/members?after=nonsense")) == (400, "bad_cursor")


def test_segments_come_in_pages_by_name(call: Caller) -> None:
    ids = {name: make(call, name=name) for name in ("B", "A", "C", "A")}
    first = told(call("GET", "/segments?limit=2"))
    assert [one["name"] for one in first["segments"]] == ["A", "A"]
    rest = told(call("GET", f"/segments?limit=2&after={first['next']}"))
    assert ([one["name"] for one in rest["segments"]], rest["next"]) == (["B", "C"], None)
    services.archive(segment_id=ids["C"], now=NOW)
    assert "C" not in [one["name"] for one in told(call("GET", "/segments"))["segments"]]


def test_sentences_name_other_segments_whatever_their_number(
    call: Caller, django_assert_max_num_queries: Any
) -> None:
    friends = make(call)
    for number in range(5):
        services.make_segment(name=f"S{number}", condition=InSegment(friends, member=False), now=NOW)
    with django_assert_max_num_queries(12):
        rows = told(call("GET", "/segments"))["segments"]
    assert {row["sentence"] for row in rows} == {"", "not in the segment “Friends”"}


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"node": "orders", "at_least": 0}, "condition"),
        ({"node": "nonsense"}, "condition"),
        (
            {"node": "all", "of": [{"node": "orders"}, {"node": "segment", "segment": 10**9}]},
            "condition.of.1",
        ),
        ({"node": "attribute", "attribute": "no.such", "test": {"is": "known"}}, "condition"),
        ({}, "condition"),
    ],
)
def test_what_is_wrong_is_said_at_its_node(call: Caller, condition: Any, field: str) -> None:
    answer = call("POST", "/segments", {"name": "X", "condition": condition})
    assert problem(answer) == (409, "refused")
    assert (told(answer)["errors"][0]["field"], told(answer)["errors"][0]["code"]) == (field, "bad_condition")
    assert queries.segments() == []


def test_a_condition_can_be_tried(call: Caller) -> None:
    tried = told(call("POST", "/segments/count", {"condition": {"node": "not", "of": {"node": "orders"}}}))
    assert tried == {"members": 3, "everybody": 3, "sentence": "never bought"}
    for wrong in ({"node": "x"}, {"node": "orders", "at_least": 0}):
        assert problem(call("POST", "/segments/count", {"condition": wrong})) == (409, "refused")


def test_what_conditions_can_ask_is_listed(call: Caller) -> None:
    listed = told(call("GET", "/segments/attributes"))
    known = {one["key"]: one for one in listed["attributes"]}
    assert known["customers.city"] == {
        "key": "customers.city",
        "label": "City",
        "kind": "text",
        "choices": None,
    }
    assert "male" in known["customers.gender"]["choices"]
    assert known["commerce.spend"]["kind"] == "money"
    assert {"product", "category", "branch"} <= {one["key"] for one in listed["fields"]}


def test_only_people_chosen_by_hand_can_be_put_in(call: Caller) -> None:
    id_ = services.make_segment(name="Live", condition=Bought(), now=NOW)
    for path in (f"/segments/{id_}/members", f"/segments/{id_}/members/remove"):
        answer = call("POST", path, {"customers": ["C-1"]})
        assert problem(answer) == (409, "refused")
        assert told(answer)["errors"][0]["code"] == "not_by_hand"
    assert problem(call("GET", "/segments/999999")) == (404, "not_found")
    assert problem(call("POST", "/segments/999999/members", {"customers": ["C-1"]})) == (404, "not_found")
    assert problem(call("POST", f"/segments/{id_}/members", {"customers": []})) == (422, "invalid")


def test_reading_and_writing_need_their_scopes(call: Caller) -> None:
    id_ = make(call)
    reader = caller(scopes={Scope.CUSTOMERS_READ})
    assert reader("GET", "/segments").status_code == 200
    assert problem(reader("POST", "/segments", {"name": "X"})) == (403, "not_allowed")
    assert problem(reader("POST", f"/segments/{id_}/members", {"customers": ["C-1"]})) == (403, "not_allowed")
    writer = caller(scopes={Scope.CUSTOMERS_WRITE})
    assert problem(writer("GET", "/segments")) == (403, "not_allowed")


def test_the_same_call_again_makes_no_second_segment(call: Caller) -> None:
    first, again = (call("POST", "/segments", {"name": "X"}, Idempotency_Key="a-1") for _ in range(2))
    assert told(first) == told(again)
    assert len(queries.segments()) == 1
