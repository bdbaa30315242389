from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from random import Random
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.handlers import MERGE
from regulars.customers.models import Merge, Person, Profile
from regulars.customers.rules import DEFAULT_RULES
from regulars.customers.types import ANONYMOUS, SHOP, IdentityType, NewProfile
from regulars.events import registry as log
from regulars.events import services as events
from regulars.events.models import Event
from regulars.events.types import Batch, LoggedEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIL, PHONE, CARD, CRM = IdentityType.EMAIL, IdentityType.PHONE, IdentityType.CARD, IdentityType.CRM
COMMITTED = pytest.mark.django_db(transaction=True)

Own = tuple[IdentityType, str]


def told(external_id: str, *identities: Own, name: str = "", source: str = SHOP, days: int = 0) -> NewProfile:
    since = NOW + timedelta(days=days)
    return NewProfile(
        source=source, external_id=external_id, name=name, created_at=since, identities=identities
    )


def come(*profiles: NewProfile, backfill: bool = False) -> None:
    services.upsert_profiles(profiles=profiles, now=NOW, backfill=backfill)


def drain() -> None:
    """As the worker would, of all there is in the log, in this transaction."""
    rows = Event.objects.filter(name__in=MERGE.names).order_by("id")
    found = [
        LoggedEvent(0, 1, 0, id_, name, profile, backfill, depth, "")
        for id_, name, profile, backfill, depth in rows.values_list(
            "id", "name", "profile_id", "backfill", "depth"
        )
        if id_ not in _handled
    ]
    _handled.update(event.id for event in found)
    MERGE.handle(Batch(found, NOW))


_handled: set[int] = set()


def drain_committed() -> None:
    with log.only_consumers(MERGE):
        events.drain(now=NOW)


def groups() -> set[str]:
    """Who is one, by the shop's ids; and that no person is without a profile, or the other way round."""
    found: dict[int, list[str]] = {}
    rows = Profile.objects.order_by("external_id").values_list("person_id", "external_id")
    for person, external_id in rows:
        found.setdefault(person, []).append(external_id)
    assert set(found) == set(Person.objects.values_list("id", flat=True))
    return {" ".join(group) for group in found.values()}


def after(*profiles: NewProfile) -> set[str]:
    come(*profiles)
    drain()
    return groups()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((MAIL, "Anna@Mail.ru"), (MAIL, " anna@mail.RU")),
        ((PHONE, "8 (916) 123-45-67"), (PHONE, "+7 916 1234567")),
        ((PHONE, "9161234567"), (PHONE, "79161234567")),
        ((CARD, "1000 2000-3001"), (CARD, "100020003001")),
        ((CRM, "AmoCRM:17"), (CRM, "amocrm: 17")),
        ((IdentityType.TELEGRAM, "https://t.me/Anna_P"), (IdentityType.TELEGRAM, "@anna_p")),
        ((IdentityType.VK, "vk.com/id501"), (IdentityType.VK, "501")),
        ((IdentityType.WHATSAPP, "89161234567"), (IdentityType.WHATSAPP, "+79161234567")),
    ],
)
def test_who_shares_what_is_their_own_becomes_one(first: Own, second: Own) -> None:
    assert after(told("a", first), told("b", second), told("c", (MAIL, "c@mail.ru"))) == {"a b", "c"}
    (row,) = queries.merges_page(limit=9)
    assert row.because == ((first[0], queries.person(row.kept_id).identities[0][1]),)  # type: ignore[union-attr]
    assert (row.by_id, row.undone_at) == (None, None)
    drain()
    assert Merge.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (MAIL, "none"), (MAIL, "test@mail.ru"), (MAIL, "noreply@shop.ru"), (MAIL, "нет@нет.рф"),
        (MAIL, "a@none.ru"), (MAIL, "aaa@mail.ru"), (PHONE, "+70000000000"), (PHONE, "+79999999999"),
        (PHONE, "12"), (PHONE, "+7 121 212 12 12"), (CARD, "0000"), (CRM, "amo:unknown"), (MAIL, "anna@"),
    ],
)  # fmt: skip
def test_what_is_nobodys_own_joins_nobody(type_: IdentityType, value: str) -> None:
    assert after(told("a", (type_, value)), told("b", (type_, value))) == {"a", "b"}


