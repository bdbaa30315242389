from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.models import Traits as Row
from regulars.customers.rules import KeptTraits, merge_traits
from regulars.customers.types import NewTraits, RefusedTrait, SetTraits, Traits
from regulars.events.models import Event

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    return NOW - timedelta(days=100 - number)


def somebody(*ids: str) -> list[int]:
    keys = [("shop", id_) for id_ in ids]
    found = services.find_or_create_profiles(keys=keys, now=NOW)
    return [found[key] for key in keys]


def told(profile_id: int, at: int, verified: bool = True, **values: Any) -> NewTraits:
    return NewTraits(profile_id=profile_id, values=values, verified=verified, as_of=day(at))


def keep(*traits: NewTraits) -> SetTraits:
    return services.set_traits(traits=traits, now=NOW)


@pytest.mark.django_db
def test_traits_are_kept_by_who_said_them() -> None:
    (anna, boris) = somebody("1", "2")
    done = keep(
        told(anna, 1, plan="pro", sizes=[38, 39], vip=True),
        told(anna, 1, verified=False, plan="free"),
        told(boris, 1, verified=False, city="Тверь"),
    )
    assert done == SetTraits({anna: ("plan", "sizes", "vip"), boris: ("city",)})
    assert queries.traits_of([anna, boris]) == {
        anna: Traits({"plan": "pro", "sizes": [38, 39], "vip": True}, {"plan": "free"}),
        boris: Traits({}, {"city": "Тверь"}),
    }


@pytest.mark.django_db
def test_an_older_word_never_replaces_a_newer_one_and_the_same_again_counts() -> None:
    (anna,) = somebody("1")
    keep(told(anna, 5, plan="pro", city="Тверь"))
    assert keep(told(anna, 3, plan="free", city="Псков", height=170)).changed == {anna: ("height",)}
    assert keep(told(anna, 9, plan="pro")).changed == {}
    assert keep(told(anna, 7, plan="free")).changed == {}
    assert queries.traits_of([anna])[anna].verified == {"plan": "pro", "city": "Тверь", "height": 170}


@pytest.mark.django_db
def test_none_removes_and_what_was_said_before_does_not_bring_it_back() -> None:
    (anna,) = somebody("1")
    keep(told(anna, 1, plan="pro", city="Тверь"))
    assert keep(told(anna, 5, plan=None)).changed == {anna: ("plan",)}
    assert keep(told(anna, 3, plan="free"), told(anna, 2, height=None)).changed == {}
    assert queries.traits_of([anna])[anna].verified == {"city": "Тверь"}
    assert keep(told(anna, 6, plan="free")).changed == {anna: ("plan",)}


@pytest.mark.django_db
def test_a_clock_that_is_ahead_holds_nothing_back() -> None:
    (anna,) = somebody("1")
    keep(told(anna, 9_999, plan="pro"))
    assert keep(told(anna, 100, plan="free")).changed == {anna: ("plan",)}


@pytest.mark.django_db
def test_a_change_is_an_event_without_the_values_and_a_mark() -> None:
    (anna,) = somebody("1")
    Event.objects.all().delete()
    keep(told(anna, 1, plan="secret"), told(anna, 2, city="Тверь"))
    keep(told(anna, 3, plan="secret"))
    keep(told(anna, 4, plan="open"))
    events = Event.objects.order_by("id").values_list("name", "profile_id", "properties")
    assert list(events) == [
        ("traits_changed", anna, {"names": ["city", "plan"], "verified": True}),
        ("traits_changed", anna, {"names": ["plan"], "verified": True}),
    ]


