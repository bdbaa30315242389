from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from tests.together import together

from regulars.customers import queries, registry, services
from regulars.customers.errors import CannotUnmerge
from regulars.customers.models import Person, Profile
from regulars.customers.registry import Moved
from regulars.customers.types import ANONYMOUS, SHOP, IdentityType, NewProfile, Obstacle
from regulars.events import queries as marks
from regulars.events import services as event_services
from regulars.events.models import Event
from regulars.events.types import WHOLE

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
COLLEAGUE = 7


def customers(*ids: str, source: str = SHOP) -> list[int]:
    """Persons of new customers."""
    services.upsert_profiles(
        profiles=[
            NewProfile(source=source, external_id=id_, created_at=NOW + timedelta(minutes=place))
            for place, id_ in enumerate(ids)
        ],
        now=NOW,
    )
    return [whose(id_) for id_ in ids]


def whose(external_id: str) -> int:
    return Profile.objects.get(external_id=external_id).person_id


def profiles(*ids: str) -> list[int]:
    return [Profile.objects.get(external_id=id_).pk for id_ in ids]


def merge(*pairs: tuple[int, int], user_id: int | None = COLLEAGUE) -> list[int]:
    return services.merge(pairs=pairs, now=NOW, user_id=user_id)


def undo(merge_id: int) -> int:
    return services.unmerge(merge_id=merge_id, now=LATER, user_id=COLLEAGUE)


def groups() -> set[frozenset[str]]:
    """Who is one, by the shop's ids; and that no person is without a profile, or the other way round."""
    found: dict[int, set[str]] = {}
    for person, external_id in Profile.objects.values_list("person_id", "external_id"):
        found.setdefault(person, set()).add(external_id)
    assert set(found) == set(Person.objects.values_list("id", flat=True))
    return {frozenset(group) for group in found.values()}


def one(*ids: str) -> frozenset[str]:
    return frozenset(ids)


@pytest.mark.django_db
def test_two_become_one_and_two_again() -> None:
    anna, nura = customers("anna", "nura")
    mine, hers = profiles("anna", "nura")
    event_services.forget_touched(
        months=[m[0] for m in marks.touched_months(99)], profiles=[m[0] for m in marks.touched_profiles(99)]
    )
    (merge_id,) = merge((anna, nura))
    assert groups() == {one("anna", "nura")}
    assert whose("nura") == anna
    assert {profile for _, profile in marks.touched_profiles(99)} == {mine, hers}
    assert [(table, month) for _, table, month in marks.touched_months(99)] == [("profiles", WHOLE)]
    event = Event.objects.get(name="customers_merged")
    assert (event.profile_id, event.backfill) == (mine, False)
    assert event.properties == {"merge_id": merge_id, "kept": anna, "gone": nura}
    assert undo(merge_id) == nura
    assert groups() == {one("anna"), one("nura")}
    assert (whose("anna"), whose("nura")) == (anna, nura)
    told = Event.objects.filter(name="customers_unmerged").order_by("profile_id")
    assert [event.profile_id for event in told] == [mine, hers]
    row = queries.merge_row(merge_id)
    assert row is not None
    assert (row.by_id, row.undone_by, row.undone_at, row.because) == (COLLEAGUE, COLLEAGUE, LATER, ())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "b"), ("b", "c"), ("c", "d")],
        [("c", "d"), ("b", "c"), ("a", "b")],
        [("a", "b"), ("a", "c"), ("a", "d")],
        [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")],
        [("a", "d"), ("b", "d"), ("c", "d"), ("a", "a")],
    ],
)
def test_chains_and_circles_in_one_batch_become_one(pairs: list[tuple[str, str]]) -> None:
    of = dict(zip("abcd", customers(*"abcd"), strict=True))
    done = merge(*((of[kept], of[gone]) for kept, gone in pairs))
    assert groups() == {one(*"abcd")}
    assert len(done) == 3
    assert whose("d") == of["a"]
    for merge_id in done:
        undo(merge_id)
    assert {id_: whose(id_) for id_ in "abcd"} == of