@pytest.mark.django_db
def test_what_the_shop_blocked_joins_nobody() -> None:
    block = partial(services.block, now=NOW, user_id=1)
    number = block(type_=PHONE, value="8 (495) 123-45-60")
    block(type_=MAIL, value="*@our-shop.ru")
    block(type_=CARD, value="99*")
    pairs: list[Sequence[Own]] = [
        [(PHONE, "+74951234560")] * 2, [(MAIL, "till@our-shop.ru")] * 2, [(CARD, "9912")] * 2
    ]  # fmt: skip
    profiles = [
        told(f"{place}{letter}", own)
        for place, pair in enumerate(pairs)
        for letter, own in zip("ab", pair, strict=True)
    ]
    assert len(after(*profiles)) == 6
    assert services.unblock(blocked_id=number, now=NOW)
    assert after(told("0c", (PHONE, "84951234560"))) >= {"0a 0b 0c"}


@pytest.mark.django_db
def test_what_more_have_than_the_rule_says_joins_nobody() -> None:
    phone = (PHONE, "+79161234567")
    few = [told(str(number), phone, name=f"Имя{number}") for number in range(5)]
    assert after(*few) == {"0 1 2 3 4"}
    mail = (MAIL, "till@mail.ru")
    many = [told(f"m{number}", mail, name=f"Имя{number}") for number in range(6)]
    assert len(after(*many)) == 1 + 6
    one = [told(f"g{number}", (MAIL, "buyer@mail.ru"), name="Петрова Анна") for number in range(9)]
    found = after(*one, told("g9", (MAIL, "buyer@mail.ru"), name="анна  петрова"))
    assert " ".join(f"g{number}" for number in range(10)) in found  # one name is one person


