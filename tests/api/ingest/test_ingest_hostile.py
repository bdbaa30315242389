"""Whatever stands in a call, there is an answer, and never that we broke."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.ingest.calling import Answer, browser_key, call, server_key, track
from tests.depth import tries

from regulars.api.ingest.types import BATCH_BYTES_MAX
from regulars.events.models import Event

pytestmark = pytest.mark.django_db

PATHS = ["identify", "track", "page", "screen", "group", "alias", "batch", "i", "t", "p", "s", "g", "a", "b"]
NAMES = [
    "type", "messageId", "userId", "anonymousId", "previousId", "groupId", "event", "name", "category",
    "timestamp", "originalTimestamp", "sentAt", "properties", "traits", "context", "batch", "integrations",
]  # fmt: skip
PROPERTIES = [
    "order_id", "cart_id", "refund_id", "currency", "total", "revenue", "subtotal", "shipping", "discount",
    "products", "product_id", "sku", "price", "quantity", "url", "image_url", "email", "name", "category",
]  # fmt: skip
EVENTS = [
    "Order Completed", "Order Updated", "Order Cancelled", "Order Refunded", "Product Added", "Cart Viewed",
    "Product Viewed", "Product List Viewed", "Checkout Started", "Table Booked", "order_completed",
]  # fmt: skip
WORDS = [
    "", "\x00", "K1", "a1", "2026-05-20T10:00:00Z", "1e999",
    "NaN", "-0", "null", "x" * 300, "😀", "RUB", "P1", "O1",
    "\u202e", "5", "0001-01-01T00:00:00+14:00",
]  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(WORDS),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 10**40, 0, -1, 10**15]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(PROPERTIES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
properties = st.dictionaries(st.sampled_from(PROPERTIES), values, max_size=6)
items = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(NAMES, values),
        "event": st.sampled_from(EVENTS) | values,
        "type": st.sampled_from(PATHS[:6]) | values,
        "userId": st.sampled_from(["K1", "K2"]) | scalars,
        "anonymousId": st.sampled_from(["a1", "a2"]) | scalars,
        "properties": properties | values,
        "traits": properties | values,
        "timestamp": st.sampled_from(["2026-05-20T10:00:00Z"]) | scalars,
    },
)
bodies = st.one_of(
    items,
    st.fixed_dictionaries({"batch": st.lists(items | values, max_size=5)}),
    values,
)


def sound(answer: Answer) -> None:
    """An answer as it is promised; 500 and 503 are none."""
    assert answer.status in (200, 400, 413)
    told = answer.json
    if answer.status == 200:
        assert told["taken"] + told["repeated"] + told["refused"] >= len(told["results"])
        assert all(r["status"] != "refused" or (r["code"] and r["detail"]) for r in told["results"])
    else:
        assert told["code"]
        assert told["detail"]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[bool, str]:
    """By whether it is a browser's; they may call as often as a quick machine can."""
    monkeypatch.setattr(django_settings, "API_LIMIT", 100_000_000)
    return {True: browser_key(), False: server_key()}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), body=bodies, browser=st.booleans())
def test_wrong_types_everywhere(keys: dict[bool, str], path: str, body: Any, browser: bool) -> None:
    sound(call(path, json.dumps(body).encode(), keys[browser]))


@pytest.mark.slow
@settings(
    max_examples=tries(1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(PATHS), body=bodies, browser=st.booleans())
def test_very_many_wrong_types(keys: dict[bool, str], path: str, body: Any, browser: bool) -> None:
    sound(call(path, json.dumps(body).encode(), keys[browser]))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200), encoding=st.sampled_from(["", "gzip"]))
def test_any_bytes(keys: dict[bool, str], path: str, body: bytes, encoding: str) -> None:
    sound(call(path, body, keys[False], HTTP_CONTENT_ENCODING=encoding))


