from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.customers.rules import NAME_CHARACTERS_MAX, fold, merged, normalise, words
from regulars.customers.types import IdentityType, NewProfile


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Фёдор  СЕМЁНОВ ", "федор семенов"),
        ("ФЁДОР", "федор"),
        ("Fëdor", "fëdor"),
        ("Straße", "strasse"),
        ("①\u00a0ﬁn", "1 fin"),
        ("\tАнна\nИванова", "анна иванова"),
        ("", ""),
    ],
)
def test_fold(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_of_a_huge_name_only_the_beginning_is_compared() -> None:
    assert fold("Ё" * 1000) == "е" * NAME_CHARACTERS_MAX
    assert len(words("а б " * 1000)) <= NAME_CHARACTERS_MAX


@settings(deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing_and_forgets_composition(name: str) -> None:
    once = fold(name)
    assert "ё" not in once
    assert fold(unicodedata.normalize("NFD", name)) == fold(unicodedata.normalize("NFC", name))
    assert once == once.strip()


@pytest.mark.parametrize(
    ("name", "found"),
    [("О’Нил, Пётр-Ян", "о нил петр ян"), ("«Ёлка» (кафе)", "елка кафе"), ("a_b", "a b"), ("—", "")],
)
def test_words(name: str, found: str) -> None:
    assert words(name) == found


@pytest.mark.parametrize(
    ("type_", "value", "stored"),
    [
        (IdentityType.EMAIL, " Anna.Petrova@Shop.Example ", "anna.petrova@shop.example"),
        (IdentityType.EMAIL, "ёлка@почта.рф", "ёлка@почта.рф"),
        (IdentityType.PHONE, "+7 (916) 123-45-67", "+79161234567"),
        # As it is dialled within Russia; with a plus it is the code of another country.
        (IdentityType.PHONE, "8 (916) 123-45-67", "+79161234567"),
        (IdentityType.PHONE, "84951234567", "+74951234567"),
        (IdentityType.PHONE, "+84 95 123 4567", "+84951234567"),
        (IdentityType.PHONE, "8 916 1", "+89161"),
        (IdentityType.PHONE, "нет", ""),
        (IdentityType.PHONE, "1" * 400, ""),
        (IdentityType.EMAIL, "a" * 400 + "@b.c", ""),
        (IdentityType.EMAIL, "  ", ""),
    ],
)
def test_identities(type_: IdentityType, value: str, stored: str) -> None:
    assert normalise(type_, value) == stored


def test_rows_of_one_customer_taken_together() -> None:
    first, later = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    mail, phone = (IdentityType.EMAIL, "a@b.c"), (IdentityType.PHONE, "+7")
    named = NewProfile(source="s", external_id="1", name="Анна", created_at=later, identities=(mail,))
    bare = NewProfile(source="s", external_id="1", created_at=first, identities=(phone, mail))
    both = merged(named, bare)
    assert (both.name, both.created_at, both.identities) == ("Анна", first, (mail, phone))
    renamed = NewProfile(source="s", external_id="1", name="Анна П.")
    assert merged(named, renamed).name == "Анна П."
    assert merged(named, renamed).created_at == later
    assert merged(renamed, renamed).created_at is None