@pytest.mark.django_db
def test_who_is_not_there_is_passed_over() -> None:
    anna, nura, vera = customers("anna", "nura", "vera")
    merge((anna, nura))
    assert merge((anna, nura), (nura, vera), (anna, anna)) == []
    assert groups() == {one("anna", "nura"), one("vera")}


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["first to last", "last to first"])
def test_merges_of_merges_are_undone_in_any_order(order: str) -> None:
    a, b, c = customers("a", "b", "c")
    first, second = merge((b, c)) + merge((a, b))
    assert groups() == {one("a", "b", "c")}
    if order == "last to first":
        assert undo(second) == b
        assert groups() == {one("a"), one("b", "c")}
        assert undo(first) == c
    else:
        assert undo(first) == c
        assert groups() == {one("a", "b"), one("c")}
        assert undo(second) == b
    assert [whose(id_) for id_ in "abc"] == [a, b, c]


@pytest.mark.django_db
def test_what_came_later_stays_with_the_one_who_was_kept() -> None:
    a, b, c = customers("a", "b", "c")
    (first,) = merge((a, b))
    merge((a, c))
    undo(first)
    assert groups() == {one("a", "c"), one("b")}


@pytest.mark.django_db
def test_who_left_and_came_back_otherwise_stays() -> None:
    a, b, c = customers("a", "b", "c")
    (inner,) = merge((b, c))
    (outer,) = merge((a, b))
    undo(inner)
    merge((a, c))
    undo(outer)
    assert groups() == {one("a", "c"), one("b")}


@pytest.mark.django_db
def test_a_merge_is_undone_once_and_only_where_both_would_be_left() -> None:
    a, b = customers("a", "b")
    (merge_id,) = merge((a, b))
    undo(merge_id)
    for wrong, obstacle in ((merge_id, Obstacle.UNDONE), (0, Obstacle.UNKNOWN)):
        with pytest.raises(CannotUnmerge) as refused:
            undo(wrong)
        assert refused.value.code == obstacle.value
    (again,) = merge((a, b))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_profile WHERE external_id = 'a'")
    with pytest.raises(CannotUnmerge) as refused:
        undo(again)
    assert refused.value.code == Obstacle.NOBODY_LEFT.value
    customers("z")
    (third,) = merge((a, whose("z")))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_profile WHERE external_id = 'z'")
    with pytest.raises(CannotUnmerge) as refused:
        undo(third)
    assert refused.value.code == Obstacle.NOTHING_LEFT.value


@pytest.mark.django_db
def test_of_whom_nothing_is_left_nobody_is_separated() -> None:
    a, b = customers("a", "b")
    (merge_id,) = merge((a, b))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_profile; DELETE FROM customers_person")
    with pytest.raises(CannotUnmerge) as refused:
        undo(merge_id)
    assert refused.value.code == Obstacle.NOTHING_LEFT.value


@pytest.mark.django_db(transaction=True)
def test_two_who_do_the_same_at_once_do_it_once() -> None:
    a, b = customers("a", "b")
    done = together([partial(merge, (a, b)), partial(merge, (a, b)), partial(merge, (b, a))])
    (merge_id,) = [id_ for ids in done for id_ in ids]  # type: ignore[union-attr]
    undone = together([partial(undo, merge_id)] * 3)
    refused = [result for result in undone if isinstance(result, CannotUnmerge)]
    assert [refusal.code for refusal in refused] == [Obstacle.UNDONE.value] * 2
    assert groups() == {one("a"), one("b")}