def event(properties: bytes, name: bytes = b"E") -> bytes:
    return b'{"userId":"K1","event":"' + name + b'","properties":' + properties + b"}"


def priced(total: bytes) -> bytes:
    return event(b'{"order_id":1,"total":' + total + b"}", b"Order Completed")


RAW = {
    "a lone surrogate": rb'{"userId":"K1","event":"E \ud800","messageId":"m"}',
    "a lone surrogate in properties": event(rb'{"a":"\udfff"}'),
    "a lone surrogate in a name of a field": event(rb'{"\ud800":1}'),
    "NUL": event(rb'{"a\u0000":"\u0000","b":["\u0000"]}', rb"E\u0000"),
    "NUL in an id": rb'{"userId":"K\u00001","event":"E"}',
    "NUL in traits": rb'{"userId":"K1","event":"E","traits":{"a\u0000":"\u0000","email":"\u0000","b":[""]}}',
    "the same field twice": b'{"userId":"K1","userId":"K2","event":"E","properties":{"a":1,"a":2}}',
    "a huge number": event(b'{"a":' + b"9" * 4000 + b"}"),
    "a huge exponent": event(b'{"a":1e999999999}'),
    "a huge price": priced(b"1e999999999"),
    "a tiny price": priced(b"1e-999999999"),
    "a price of many digits": priced(b"0." + b"1" * 9000),
    "deep": event(b'{"a":' * 5000 + b"1" + b"}" * 5000),
    "deep lists": event(b'{"a":' + b"[" * 9000 + b"]" * 9000 + b"}"),
    "deep, and not closed": b"[" * 32_000,
    "not UTF-8": b'{"userId":"K1","event":"\xff\xfe"}',
    "UTF-16": '{"userId":"K1","event":"E"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + event(b"{}"),
    "NaN": event(b'{"a":NaN}'),
    "two documents": event(b"{}") * 2,
    "an empty object": b"{}",
    "a text": b'"x"',
    "many fields": event(json.dumps({f"k{n}": n for n in range(2500)}).encode()),
}


@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("path", ["track", "identify", "batch"])
def test_hostile_bodies(name: str, path: str) -> None:
    body = RAW[name]
    if path == "batch":
        body = b'{"batch":[' + body.removeprefix(b"\xef\xbb\xbf") + b"]}"
    sound(call(path, body, server_key()))


@pytest.mark.parametrize("name", ["a lone surrogate", "a huge number", "deep", "NUL"])
def test_a_hostile_item_does_not_touch_its_neighbours(name: str) -> None:
    neighbours = [json.dumps(track("Table Booked")).encode() for _ in range(2)]
    body = b'{"batch":[' + b",".join([neighbours[0], RAW[name], neighbours[1]]) + b"]}"
    answer = call("batch", body, server_key())
    sound(answer)
    if answer.status == 200:
        assert Event.objects.filter(name="table_booked").count() == 2
    else:  # the body as a whole is no JSON that could be taken apart
        assert name in ("deep", "a lone surrogate")
        assert not Event.objects.exists()


def test_bombs_in_gzip_are_not_unpacked() -> None:
    bomb = gzip.compress(b'{"batch":[' + b" " * 50_000_000)
    assert len(bomb) < BATCH_BYTES_MAX
    assert call("batch", bomb, server_key(), HTTP_CONTENT_ENCODING="gzip").status == 413


def test_a_wrong_length_is_no_harm() -> None:
    for length in ("", "-1", "x", "1" * 30):
        assert call("track", track("Table Booked"), server_key(), CONTENT_LENGTH=length).status == 200
    assert call("track", track("Table Booked"), server_key(), CONTENT_LENGTH="99999999").status == 413


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Bearer", "Bearer \x00", "x" * 9000, "Basic " + "A" * 9000]
)
def test_any_authorization(header: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert call("track", track("Table Booked"), HTTP_AUTHORIZATION=header).status == 401
    assert not caplog.records
