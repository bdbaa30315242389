"""Customers, their addresses, traits, consents, figures and events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.customers.services import link_anonymous, upsert_profiles
from regulars.customers.types import ANONYMOUS, SHOP, NewProfile
from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import EventClass, NewEvent
from regulars.kit import clock
from regulars.team.types import Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def call() -> Caller:
    keys.forget()
    limits.forget()
    return caller()


def all_pages(call: Caller, path: str, name: str, limit: int) -> list[object]:
    """The ids of a list, page by page."""
    found: list[object] = []
    after = ""
    while True:
        page = told(call("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}{after}"))
        assert len(page[name]) <= limit
        found += [one["id"] for one in page[name]]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


def test_a_customer_is_created_and_then_brought_up_to_date(call: Caller) -> None:
    anna = {"name": "Anna", "identities": [{"type": "email", "value": "Anna@Example.com "}]}
    created = call("PUT", "/customers/C-1", anna | {"created_at": "2020-01-01T00:00:00Z"})
    assert created.status_code == 201
    assert told(created) == {
        "id": "C-1",
        "name": "Anna",
        "created_at": "2020-01-01T00:00:00Z",
        "identities": [{"type": "email", "value": "anna@example.com"}],
        "traits": {},
        "unverified_traits": {},
    }
    traits = {"plan": "gold", "visits": 3, "share": 0.5, "tags": ["a"]}
    changed = call("PUT", "/customers/C-1", {"traits": traits})
    assert changed.status_code == 200
    assert told(changed)["name"] == "Anna"
    assert told(changed)["traits"] == traits
    assert told(call("GET", "/customers/C-1")) == told(changed)


def test_patch_does_not_create(call: Caller) -> None:
    assert problem(call("PATCH", "/customers/C-1", {"name": "Anna"})) == (404, "not_found")
    assert problem(call("GET", "/customers/C-1")) == (404, "not_found")
    call("PUT", "/customers/C-1", {})
    assert told(call("PATCH", "/customers/C-1", {"name": "Anna"}))["name"] == "Anna"


@pytest.mark.parametrize("id_", ["A/7", "имя", "a b", "100%25", "anna@example.com", "a%3Fb%23c", "-", "find"])
def test_ids_may_be_whatever_a_shop_numbers_with(call: Caller, id_: str) -> None:
    assert call("PUT", f"/customers/{id_}", {"name": "X"}).status_code == 201
    assert told(call("GET", f"/customers/{id_}"))["name"] == "X"
    assert call("GET", f"/customers/{id_}/consents").status_code == 200


@pytest.mark.parametrize("id_", ["a%00b", "a%09b", "%7F", "x" * 201])
def test_ids_that_no_system_has_are_refused(call: Caller, id_: str) -> None:
    assert problem(call("PUT", f"/customers/{id_}", {})) == (422, "invalid")


def test_a_refusal_takes_everything_back(call: Caller) -> None:
    body = {
        "name": "Anna",
        "identities": [{"type": "phone", "value": "+7 916 123-45-67"}, {"type": "email", "value": "none"}],
    }
    answer = call("PUT", "/customers/C-1", body)
    assert problem(answer) == (409, "refused")
    assert told(answer)["errors"][0]["field"] == "identities.1.value"
    assert problem(call("GET", "/customers/C-1")) == (404, "not_found")


@pytest.mark.parametrize(
    "traits",
    [
        *({" a": 1}, {"": 1}, {"a" * 65: 1}, {"a": "x" * 1001}, {"a": 10**18}, {"a": {"b": 1}}, {"a": [[1]]}),
        *({"a": [None]}, {"a": [1] * 51}, {str(n): n for n in range(251)}, [], "a", {"a\u200b": 1}),
    ],
)
def test_traits_that_are_none_are_refused(call: Caller, traits: object) -> None:
    answer = call("PUT", "/customers/C-1", {"traits": traits})
    assert problem(answer) == (422, "invalid")
    assert told(answer)["errors"][0]["field"] == "traits"


def test_a_late_older_trait_does_not_replace_a_newer_one(call: Caller) -> None:
    call("PUT", "/customers/C-1", {"traits": {"plan": "gold"}, "as_of": "2026-03-02T00:00:00Z"})
    late = call(
        "PUT", "/customers/C-1", {"traits": {"plan": "basic", "old": 1}, "as_of": "2026-03-01T00:00:00Z"}
    )
    assert told(late)["traits"] == {"plan": "gold", "old": 1}
    removed = call("PATCH", "/customers/C-1", {"traits": {"plan": None}})
    assert told(removed)["traits"] == {"old": 1}


def test_addresses_are_added_found_and_removed(call: Caller) -> None:
    call("PUT", "/customers/C-1", {})
    phone = {"type": "phone", "value": "8 (916) 123-45-67"}
    stored = {"type": "phone", "value": "+79161234567"}
    for _ in range(2):
        assert told(call("POST", "/customers/C-1/identities", phone))["identities"] == [stored]
    assert told(call("GET", "/customers/C-1/identities"))["identities"] == [stored]
    found = told(call("POST", "/identities/find", {"type": "phone", "value": "+7 916 1234567"}))
    assert [one["id"] for one in found["customers"]] == ["C-1"]
    for _ in range(2):
        assert told(call("POST", "/customers/C-1/identities/remove", phone))["identities"] == []
    assert told(call("POST", "/identities/find", phone))["customers"] == []
    bad = call("POST", "/customers/C-1/identities", {"type": "email", "value": "nobody"})
    assert problem(bad) == (409, "refused")
    assert told(bad)["errors"][0] | {"detail": ""} == {"field": "value", "code": "bad_value", "detail": ""}


def test_lists_come_in_pages_without_gaps_or_repeats(call: Caller) -> None:
    ids = [f"C-{number:02}" for number in range(23)]
    upsert_profiles(profiles=[NewProfile(source=SHOP, external_id=id_) for id_ in ids], now=NOW)
    upsert_profiles(profiles=[NewProfile(source=ANONYMOUS, external_id="device")], now=NOW)
    for limit in (1, 7, 22, 23, 24, 200):
        assert all_pages(call, "/customers", "customers", limit) == ids
    assert problem(call("GET", "/customers?limit=201"))[0] == 422
    assert problem(call("GET", "/customers?limit=0"))[0] == 422


def test_a_cursor_of_another_list_is_refused(call: Caller) -> None:
    for number in range(2):
        call("PUT", f"/customers/{number}", {})
    page = told(call("GET", "/customers?limit=1"))
    assert problem(call("GET", f"/products?after={page['next']}")) == (400, "bad_cursor")


def test_consents_are_a_history_of_which_the_newest_holds(call: Caller) -> None:
    call("PUT", "/customers/C-1", {})
    yes = {"channel": "email", "granted": True, "source": "form", "at": "2026-03-01T12:00:00Z"}
    no = {"channel": "email", "granted": False, "source": "letter", "at": "2026-03-03T12:00:00Z"}
    assert told(call("POST", "/customers/C-1/consents", no))["current"][0]["granted"] is False
    late = told(call("POST", "/customers/C-1/consents", yes | {"proof": {"text": "Write to me"}}))
    assert late["current"][0]["granted"] is False
    assert [line["granted"] for line in late["history"]] == [False, True]
    assert late["history"][1]["proof"] == {"text": "Write to me"}
    again = told(call("POST", "/customers/C-1/consents", yes))
    assert again == late == told(call("GET", "/customers/C-1/consents"))


def test_consents_need_a_scope_of_their_own() -> None:
    keys.forget()
    some = caller(scopes=[Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE])
    some("PUT", "/customers/C-1", {})
    answer = some("POST", "/customers/C-1/consents", {"channel": "sms", "granted": True, "source": "form"})
    assert problem(answer) == (403, "not_allowed")


def test_a_consent_of_tomorrow_is_refused(call: Caller) -> None:
    call("PUT", "/customers/C-1", {})
    at = (clock.now() + timedelta(days=2)).isoformat()
    answer = call(
        "POST", "/customers/C-1/consents", {"channel": "sms", "granted": True, "source": "form", "at": at}
    )
    assert problem(answer) == (409, "refused")
    assert told(answer)["errors"][0]["field"] == "at"


def test_figures_of_somebody_new_are_nothing_yet(call: Caller) -> None:
    call("PUT", "/customers/C-1", {})
    figures = told(call("GET", "/customers/C-1/figures"))
    assert (figures["orders"], figures["computed_at"], figures["segment"]) == (0, None, None)
    assert problem(call("GET", "/customers/C-2/figures")) == (404, "not_found")


def test_an_event_is_recorded_once_under_its_id(call: Caller) -> None:
    event = {
        "customer_id": "C-1",
        "name": "Table Booked",
        "id": "booking-7",
        "occurred_at": "2026-03-01T19:00:00+03:00",
        "properties": {
            "table": 4,
            "share": 0.25,
            "email": "anna@example.com",
            "note": "call +7 916 123-45-67",
        },
    }
    first = call("POST", "/events", event)
    assert first.status_code == 201
    assert told(first) | {"left_out": []} == {
        "id": "booking-7", "name": "table_booked", "repeated": False, "left_out": []
    }  # fmt: skip
    assert set(told(first)["left_out"]) == {"email", "note"}
    again = call("POST", "/events", event)
    assert (again.status_code, told(again)["repeated"]) == (200, True)
    timeline = told(call("GET", "/customers/C-1/events"))["events"]
    booked = [line for line in timeline if line["name"] == "table_booked"]
    assert len(booked) == 1
    assert booked[0]["occurred_at"] == "2026-03-01T16:00:00Z"
    assert booked[0]["properties"] == {"table": 4, "share": 0.25}


@pytest.mark.parametrize("name", ["order_completed", "Profile Created", "consent-given"])
def test_names_of_our_own_events_are_refused(call: Caller, name: str) -> None:
    answer = call("POST", "/events", {"customer_id": "C-1", "name": name})
    assert problem(answer) == (409, "refused")
    assert told(answer)["errors"][0]["code"] == "reserved_event_name"
    assert problem(call("GET", "/customers/C-1")) == (404, "not_found")


def test_an_event_of_the_future_is_as_of_now(call: Caller) -> None:
    call("POST", "/events", {"customer_id": "C-1", "name": "booked", "occurred_at": "2199-01-01T00:00:00Z"})
    at = told(call("GET", "/customers/C-1/events"))["events"][0]["occurred_at"]
    assert datetime.fromisoformat(at) <= clock.now()


def test_the_timeline_is_of_the_whole_person_in_pages(call: Caller) -> None:
    keys_ = [(SHOP, "C-1"), (ANONYMOUS, "device")]
    ids = upsert_profiles(profiles=[NewProfile(source=s, external_id=e) for s, e in keys_], now=NOW).ids
    link_anonymous(pairs=[(ids[keys_[1]], ids[keys_[0]])], now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events")
    seen = registry.outside("seen", EventClass.FACT)
    events.record(
        [
            NewEvent(
                type=seen,
                source="test",
                key=str(number),
                # Many at the same moment: the cursor has to know where among them it was.
                occurred_at=NOW + timedelta(seconds=number // 5, microseconds=7),
                profile_id=ids[keys_[number % 2]],
            )
            for number in range(33)
        ],
        now=NOW,
    )
    whole = all_pages(call, "/customers/C-1/events", "events", 200)
    assert len(whole) == 33
    for limit in (1, 4, 32, 33):
        assert all_pages(call, "/customers/C-1/events", "events", limit) == whole


@pytest.mark.parametrize("name", ["Ян_-Ли", "a _ b", "__", "_", "- _ -", "🙂", "\u202e", "a" * 500])
def test_any_name_is_kept_as_it_is(call: Caller, name: str) -> None:
    for _ in range(2):  # as a new one, and in the place of another
        assert told(call("PUT", "/customers/C-1", {"name": name}))["name"] == name
        call("PUT", "/customers/C-1", {"name": "Anna"})