@pytest.mark.django_db
def test_two_different_cards_are_two_people_whatever_weaker_they_share() -> None:
    phone, mail = (PHONE, "+79161234567"), (MAIL, "a@mail.ru")
    assert after(told("a", phone, (CARD, "11")), told("b", phone, (CARD, "22"))) == {"a", "b"}
    # Nor through a third one who would join them.
    assert len(after(told("c", (CARD, "11"), mail), told("d", mail, (CARD, "22")))) == 2
    # What is stronger joins them all the same, and ids of different systems are no contradiction.
    assert after(told("e", (CRM, "amo:1"), (CARD, "33")), told("f", (CRM, "amo:1"), (CARD, "44"))) >= {"e f"}
    assert after(told("g", (CRM, "amo:2"), (CARD, "55")), told("h", (CRM, "r:3"), (CARD, "55"))) >= {"g h"}
    assert after(told("i", (CRM, "amo:4"), (CARD, "66")), told("j", (CRM, "amo:5"), (CARD, "66"))) >= {
        "i",
        "j",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_in_whatever_order_they_come_the_outcome_is_the_same(order: tuple[int, ...]) -> None:
    profiles = [
        told("a", (CARD, "11"), (PHONE, "+79161234567"), days=3),
        told("b", (PHONE, "+79161234567"), (MAIL, "b@mail.ru"), days=1),
        told("c", (MAIL, "b@mail.ru"), days=2),
        told("d", (CARD, "11"), days=4),
    ]
    for place in order:
        come(profiles[place])
        drain()
    assert groups() == {"a b c d"}
    # The one who is known longest is kept, and of those who came one by one whoever was older then.
    assert Person.objects.get().created_at == NOW + timedelta(days=1)


@pytest.mark.django_db
def test_who_is_known_longest_is_kept_and_never_a_device() -> None:
    mail = (MAIL, "a@mail.ru")
    come(
        told("cookie", mail, source=ANONYMOUS, days=-9), told("new", mail, days=5), told("old", mail, days=1)
    )
    old = Profile.objects.get(external_id="old").person_id
    drain()
    assert set(Profile.objects.values_list("person_id", flat=True)) == {old}


@pytest.mark.django_db
def test_what_a_colleague_said_holds_against_every_rule() -> None:
    phone, mail = (PHONE, "+79161234567"), (MAIL, "a@mail.ru")
    come(told("a", phone), told("b", phone))
    a, b = (Profile.objects.get(external_id=id_).person_id for id_ in "ab")
    services.not_the_same(first=a, second=b, now=NOW, user_id=1)
    drain()
    assert groups() == {"a", "b"}
    # Not through others either, whomever they are one with by then.
    assert len(after(told("c", mail, phone), told("d", mail))) == 2
    kept = {" ".join(sorted(group.split())) for group in groups()}
    assert not any({"a", "b"} <= set(group.split()) for group in kept)


@pytest.mark.django_db
def test_who_was_separated_is_not_merged_again_by_rule() -> None:
    mail = (MAIL, "a@mail.ru")
    after(told("a", mail), told("b", mail))
    services.unmerge(merge_id=Merge.objects.get().pk, now=NOW, user_id=1)
    assert groups() == {"a", "b"}
    assert len(after(told("c", mail))) == 2
    a, b = (Profile.objects.get(external_id=id_).person_id for id_ in "ab")
    services.merge(pairs=[(a, b)], now=NOW, user_id=1)  # a colleague has thought better of it
    assert groups() == {"a b c"}


@pytest.mark.django_db
def test_an_import_of_known_and_new_customers_is_looked_at_as_history() -> None:
    come(told("a"), told("b"), backfill=True)
    drain()
    assert groups() == {"a", "b"}
    mail = (MAIL, "a@mail.ru")
    come(told("a", mail), told("b", mail), told("c", mail), backfill=True)
    drain()
    assert groups() == {"a b c"}
    assert set(Event.objects.filter(name="customers_merged").values_list("backfill", flat=True)) == {True}
    come(told("d", mail))
    drain()
    merged = Event.objects.filter(name="customers_merged").latest("id")
    created = Event.objects.filter(name="profile_created").latest("id")
    assert (merged.backfill, merged.cause_id, merged.depth) == (False, created.pk[-1], 1)


@pytest.mark.django_db
def test_a_rule_that_is_off_joins_nobody() -> None:
    rule = DEFAULT_RULES[MAIL]
    assert services.set_merge_rule(rule=replace(rule, merges=False), now=NOW)
    assert not services.set_merge_rule(rule=replace(rule, merges=False), now=NOW)
    mail = (MAIL, "a@mail.ru")
    assert after(told("a", mail), told("b", mail)) == {"a", "b"}
    services.set_merge_rule(rule=replace(rule, persons_max=2), now=NOW)
    assert len(after(told("c", mail))) == 3


@pytest.mark.django_db
def test_after_a_rule_changed_everybody_is_looked_at_again() -> None:
    mail, phone = (MAIL, "a@mail.ru"), (PHONE, "+79161234567")
    number = services.block(type_=PHONE, value=phone[1], now=NOW, user_id=1)
    services.set_merge_rule(rule=replace(DEFAULT_RULES[MAIL], merges=False), now=NOW)
    assert after(told("a", mail), told("b", mail), told("c", phone), told("d", phone)) == {"a", "b", "c", "d"}
    while services.merge_portion(now=NOW, limit=3) == 3:
        pass
    assert services.merge_portion(now=NOW, limit=3) == 0
    services.set_merge_rule(rule=DEFAULT_RULES[MAIL], now=NOW)
    while services.merge_portion(now=NOW, limit=3) == 3:
        pass
    assert groups() == {"a b", "c", "d"}
    services.unblock(blocked_id=number, now=NOW)
    services.merge_portion(now=NOW, limit=9)
    assert groups() == {"a b", "c d"}
    assert set(Event.objects.filter(name="customers_merged").values_list("backfill", "cause_id")) == {
        (True, None)
    }


@COMMITTED
def test_two_who_look_at_once_would_lose_one_and_do_not() -> None:
    """First that the race is there: b goes to a while somebody has made out that c goes to b."""
    come(told("a", (MAIL, "ab@mail.ru"), days=0), told("b", (MAIL, "ab@mail.ru"), (CARD, "1"), days=1))
    come(told("c", (CARD, "1"), days=2))
    a, b, c = (Profile.objects.get(external_id=id_) for id_ in "abc")
    looked, go_on = Signal(), Signal()

    def slow() -> None:
        with transaction.atomic():
            found = queries.sharing.found_by_rule([c.pk])
            assert [(one.kept, one.gone) for one in found.joinings] == [(b.person_id, c.person_id)]
            looked.set()
            go_on.wait(10)
            services.merge(pairs=[(one.kept, one.gone) for one in found.joinings], now=NOW)
        connection.close()

    thread = Thread(target=slow)
    thread.start()
    assert looked.wait(10)
    services.merge(pairs=[(a.person_id, b.person_id)], now=NOW)
    go_on.set()
    thread.join(10)
    assert groups() == {"a b", "c"}  # who acts on what they saw loses c
    drain_committed()
    assert groups() == {"a b c"}


@COMMITTED
def test_many_workers_and_colleagues_at_once_lose_nobody() -> None:
    rings = 12
    for ring in range(rings):  # each a chain of six, every two neighbours sharing something of their own
        come(
            *(
                told(f"{ring}-{n}", (MAIL, f"{ring}-{n}@mail.ru"), (MAIL, f"{ring}-{n + 1}@mail.ru"))
                for n in range(6)
            )
        )

    def worker() -> None:
        while events.consume(now=NOW, limit=7):
            pass

    def colleague(ring: int) -> None:
        of = dict(Profile.objects.values_list("external_id", "person_id"))
        services.merge(pairs=[(of[f"{ring}-5"], of[f"{ring}-0"])], now=NOW, user_id=1)

    with log.only_consumers(MERGE):
        events.ensure_consumers(now=NOW)
        jobs = [worker] * 3 + [partial(colleague, ring) for ring in range(3)]
        results = together(jobs)
    assert [result for result in results if result is not None] == []
    drain_committed()
    assert groups() == {" ".join(f"{ring}-{n}" for n in range(6)) for ring in range(rings)}
    live = set(Person.objects.values_list("id", flat=True))
    assert not live & set(Merge.objects.filter(undone_at=None).values_list("gone_id", flat=True))
    assert set(queries.persons_of_merged(Merge.objects.values_list("gone_id", flat=True)).values()) <= live


@pytest.mark.django_db
def test_a_value_that_turns_out_to_be_of_many_joins_nobody_after_all() -> None:
    till, mail = (PHONE, "+79161234567"), (MAIL, "a@mail.ru")
    names = ["Анна", "Борис", "Вера", "Глеб", "Дина", "Егор"]
    for number in range(5):
        more = (mail,) if number in (1, 3) else ()
        after(told(str(number), till, *more, name=names[number], days=number))
    assert groups() == {"0 1 2 3 4"}
    assert after(told("5", till, name=names[5])) == {"0", "1 3", "2", "4", "5"}
    assert after(told("0", mail, name=names[0])) == {"0 1 3", "2", "4", "5"}
    live = set(Person.objects.values_list("id", flat=True))
    assert not live & set(Merge.objects.filter(undone_at=None).values_list("gone_id", flat=True))


@pytest.mark.django_db
def test_whom_a_colleague_merged_stays_so_whoever_else_has_the_value() -> None:
    till = (PHONE, "+79161234567")
    after(told("a", till, name="Анна"), told("n", name="Нюра"))
    a, n = (Profile.objects.get(external_id=id_).person_id for id_ in "an")
    services.merge(pairs=[(a, n)], now=NOW, user_id=1)
    after(told("b", till, name="Борис"))
    assert groups() == {"a b n"}
    assert after(*(told(str(n), till, name=f"Имя{n}") for n in range(6))) >= {"a n", "b", "0"}


VALUES = [(PHONE, f"+7916123456{n}") for n in range(3)] + [(MAIL, f"{n}@mail.ru") for n in range(3)]


@pytest.mark.django_db
@settings(max_examples=8, deadline=None)
@given(
    have=st.lists(st.sets(st.sampled_from(VALUES), max_size=3), min_size=2, max_size=9),
    order=st.randoms(use_true_random=False),
    limit=st.integers(2, 4),
)
def test_however_they_come_the_same_become_one(have: list[set[Own]], order: Random, limit: int) -> None:
    """Against a plain oracle: who hangs together by values that at most so many have."""
    profiles = [told(str(n), *sorted(own), name=f"Имя{n}", days=n) for n, own in enumerate(have)]
    expected = {frozenset({n}) for n in range(len(have))}
    for value in VALUES:
        holders = {n for n, own in enumerate(have) if value in own}
        if len(holders) <= limit:
            touching = {group for group in expected if group & holders}
            expected = (expected - touching) | ({frozenset().union(*touching)} if touching else set())
    with transaction.atomic():
        for type_ in (PHONE, MAIL):
            rule = replace(DEFAULT_RULES[type_], persons_max=limit)
            services.set_merge_rule(rule=rule, now=NOW)
        order.shuffle(profiles)
        while profiles:
            some = order.randint(1, len(profiles))
            come(*profiles[:some])
            drain()
            profiles = profiles[some:]
        found = {frozenset(map(int, group.split())) for group in groups()}
        transaction.set_rollback(True)
    assert found == expected
