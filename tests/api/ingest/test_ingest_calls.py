"""What is taken, stored and answered, call by call."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import UTC, datetime

import pytest
from tests.api.ingest.calling import NOW, browser_key, call, forget, item, server_key, track

from regulars.api.ingest.types import BATCH_BYTES_MAX, BATCH_ITEMS_MAX, CALL_BYTES_MAX
from regulars.customers.models import Identity, Profile
from regulars.customers.queries import traits_of
from regulars.events.models import Event
from regulars.events.types import OUTSIDE_NAMES_MAX
from regulars.team import queries as team
from regulars.team.services import revoke_key
from regulars.team.types import Scope

pytestmark = pytest.mark.django_db


def profile(external_id: str, source: str = "shop") -> Profile:
    return Profile.objects.get(source=source, external_id=external_id)


def test_an_event_is_stored_with_its_customer_and_its_moment() -> None:
    told = track("Table Booked", timestamp="2026-05-20T10:00:00Z", properties={"seats": 4})
    answer = call("track", told, server_key())
    assert answer.status == 200
    assert answer.json == {"success": True, "taken": 1, "repeated": 0, "refused": 0, "results": []}
    event = Event.objects.get(name="table_booked")
    assert (event.source, event.key) == ("segment", told["messageId"])
    assert event.profile_id == profile("K1").pk
    assert event.occurred_at == datetime(2026, 5, 20, 10, tzinfo=UTC)
    assert event.received_at == NOW
    assert event.properties == {"seats": 4}
    assert not event.backfill


def test_the_same_message_is_taken_once_and_said_to_be_repeated() -> None:
    key, told = server_key(), track("Table Booked")
    assert call("track", told, key).counts == (1, 0, 0)
    assert call("track", told, key).counts == (0, 1, 0)
    again = call("batch", {"batch": [told, track("Table Booked"), told]}, key)
    assert again.counts == (1, 2, 0)
    assert again.json["results"] == [{"messageId": told["messageId"], "status": "repeated"}] * 2
    assert Event.objects.filter(name="table_booked").count() == 2


def test_every_item_of_a_batch_is_answered_for_and_a_bad_one_stops_no_other() -> None:
    good = [track("Table Booked", user=f"K{n}") for n in range(3)]
    bad = [
        5,
        track("Table Booked", user=None),
        track("Table Booked", timestamp="yesterday"),
        item("dance", userId="K1"),
        track("", properties={}),
        track("Table Booked", properties=[1]),
    ]
    answer = call("batch", {"batch": [good[0], *bad, *good[1:]]}, server_key())
    assert answer.counts == (3, 0, 6)
    assert answer.codes == [
        "bad_item", "no_identity", "bad_timestamp", "unknown_type", "bad_event_name", "bad_properties",
    ]  # fmt: skip
    assert [result["messageId"] for result in answer.json["results"][1:]] == [
        told["messageId"] for told in bad[1:]
    ]
    assert Event.objects.filter(name="table_booked").count() == 3


def test_what_somebody_is_goes_to_the_profile_and_only_names_to_the_log() -> None:
    traits = {
        "email": "Anna@Example.com", "phone": "8 916 000-11-22", "firstName": "Анна", "lastName": "Ким",
        "plan": "gold", "address": {"city": "Казань"}, "tags": ["a", "b"],
    }  # fmt: skip
    assert call("identify", item(userId="K1", traits=traits), server_key()).counts == (1, 0, 0)
    anna = profile("K1")
    assert anna.name == "Анна Ким"
    assert set(Identity.objects.filter(profile=anna).values_list("type", "value")) == {
        ("email", "anna@example.com"),
        ("phone", "+79160001122"),
    }
    assert traits_of([anna.pk])[anna.pk].verified == {
        "plan": "gold", "address_city": "Казань", "tags": ["a", "b"],
    }  # fmt: skip
    text = json.dumps([[e.name, e.key, e.properties] for e in Event.objects.all()], ensure_ascii=False)
    assert "gold" not in text
    assert "nna" not in text
    assert "916" not in text


def test_an_identify_that_was_delayed_does_not_bring_back_what_was() -> None:
    key = server_key()
    for at, plan in (("11:00", "gold"), ("09:00", "silver")):
        told = item(userId="K1", traits={"plan": plan}, timestamp=f"2026-05-20T{at}:00Z")
        assert call("identify", told, key).counts == (1, 0, 0)
    k1 = profile("K1").pk
    assert traits_of([k1])[k1].verified == {"plan": "gold"}


def test_pages_keep_their_address_without_query_and_no_address_of_the_network() -> None:
    told = item(
        "page",
        anonymousId="a1",
        name="Basket",
        properties={"url": "https://shop.example/basket?email=a@b.ru#x", "search": "?email=a@b.ru"},
        context={
            "ip": "198.51.100.4",
            "page": {"referrer": "https://mail.example/inbox?id=7", "title": "Basket"},
            "campaign": {"source": "news", "medium": "email"},
        },
    )
    assert call("page", told, browser_key()).counts == (1, 0, 0)
    event = Event.objects.get(name="page_viewed")
    assert event.event_class == "browsing"
    assert event.source == "site"
    assert event.profile_id == profile("a1", "anonymous").pk
    hashed = event.properties.pop("ip_hash")
    assert event.properties == {
        "name": "Basket",
        "url": "https://shop.example/basket",
        "referrer": "https://mail.example/inbox",
        "title": "Basket",
        "utm_source": "news",
        "utm_medium": "email",
    }
    assert len(hashed) == 16
    assert "203" not in hashed or int(hashed, 16)


def test_a_group_keeps_the_names_of_its_traits_only() -> None:
    told = item("group", userId="K1", groupId="G7", traits={"name": "ООО Ромашка", "employees": 7})
    assert call("group", told, server_key()).counts == (1, 0, 0)
    assert Event.objects.get(name="group_joined").properties == {
        "group_id": "G7",
        "traits": ["employees", "name"],
    }


def test_a_device_becomes_one_with_the_customer_who_uses_it() -> None:
    key = server_key()
    call("track", track("Table Booked", user=None, anonymousId="a1"), key)
    assert profile("a1", "anonymous").person_id
    call("track", track("Table Booked", user="K1", anonymousId="a1"), key)
    assert profile("a1", "anonymous").person_id == profile("K1").person_id
    assert set(Event.objects.filter(name="table_booked").values_list("profile_id", flat=True)) == {
        profile("a1", "anonymous").pk,
        profile("K1").pk,
    }


def test_an_alias_links_the_id_from_before() -> None:
    key = server_key()
    call("track", track("Table Booked", user=None, anonymousId="a1"), key)
    assert call("alias", item(previousId="a1", userId="K1"), key).counts == (1, 0, 0)
    assert profile("a1", "anonymous").person_id == profile("K1").person_id


def test_an_alias_of_two_known_customers_merges_nobody() -> None:
    key = server_key()
    call(
        "batch", {"batch": [item("identify", userId=id_, traits={"name": id_}) for id_ in ("K1", "K2")]}, key
    )
    call("alias", item(previousId="K2", userId="K1"), key)
    assert profile("K1").person_id != profile("K2").person_id


def test_ids_that_mean_nobody_make_no_customer() -> None:
    key = server_key()
    for nobody in ("undefined", "null", "0", "[object Object]", "Guest"):
        assert call("track", track("Table Booked", user=nobody), key).codes == ["blocked_id"]
    beside = call("track", track("Table Booked", user="null", anonymousId="a1"), key)
    assert beside.counts == (1, 0, 0)
    assert beside.codes == ["blocked_id"]
    assert list(Profile.objects.values_list("source", "external_id")) == [("anonymous", "a1")]


@pytest.mark.parametrize(("told", "stored"), [(17, "17"), (17.0, "17"), (" K 1 ", "K 1"), ("K\x001", "K1")])
def test_ids_are_texts(told: object, stored: str) -> None:
    assert call("track", item(event="Table Booked", userId=told), server_key()).counts == (1, 0, 0)
    assert Profile.objects.get().external_id == stored


def test_names_that_we_record_ourselves_are_refused() -> None:
    told = [track(name) for name in ("Profile Created", "consentGiven", "traits_changed", "Note Added")]
    answer = call("batch", {"batch": told}, server_key())
    assert answer.codes == ["reserved_event_name"] * 4


def test_a_key_may_only_do_what_it_was_made_for() -> None:
    key = server_key(Scope.EVENTS_WRITE)
    assert call("track", track("Table Booked"), key).counts == (1, 0, 0)
    order = track("Order Completed", properties={"order_id": "O1", "total": 5})
    answer = call("batch", {"batch": [item("identify", userId="K1", traits={"a": 1}), order]}, key)
    assert answer.codes == ["scope_missing"] * 2
    assert call("track", track("Table Booked"), server_key(Scope.ORDERS_READ)).status == 403


def test_without_a_key_nothing_is_taken() -> None:
    assert call("track", track("Table Booked")).status == 401
    assert call("track", track("Table Booked"), "sk_guess").json["code"] == "unknown_key"
    assert call("batch", {"batch": [], "writeKey": "sk_guess"}).status == 401
    assert not Event.objects.exists()


def test_a_revoked_key_ends() -> None:
    key = server_key()
    assert call("track", track("Table Booked"), key).status == 200
    [made] = team.keys()
    revoke_key(key_id=made.id, now=NOW, user_id=None)
    forget()
    assert call("track", track("Table Booked"), key).status == 401


def test_the_key_may_stand_in_the_body_as_libraries_for_browsers_send_it() -> None:
    key = browser_key()
    page = item("page", anonymousId="a1", name="Home", writeKey=key)
    assert call("p", page, CONTENT_TYPE="text/plain").counts == (1, 0, 0)
    assert call("b", {"batch": [item("page", anonymousId="a1")], "writeKey": key}).counts == (1, 0, 0)


def test_pages_of_other_addresses_may_call_with_a_browsers_key_only() -> None:
    answer = call("p", item("page", anonymousId="a1"), browser_key())
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in call("track", track("Table Booked"), server_key()).headers
    asked = call("t", method="OPTIONS")
    assert (asked.status, asked.body) == (204, b"")
    assert "X-Identity-Token" in asked.headers["Access-Control-Allow-Headers"]


def test_the_library_for_browsers_finds_its_settings() -> None:
    key = browser_key()
    told = call(f"projects/{key}/settings", method="GET")
    assert told.json["integrations"]["Segment.io"]["apiKey"] == key
    assert told.json["integrations"]["Segment.io"]["apiHost"] == "localhost/v1"
    assert call(f"projects/{server_key()}/settings", method="GET").status == 404
    assert call(f"projects/{key}/settings", method="GET", HTTP_HOST="evil.example").status == 400
    assert call("m", b"{}").status == 200


def test_other_addresses_and_methods_say_what_there_is() -> None:
    assert call("tracks", {}).status == 404
    answer = call("track", method="GET")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_gzip_is_unpacked() -> None:
    body = gzip.compress(json.dumps({"batch": [track("Table Booked")]}).encode())
    assert call("batch", body, server_key(), HTTP_CONTENT_ENCODING="gzip").counts == (1, 0, 0)


@pytest.mark.parametrize(
    ("path", "body", "encoding", "status", "code"),
    [
        ("track", b"{}" + b" " * CALL_BYTES_MAX, "", 413, "call_too_large"),
        ("batch", b" " * (BATCH_BYTES_MAX + 1), "", 413, "batch_too_large"),
        ("batch", json.dumps({"batch": [1] * (BATCH_ITEMS_MAX + 1)}).encode(), "", 413, "batch_too_large"),
        ("batch", gzip.compress(b" " * 100_000_000), "gzip", 413, "batch_too_large"),
        ("batch", gzip.compress(gzip.compress(b" " * 100_000_000)), "gzip", 400, "bad_body"),
        ("batch", b"no gzip", "gzip", 400, "bad_gzip"),
        ("batch", zlib.compress(b"{}"), "deflate", 415, "unknown_encoding"),
        ("batch", b"{}", "", 400, "bad_body"),
        ("batch", b'{"batch": 5}', "", 400, "bad_body"),
        ("batch", b"", "", 400, "bad_body"),
        ("batch", b"[" * 100_000, "", 400, "bad_body"),
        ("batch", b'{"batch": [\xff]}', "", 400, "bad_body"),
    ],
)
def test_a_call_that_cannot_be_read_is_refused_whole(
    path: str, body: bytes, encoding: str, status: int, code: str
) -> None:
    answer = call(path, body, server_key(), HTTP_CONTENT_ENCODING=encoding)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["message"] == answer.json["detail"]
    assert not Event.objects.exists()


def test_an_item_that_is_too_large_is_refused_alone() -> None:
    large = track("Table Booked", properties={"text": "x" * CALL_BYTES_MAX})
    answer = call("batch", {"batch": [large, track("Table Booked")]}, server_key())
    assert answer.counts == (1, 0, 1)
    assert answer.json["results"][0]["code"] == "too_large"
    assert answer.json["results"][0]["messageId"] == large["messageId"]


def test_a_batch_may_be_as_large_as_is_said() -> None:
    items = [
        {"type": "track", "event": "E", "userId": "K1", "messageId": f"{n}"} for n in range(BATCH_ITEMS_MAX)
    ]
    assert call("batch", {"batch": items}, server_key()).counts == (BATCH_ITEMS_MAX, 0, 0)


def test_an_item_without_a_message_id_is_known_by_what_it_tells() -> None:
    key = server_key()
    dated = {"userId": "K1", "event": "Table Booked", "timestamp": "2026-05-20T10:00:00Z"}
    assert call("track", dated | {"sentAt": "2026-05-20T10:00:01Z"}, key).counts == (1, 0, 0)
    assert call("track", dated | {"sentAt": "2026-05-20T10:00:09Z"}, key).counts == (0, 1, 0)
    assert call("track", dated | {"properties": {"seats": 2}}, key).counts == (1, 0, 0)
    undated = {"userId": "K1", "event": "Table Booked"}
    assert [call("track", undated, key).counts for _ in range(2)] == [(1, 0, 0)] * 2


def test_names_of_events_are_limited() -> None:
    key = server_key()
    items = [track(f"Made Up {n}") for n in range(OUTSIDE_NAMES_MAX + 2)]
    answer = call("batch", {"batch": items}, key)
    assert answer.counts == (OUTSIDE_NAMES_MAX, 0, 2)
    assert answer.codes == ["too_many_event_names"] * 2
    assert call("track", track("Made Up 1"), key).counts == (1, 0, 0)


def test_the_answer_says_how_much_may_still_be_sent(settings: object) -> None:
    settings.API_LIMIT = 3  # type: ignore[attr-defined]
    key = server_key()
    answers = [call("track", track("Table Booked"), key) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Remaining"] == "2"
    assert int(answers[3].headers["Retry-After"]) > 0
    assert Event.objects.filter(name="table_booked").count() == 3