@pytest.mark.django_db
def test_what_cannot_be_kept_is_refused_by_itself() -> None:
    (anna,) = somebody("1")
    bad: dict[str, tuple[Any, str]] = {
        "nan": (math.nan, "bad_value"),
        "text": ("x" * 1_001, "too_long"),
        "list": ([1] * 51, "too_long"),
        "tree": ({"a": 1}, "bad_value"),
        "deep": ([[1]], "bad_value"),
        "zero": ("a\x00b", "bad_value"),
        "half": ("\ud800", "bad_value"),
        "huge": (10**18, "too_long"),
        " padded": (1, "bad_name"),
        "line\nbreak": (1, "bad_name"),
        "": (1, "bad_name"),
        "x" * 65: (1, "too_long"),
    }
    values = {name: value for name, (value, _) in bad.items()}
    done = keep(told(anna, 1, plan="pro"), told(anna, 1, **values, good=1))
    assert {(refused.place, refused.name, refused.reason) for refused in done.refused} == {
        (1, name, reason) for name, (_, reason) in bad.items()
    }
    assert done.changed == {anna: ("plan", "good")}


@pytest.mark.django_db
def test_there_is_room_for_so_many_and_removed_ones_make_room() -> None:
    (anna,) = somebody("1")
    many = {f"t{n}": n for n in range(50)}
    keep(told(anna, 1, verified=False, **many))
    assert keep(told(anna, 2, verified=False, one_more=1, t0=5)) == SetTraits(
        {anna: ("t0",)}, (RefusedTrait(0, "one_more", "too_many"),)
    )
    keep(told(anna, 3, verified=False, t1=None))
    assert keep(told(anna, 4, verified=False, one_more=1)).changed == {anna: ("one_more",)}
    # Verified ones have room of their own, counted in bytes too.
    done = keep(told(anna, 4, **{f"text{n}": "я" * 1_000 for n in range(17)}))
    assert [(refused.name, refused.reason) for refused in done.refused] == [("text16", "too_big")]


@pytest.mark.django_db
def test_profiles_that_are_not_there_and_empty_batches_are_passed_over() -> None:
    assert keep(told(999_999, 1, plan="pro")) == keep() == SetTraits()
    (anna,) = somebody("1")
    assert keep(told(anna, 1)) == SetTraits()
    assert not Row.objects.exists()
    with pytest.raises(ValueError, match="batch"):
        keep(*[told(anna, 1)] * (services.PROFILES_MAX + 1))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_nothing() -> None:
    ids = somebody(*map(str, range(20)))

    def one(number: int) -> SetTraits:
        mine = [told(id_, number, last=number, **{f"by{number}": number}) for id_ in ids]
        return keep(*(mine if number % 2 else mine[::-1]))

    results = together([partial(one, number) for number in range(6)])
    assert [r for r in results if not isinstance(r, SetTraits)] == []
    expected = {"last": 5} | {f"by{number}": number for number in range(6)}
    assert all(traits.verified == expected for traits in queries.traits_of(ids).values())
    assert Event.objects.filter(name="traits_changed").count() == 6 * 20


_WORDS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.one_of(st.none(), st.integers(-2, 2), st.text("xy", max_size=2), st.booleans()),
    ),
    min_size=1,
    max_size=5,
)


def _of_the_last(words: Iterable[tuple[int, tuple[str, Any]]]) -> dict[str, Any]:
    """What holds in the end, told without looking at the rule: the newest word on each trait."""
    newest: dict[str, tuple[int, Any]] = {}
    for moment, (name, value) in words:
        newest[name] = max(newest.get(name, (-1, None)), (moment, value), key=lambda pair: pair[0])
    return {name: value for name, (_, value) in newest.items() if value is not None}


@settings(max_examples=150, deadline=None)
@given(_WORDS, st.data())
def test_the_order_of_arrival_does_not_matter(words: list[tuple[str, Any]], data: st.DataObject) -> None:
    in_time = list(enumerate(words))
    expected = _of_the_last(in_time)
    for arrival in [data.draw(st.permutations(in_time)), *list(permutations(in_time))[:20]]:
        kept = KeptTraits()
        for moment, (name, value) in [*arrival, *arrival[:2]]:  # the first ones are told again
            kept = merge_traits(kept, {name: value}, as_of=day(moment), verified=True).kept
        assert [*sorted(kept.values.items(), key=str)] == [*sorted(expected.items(), key=str)]
        assert {k: type(v) for k, v in kept.values.items()} == {k: type(v) for k, v in expected.items()}
