"""What words mean, and which of several holds."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.rules import attributes as rules
from regulars.customers.rules.attributes import Wanted, Word, derive
from regulars.kit.attributes import Kind

ZONES = {"europe/moscow": "Europe/Moscow"}
CITY = Wanted(key="city", kind=Kind.TEXT, traits=("city", "address_city"), read=rules.text)
SIZE = Wanted(key="size", kind=Kind.NUMBER, traits=("size",), read=rules.number)


@pytest.mark.parametrize(
    ("read", "told", "meant"),
    [
        (rules.number, "1 234,50", 1234.5),
        (rules.number, 7, 7),
        (rules.number, "1e3", 1000),
        (rules.number, True, None),
        (rules.number, "nan", None),
        (rules.number, "9" * 40, None),
        (rules.yes_no, 1, True),
        (rules.yes_no, " Нет ", False),
        (rules.yes_no, "may be", None),
        (rules.day, "2000-02-29T23:59:59+03:00", "2000-02-29"),
        (rules.day, "1.3.2000", "2000-03-01"),
        (rules.day, "2001-02-29", None),
        (rules.day, "02/03/2000", None),
        (rules.day, "0001-01-01", None),
        (rules.day, 20000229, None),
        (rules.gender, "МУЖ", "male"),
        (rules.gender, "unknown", None),
        (rules.language, "en_GB", "en"),
        (rules.language, "русский", None),
        (rules.channel, "data", None),
        (rules.hour, "18:30", 18),
        (rules.hour, 24, None),
        (rules.text, ["a", " b "], "a, b"),
        (rules.text, True, None),
        (rules.zone_reader(ZONES), "Europe/Moscow", "Europe/Moscow"),
        (rules.zone_reader(ZONES), "MSK", None),
        (rules.reader(Kind.CHOICE, ("Ёлка",)), "елка", "Ёлка"),
    ],
)
def test_a_word_means(read: rules.Read, told: Any, meant: object) -> None:
    assert read(told) == meant


@pytest.mark.parametrize(
    ("trait", "taken", "key"),
    [
        ("shoeSize", (), "shoe_size"),
        ("Размер обуви", (), "razmer_obuvi"),
        ("Щётка-ёж", (), "schetka_ezh"),
        ("42", (), "trait_42"),
        ("尺码", (), "trait"),
        ("tea", ("tea",), "tea_2"),
        ("City", (), "city_2"),
        ("a" * 90, (), "a" * 50),
    ],
)
def test_a_key_is_made_of_a_name(trait: str, taken: tuple[str, ...], key: str) -> None:
    assert rules.key_of(trait, taken) == key


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False], Kind.YES_NO),
        (["да", "нет"], Kind.YES_NO),
        ([0, 1], Kind.NUMBER),
        (["38", "39,5"], Kind.NUMBER),
        (["2020-01-01"], Kind.DAY),
        (["2020-01-01", "?"], Kind.TEXT),
        ([], Kind.TEXT),
        ([["a"]], Kind.TEXT),
    ],
)
def test_the_kind_is_guessed(values: list[Any], kind: Kind) -> None:
    assert rules.guess(values) is kind


WORDS = st.builds(
    Word,
    profile_id=st.integers(1, 3),
    verified=st.booleans(),
    name=st.sampled_from(["city", "City", "address_city", "size"]),
    value=st.sampled_from(["1", "2", "x", None, ""]),
    as_of=st.integers(1, 3),
)


@given(st.lists(WORDS, max_size=4, unique_by=lambda word: (word.profile_id, word.verified, word.name)))
def test_what_holds_does_not_hang_on_the_order_of_sources(words: list[Word]) -> None:
    # Two names that are one for us, of one profile, kind and moment, are told apart by nothing.
    words = list({(w.profile_id, w.verified, w.name.lower(), w.as_of): w for w in words}.values())
    outcomes = [derive(order, [CITY, SIZE]) for order in permutations(words)]
    assert all((one.values, one.misfits) == (outcomes[0].values, outcomes[0].misfits) for one in outcomes)
    for key, value in outcomes[0].values.items():
        assert any(word.value is not None and str(word.value) == str(value) for word in words), key


def test_verified_first_then_the_newest_then_the_trait_that_counts_more() -> None:
    def say(name: str, value: str | None, at: int, verified: bool = True, profile: int = 1) -> Word:
        return Word(profile, verified, name, value, at)

    assert derive([say("city", "A", 1), say("city", "B", 9, verified=False)], [CITY]).values == {"city": "A"}
    assert derive([say("city", "A", 1), say("address_city", "B", 2)], [CITY]).values == {"city": "B"}
    assert derive([say("city", "A", 1), say("address_city", "B", 1)], [CITY]).values == {"city": "A"}
    assert derive([say("city", None, 2), say("address_city", "B", 1)], [CITY]).values == {"city": "B"}
    assert derive([say("city", "A", 1, profile=1), say("city", None, 2, profile=2)], [CITY]).values == {}
    found = derive([say("size", "x", 2), say("size", "7", 1, profile=2)], [SIZE])
    assert (found.values, found.misfits) == ({"size": 7}, ("size",))
