"""What of the properties of an event may be stored."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.api.ingest import allowed, traits
from regulars.api.ingest.errors import Refused

PERSONAL = [
    "anna@example.com", "write to anna.kim+x@mail.example.ru, please", "to%3A+anna%40example.com",
    "+7 916 000-11-22", "8(916)000-11-22", "89160001122",
    "79160001122", "tel. +49 30 901820", "+442071838750",
    "4111 1111 1111 1111", "4111111111111111", "203.0.113.7", "2001:db8::7", "::ffff:203.0.113.7",
]  # fmt: skip
HARMLESS = [
    "gold", "Чай", "O-2026-000123", "4600000000017",
    "2026-05-20T10:00:00Z", "12:30:45", "100.50", "1234567890",
    "SKU 4111 1111", "1.2.3", "v10.2.0.1a", "mail", "@", "a@b", "", "7 days", "+5", "+15 %", "8 900 rubles",
    "550e8400-e29b-41d4-a716-446655440000", "4111 1111 1111 1112",
]  # fmt: skip


def stored(**told: Any) -> dict[str, Any]:
    return allowed.stored(told)[0]


@pytest.mark.parametrize("value", PERSONAL)
def test_what_looks_personal_is_left_out_wherever_it_stands(value: str) -> None:
    told = {"a": value, "b": {"c": [value, "x"]}, "d": 1}
    kept, dropped = allowed.stored(told)
    assert kept == {"b": {"c": ["x"]}, "d": 1}
    assert dropped == ["a"]


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_harmless_stays(value: str) -> None:
    assert stored(a=value) == {"a": value}


@pytest.mark.parametrize(
    "name",
    [
        "email", "Email", "eMail", "userEmail",
        "customer_email", "phone", "phoneNumber", "firstName", "LastName",
        "password", "newPassword", "accessToken", "ip",
        "ipAddress", "shippingAddress", "birthday", "passport",
        "телефон", "Фамилия", "адрес", "ИНН",
    ],
)  # fmt: skip
def test_fields_that_tell_who_somebody_is_are_left_out(name: str) -> None:
    kept, dropped = allowed.stored({name: "x", "plan": "gold"})
    assert (kept, dropped) == ({"plan": "gold"}, [name])


@pytest.mark.parametrize(
    "name", ["name", "product_name", "shipping", "description", "emailed", "zone", "price"]
)
def test_other_fields_stay(name: str) -> None:
    assert stored(**{name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://shop.example/a/b?email=x#y", "https://shop.example/a/b"),
        ("https://anna:secret@shop.example/a", "https://shop.example/a"),
        ("HTTP://shop.example?x", "HTTP://shop.example"),
        ("//cdn.example/x.png?1", "//cdn.example/x.png"),
        ("/basket?token=1", "/basket"),
        ("app://screen/cart?x=1", "app://screen/cart"),
        ("/a;jsessionid=1", "/a"),
    ],
)
def test_addresses_lose_their_query(told: str, kept: str) -> None:
    assert stored(a=told) == {"a": kept}


def test_sizes_are_limited() -> None:
    deep: Any = 1
    for _ in range(10):
        deep = {"a": deep}
    assert json.dumps(stored(a=deep)).count("{") <= allowed.DEPTH_MAX
    kept, dropped = allowed.stored({f"k{n}": n for n in range(150)})
    assert (len(kept), len(dropped)) == (allowed.FIELDS_MAX, 50)
    assert len(stored(a=list(range(1000)))["a"]) == allowed.LIST_MAX
    assert len(stored(a="x" * 5000)["a"]) == allowed.TEXT_CHARACTERS_MAX
    assert stored(a=10**30, b=2**63 - 1, **{"k" * 101: 1}) == {"b": 2**63 - 1}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), anything, max_size=6))
def test_whatever_comes_what_is_kept_fits_the_database_and_is_kept_again_unchanged(
    told: dict[str, Any],
) -> None:
    kept, _ = allowed.stored(told)
    text = json.dumps(kept)
    assert "\\u0000" not in text
    assert allowed.stored(kept)[0] == kept


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), anything, max_size=6), st.booleans())
def test_whatever_is_told_of_somebody_is_taken_apart(told: dict[str, Any], trusted: bool) -> None:
    found = traits.take_apart(told, trusted=trusted)
    if not trusted:
        assert not found.contacts
        assert not found.name


@pytest.mark.parametrize("text", ["a@" * 500, "+1" * 500, "8 " * 500, "1 " * 500, ":" * 1000, "%40a" * 250])
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.perf_counter()
    for _ in range(100):
        allowed.looks_personal(text)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "raw", [b"5", b'"x"', b"[1]", b"true", b'{"a": 1e999}', b'{"a": "\\ud800"}', b"{" * 9]
)
def test_properties_that_are_no_object_are_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        allowed.read_object(msgspec.Raw(raw), "properties")
