"""Segments whose people somebody chose."""

from __future__ import annotations

import pytest
from tests.segments.shops import NOW, after, keep_up, made, members, newcomers, told

from regulars.customers import services as people
from regulars.customers.types import SHOP, IdentityType, NewProfile
from regulars.segments import queries, services
from regulars.segments.errors import NoSuchSegment, NotByHand
from regulars.segments.services import statics
from regulars.segments.types import EVERYBODY, InSegment, Kind, Not, State

pytestmark = pytest.mark.django_db


def _with(**identities: str) -> int:
    number = len(identities) + sum(len(value) for value in identities.values())
    key = (SHOP, f"with{number}{'-'.join(identities.values())}")
    people.upsert_profiles(
        profiles=[
            NewProfile(
                source=key[0],
                external_id=key[1],
                identities=tuple((IdentityType(t), value) for t, value in identities.items()),
            )
        ],
        now=NOW,
    )
    from regulars.customers import queries as customers

    found = customers.profile(*key)
    assert found is not None
    return found.person_id


def test_people_are_found_by_whatever_names_them() -> None:
    anna, boris, _vera = newcomers(3)
    dora = _with(email="Dora@Example.com")
    egor = _with(phone="+7 912 345-67-89")
    made_ = services.make_static(
        name="From a file",
        references=[
            "c0",
            " c1 ",
            "dora@example.com",
            "8 (912) 345-67-89",
            "nobody",
            "x@example.com",
            "c0",
            "nobody",
        ],
        now=NOW,
    )
    assert made_.found == 4
    assert made_.unknown == ("nobody", "x@example.com")
    assert members(made_.segment_id) == sorted([anna, boris, dora, egor])
    row = queries.segment(made_.segment_id)
    assert row is not None
    assert (row.kind, row.state, row.members, row.condition) == (Kind.STATIC, State.READY, 4, None)
    assert told() == []


def test_many_are_written_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statics, "MEMBERS_BATCH", 3)
    persons = newcomers(8)
    made_ = services.make_static(name="All", person_ids=[*persons, 999_999_999], now=NOW)
    assert (made_.found, members(made_.segment_id)) == (8, persons)
    by_id = services.make_static(name="Again", references=[f"c{n}" for n in range(8)], now=NOW)
    assert members(by_id.segment_id) == persons


def test_an_address_of_many_is_nobodys_own() -> None:
    keys = [(SHOP, f"s{n}") for n in range(6)]
    people.upsert_profiles(
        profiles=[
            NewProfile(source=s, external_id=i, identities=((IdentityType.EMAIL, "all@example.com"),))
            for s, i in keys
        ],
        now=NOW,
    )
    made_ = services.make_static(name="All", references=["all@example.com"], now=NOW)
    assert (made_.found, made_.unknown) == (0, ("all@example.com",))


def test_people_are_put_in_and_taken_out_and_that_is_told() -> None:
    anna, boris = newcomers(2)
    segment = services.make_static(name="VIP", person_ids=[anna], now=NOW).segment_id
    outer = made(Not(of=InSegment(segment=segment)))
    assert services.add_members(segment_id=segment, person_ids=[anna, boris, boris], now=after(hours=1)) == 1
    assert (members(segment), members(outer)) == ([anna, boris], [])
    assert services.remove_members(segment_id=segment, person_ids=[anna], now=after(hours=2)) == 1
    assert (members(segment), members(outer)) == ([boris], [anna])
    assert told() == [
        ("segment_entered", segment, False),
        ("segment_left", outer, False),
        ("segment_left", segment, False),
        ("segment_entered", outer, False),
    ]
    (day,) = queries.days(segment, first=NOW.date(), last=NOW.date())
    assert (day.members, day.entered, day.left) == (1, 1, 1)


def test_only_those_of_a_static_one_are_chosen_by_hand() -> None:
    live = made(EVERYBODY)
    with pytest.raises(NotByHand):
        services.add_members(segment_id=live, person_ids=[1], now=NOW)
    with pytest.raises(NoSuchSegment):
        services.remove_members(segment_id=0, person_ids=[1], now=NOW)


def test_those_put_away_come_back_as_they_were() -> None:
    (anna,) = newcomers(1)
    segment = services.make_static(name="VIP", person_ids=[anna], now=NOW).segment_id
    services.archive(segment_id=segment, now=NOW)
    assert queries.segments_of(anna) == []
    services.restore(segment_id=segment, now=NOW)
    assert members(segment) == [anna]
    assert queries.segment(segment).state == State.READY


def test_freezing_a_static_one_copies_it() -> None:
    anna, boris = newcomers(2)
    segment = services.make_static(name="VIP", person_ids=[anna], now=NOW).segment_id
    frozen = services.freeze(segment_id=segment, name="VIP of March", now=NOW)
    services.build(segment_id=frozen, now=NOW)
    services.add_members(segment_id=segment, person_ids=[boris], now=NOW)
    keep_up()
    assert (members(segment), members(frozen)) == ([anna, boris], [anna])