@pytest.mark.django_db
def test_since_when_they_are_known_and_who_looks_after_them_comes_along_and_goes_back() -> None:
    a, b = customers("a", "b")
    Person.objects.filter(pk=b).update(manager_id=3)
    (device,) = customers("cookie", source=ANONYMOUS)
    assert not Person.objects.get(pk=device).known
    (merge_id,) = merge((b, a))
    kept = Person.objects.get(pk=b)
    assert (kept.created_at, kept.manager_id) == (NOW, 3)
    undo(merge_id)
    assert [p.manager_id for p in (Person.objects.get(pk=a), Person.objects.get(pk=b))] == [None, 3]
    assert Person.objects.get(pk=b).created_at == NOW + timedelta(minutes=1)
    (other,) = merge((a, b))
    assert Person.objects.get(pk=a).manager_id == 3
    undo(other)
    assert [p.manager_id for p in (Person.objects.get(pk=a), Person.objects.get(pk=b))] == [None, 3]
    (with_device,) = merge((device, a))
    assert Person.objects.get(pk=device).known
    undo(with_device)
    assert not Person.objects.get(pk=device).known


@pytest.mark.django_db
def test_what_is_kept_per_person_is_rebuilt_in_the_same_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, list[Moved]]] = []
    steps = {name: lambda moved, now, name=name: seen.append((name, list(moved))) for name in ("low", "high")}
    monkeypatch.setattr(registry, "_steps", steps)
    a, b, c = customers("a", "b", "c")
    mine, hers, theirs = profiles("a", "b", "c")
    first, second = merge((a, b), (b, c))
    moved = [Moved(b, a, (hers,), merged=True), Moved(c, a, (theirs,), merged=True)]
    assert seen == [("low", moved), ("high", moved)]
    seen.clear()
    undo(second)
    assert seen == [(name, [Moved(a, c, (theirs,), merged=False)]) for name in ("low", "high")]
    assert first
    assert mine


@pytest.mark.django_db
def test_an_old_address_leads_to_who_they_are_now() -> None:
    a, b, c, d = customers("a", "b", "c", "d")
    merge((b, c))
    (last,) = merge((a, b))
    assert queries.persons_of_merged([a, b, c, d, 0]) == {a: a, b: a, c: a, d: d}
    undo(last)
    assert queries.person_of_merged(c) == b
    assert queries.person_of_merged(10**9) is None


@pytest.mark.django_db
def test_the_merges_of_a_person_and_of_all() -> None:
    a, b, c, d, e = customers(*"abcde")
    inner, outer, other = merge((b, c)) + merge((a, b)) + merge((d, e))
    assert [row.id for row in queries.merges_of(a)] == [outer, inner]
    assert [row.id for row in queries.merges_of(d)] == [other]
    assert [row.id for row in queries.merges_page(limit=2)] == [other, outer]
    assert [row.id for row in queries.merges_page(after=outer, limit=2)] == [inner]
    assert {row.now_id for row in queries.merges_of(a)} == {a}
    undo(inner)
    assert [row.id for row in queries.merges_of(c)] == [inner]


@pytest.mark.django_db
def test_two_side_by_side() -> None:
    card = IdentityType.CARD
    services.upsert_profiles(
        profiles=[
            NewProfile(source=SHOP, external_id=id_, created_at=NOW + timedelta(days=days), identities=own)
            for id_, days, own in (
                ("a", 1, ((IdentityType.EMAIL, "x@y.ru"), (card, "1"))),
                ("b", 0, ((IdentityType.EMAIL, "X@Y.ru"), (card, "2"))),
            )
        ],
        now=NOW,
    )
    a, b = whose("a"), whose("b")
    found = queries.compare(a, b)
    assert found is not None
    assert found.shared == ((IdentityType.EMAIL, "x@y.ru"),)
    assert (found.differing, found.keep, found.told_apart) == ((card,), b, False)
    assert services.not_the_same(first=a, second=b, now=NOW, user_id=COLLEAGUE)
    again = queries.compare(b, a)
    assert again is not None
    assert again.told_apart
    assert services.perhaps_the_same(first=a, second=b)
    assert not services.perhaps_the_same(first=a, second=b)
    assert queries.compare(a, 0) is None
    assert not services.not_the_same(first=a, second=0, now=NOW, user_id=COLLEAGUE)
