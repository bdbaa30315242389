from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers import queries, services
from regulars.customers.models import Profile
from regulars.customers.types import (
    ANONYMOUS,
    SHOP,
    Duplicate,
    IdentityType,
    Likeness,
    NewProfile,
    NewTraits,
)

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIL, PHONE, CARD = IdentityType.EMAIL, IdentityType.PHONE, IdentityType.CARD
pytestmark = pytest.mark.django_db


def come(
    id_: str,
    name: str = "",
    *identities: tuple[IdentityType, str],
    born: str = "",
    city: str = "",
    source: str = SHOP,
) -> None:
    new = NewProfile(source=source, external_id=id_, name=name, identities=identities)
    profile = services.upsert_profiles(profiles=[new], now=NOW).ids[new.key]
    values = {key: value for key, value in (("birthday", born), ("city", city)) if value}
    services.set_traits(
        traits=[NewTraits(profile_id=profile, values=values, verified=True, as_of=NOW)], now=NOW
    )


def whose(external_id: str) -> int:
    return Profile.objects.get(external_id=external_id).person_id


def look() -> list[Duplicate]:
    services.look_for_duplicates(now=NOW)
    return queries.duplicates_page(limit=100)


def found() -> dict[str, set[Likeness]]:
    """By the shop's ids of both."""
    names = dict(Profile.objects.values_list("person_id", "external_id"))
    return {
        " ".join(sorted((names[pair.first_id], names[pair.second_id]))): set(pair.likenesses)
        for pair in look()
    }


def test_who_is_called_alike_and_was_born_on_the_same_day() -> None:
    come("a", "Анна Петрова", born="1990-02-03")
    come("b", "ПЕТРОВА Анна", born="1990-02-03")
    come("c", "Анна Петрова", born="1990-02-04")
    come("d", "Анна", born="1990-02-03")
    come("e", "Анна", born="1990-02-03")
    assert found() == {"a b": {Likeness.NAME_AND_BIRTHDAY}}


def test_who_is_called_alike_in_one_city_but_not_of_a_common_name() -> None:
    come("a", "Анна Петрова", city="Омск")
    come("b", "Анна Петрова", city="Омск")
    for number in range(5):
        come(str(number), "Иван Иванов", city="Москва")
    assert found() == {"a b": {Likeness.NAME_AND_CITY}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna.p@gmail.com", "annap@gmail.com"),
        ("annap+shop@mail.ru", "annap@mail.ru"),
        ("annap@gmial.com", "annap@gmail.com"),
        ("annap@ya.ru", "annap@yandex.ru"),
    ],
)
def test_who_has_almost_the_same_address(one: str, other: str) -> None:
    come("a", "", (MAIL, one))
    come("b", "", (MAIL, other))
    come("c", "", (MAIL, "annap@list.ru"))
    assert found() == {"a b": {Likeness.EMAIL_ALMOST}}


def test_who_is_called_alike_and_has_a_number_or_an_address_that_is_alike() -> None:
    come("a", "Анна Петрова", (PHONE, "+79161234567"), (MAIL, "petrova@mail.ru"))
    come("b", "Петрова Анна", (PHONE, "+79031114567"))
    come("c", "Анна Петрова", (MAIL, "petrova@list.ru"))
    come("d", "Анна Сидорова", (PHONE, "+79031114567"[:-4] + "0000"), (MAIL, "petrova@bk.ru"))
    assert found() == {"a b": {Likeness.NAME_AND_NUMBER}, "a c": {Likeness.NAME_AND_EMAIL}}


def test_who_shares_what_does_not_join_them_by_rule() -> None:
    phone = (PHONE, "+79161234567")
    come("a", "", phone, (CARD, "1"))
    come("b", "", phone, (CARD, "2"))
    come("c", "", (MAIL, "none"))
    come("d", "", (MAIL, "none"))
    services.block(type_=MAIL, value="till@shop.ru", now=NOW, user_id=1)
    come("e", "", (MAIL, "till@shop.ru"))
    come("f", "", (MAIL, "till@shop.ru"))
    assert found() == {"a b": {Likeness.SHARED}}


def test_other_birthdays_speak_against_it() -> None:
    phone = (PHONE, "+79161234567")
    come("a", "Анна Петрова", phone, born="2001-02-03")
    come("b", "Инна Петрова", phone, born="2003-04-05")
    come("c", "Инна Петрова", (PHONE, "+79031114567"))
    assert found() == {"b c": {Likeness.NAME_AND_NUMBER}}


def test_the_surest_come_first_and_pages_follow_each_other() -> None:
    come("a", "Анна Петрова", city="Омск")
    come("b", "Анна Петрова", city="Омск")
    come("c", "Инна Серова", (PHONE, "+79161234567"), born="1990-02-03")
    come("d", "Инна Серова", (PHONE, "+79161234567"), born="1990-02-03")
    first, second = look()
    assert set(first.likenesses) == {Likeness.NAME_AND_BIRTHDAY, Likeness.NAME_AND_NUMBER, Likeness.SHARED}
    assert second.likenesses == (Likeness.NAME_AND_CITY,)
    assert queries.duplicates_page(limit=1) == [first]
    assert queries.duplicates_page(after=first.id, limit=1) == [second]
    assert queries.duplicates_page(after=second.id, limit=1) == []
    assert queries.count_duplicates() == 2
    assert queries.duplicates_of(whose("a")) == queries.duplicates_of(whose("b")) == [second]
    again = look()  # the same pairs keep their numbers and the moment they were found
    assert again == [first, second]


def test_devices_are_nobody_and_colleagues_have_the_last_word() -> None:
    come("cookie", "Анна Петрова", city="Омск", source=ANONYMOUS)
    come("a", "Анна Петрова", city="Омск")
    assert found() == {}
    come("b", "Анна Петрова", city="Омск")
    come("c", "Вера Белова", born="1990-02-03")
    come("d", "Вера Белова", born="1990-02-03")
    assert set(found()) == {"a b", "c d"}
    services.not_the_same(first=whose("a"), second=whose("b"), now=NOW, user_id=1)
    assert len(queries.duplicates_page(limit=9)) == 1  # at once, not only at the next look
    services.merge(pairs=[(whose("c"), whose("d"))], now=NOW, user_id=1)
    assert queries.duplicates_page(limit=9) == []
    assert found() == {}


def test_it_is_looked_for_only_when_there_may_be_others() -> None:
    come("a", "Анна Петрова", city="Омск")
    assert services.ask_for_duplicates(now=NOW)
    services.look_for_duplicates(now=NOW)
    assert not services.ask_for_duplicates(now=NOW + timedelta(hours=1))
    assert services.ask_for_duplicates(now=NOW + timedelta(days=1))
    come("b", "Анна Петрова", city="Омск")
    assert services.ask_for_duplicates(now=NOW + timedelta(hours=2))
