"""Memberships go with the profiles when persons become one, and come back when they are two again."""

from __future__ import annotations

import pytest
from tests.segments.shops import (
    NOW,
    VISITED,
    VISITORS,
    keep_up,
    made,
    members,
    newcomers,
    told,
    visit,
)

from regulars.customers import services as people
from regulars.segments import queries, services
from regulars.segments.services import building
from regulars.segments.types import Did

pytestmark = pytest.mark.django_db
TWICE = Did(event=VISITED.name, at_least=2)
ONCE = Did(event=VISITED.name, at_least=1, at_most=1)


def merged(kept: int, gone: int) -> int:
    (number,) = people.merge(pairs=[(kept, gone)], now=NOW)
    return number


def test_what_both_did_counts_for_the_one() -> None:
    anna, anya = newcomers(2)
    visit([anna, anya])
    once, twice, visitors = made(ONCE, "Once"), made(TWICE, "Twice"), made(VISITORS)
    keep_up()
    number = merged(anna, anya)
    assert members(visitors) == [anna]
    keep_up()
    assert (members(once), members(twice), members(visitors)) == ([], [anna], [anna])
    assert sorted(told()) == [("segment_entered", twice, False), ("segment_left", once, False)]
    assert [queries.segment(one).members for one in (once, twice, visitors)] == [0, 1, 1]
    people.unmerge(merge_id=number, now=NOW, user_id=None)
    keep_up()
    assert (members(once), members(twice), members(visitors)) == ([anna, anya], [], [anna, anya])
    assert [queries.segment(one).members for one in (once, twice, visitors)] == [2, 0, 2]


def test_who_was_in_does_not_enter_again_by_being_merged() -> None:
    anna, anya = newcomers(2)
    visit([anya])
    visitors = made(VISITORS)
    keep_up()
    since = queries.members_page(visitors, limit=1)[0].since
    merged(anna, anya)
    keep_up()
    (member,) = queries.members_page(visitors, limit=2)
    assert (member.person_id, member.since) == (anna, since)
    assert told() == []


def test_a_static_segment_keeps_who_was_chosen_and_gives_them_back() -> None:
    anna, anya, boris = newcomers(3)
    only_gone = services.make_static(name="Gone", person_ids=[anya], now=NOW).segment_id
    both = services.make_static(name="Both", person_ids=[anna, anya, boris], now=NOW).segment_id
    number = merged(anna, anya)
    assert (members(only_gone), members(both)) == ([anna], [anna, boris])
    assert queries.segment(both).members == 2
    people.unmerge(merge_id=number, now=NOW, user_id=None)
    assert (members(only_gone), members(both)) == ([anya], [anna, anya, boris])
    assert [queries.segment(one).members for one in (only_gone, both)] == [1, 3]


def test_three_become_one_at_once() -> None:
    anna, anya, ania = newcomers(3)
    vip = services.make_static(name="VIP", person_ids=[anya, ania], now=NOW).segment_id
    people.merge(pairs=[(anna, anya), (anna, ania)], now=NOW)
    assert members(vip) == [anna]
    assert queries.segment(vip).members == 1


def test_who_is_merged_while_a_segment_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """The building read two persons; when it writes one of them is no more."""
    anna, anya = newcomers(2)
    visit([anna, anya])
    keep_up()
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    read = building.differing

    def read_and_merged(*args, **kwargs):
        found = read(*args, **kwargs)
        merged(anna, anya)
        keep_up()
        return found

    monkeypatch.setattr(building, "differing", read_and_merged)
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == [anna]
    assert queries.segment(segment).members == 1
