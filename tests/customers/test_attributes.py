"""What holds of a person, out of what all their sources say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from regulars.customers import queries, services
from regulars.customers.errors import BadAttribute
from regulars.customers.models import PersonAttributes, Profile
from regulars.customers.types import ANONYMOUS, NewTraits
from regulars.events.models import Event
from regulars.kit import attributes as registry
from regulars.kit.attributes import Kind

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    return NOW - timedelta(days=100 - number)


def somebody(*ids: str, source: str = "shop") -> list[int]:
    keys = [(source, id_) for id_ in ids]
    found = services.find_or_create_profiles(keys=keys, now=NOW)
    return [found[key] for key in keys]


def say(profile_id: int, at: int, verified: bool = True, **values: Any) -> None:
    new = NewTraits(profile_id=profile_id, values=values, verified=verified, as_of=day(at))
    services.set_traits(traits=[new], now=NOW)


def person_of(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def together(*profiles: int) -> int:
    """Make one person of them, as a merge does."""
    kept, *gone = (person_of(profile) for profile in profiles)
    services.merge(pairs=[(kept, person) for person in gone], now=NOW)
    return kept


def held(profile_id: int) -> PersonAttributes:
    return PersonAttributes.objects.get(person__profiles=profile_id)


@pytest.mark.django_db
def test_the_usual_is_read_in_the_forms_it_comes_in() -> None:
    (anna,) = somebody("1")
    say(
        anna,
        1,
        dateOfBirth="28.02.1990",
        sex="Ж",
        address_city="  Нижний   Новгород ",
        locale="ru-RU",
        timezone="europe/moscow",
        interests=["чай", "кофе"],
        preferred_hour="18:30",
        preferred_channel="SMS",
        plan="pro",
    )
    row = held(anna)
    assert (row.birthday, row.gender, row.city) == (date(1990, 2, 28), "female", "Нижний Новгород")
    assert (row.language, row.timezone, row.misfits) == ("ru", "Europe/Moscow", [])
    assert row.values == {"interests": "чай, кофе", "preferred_hour": 18, "preferred_channel": "sms"}


@pytest.mark.django_db
def test_what_does_not_fit_is_left_out_and_said() -> None:
    (anna,) = somebody("1")
    say(anna, 1, timezone="Europe/Moscow", city="Тверь", birthday="2000-02-30", gender="?")
    say(anna, 2, timezone="Moscow")
    row = held(anna)
    assert (row.timezone, row.city, row.birthday, row.gender) == ("", "Тверь", None, "")
    assert row.misfits == ["birthday", "gender", "timezone"]
    assert queries.misfits() == {"birthday": 1, "gender": 1, "timezone": 1}


@pytest.mark.django_db
def test_verified_comes_first_then_the_newest_of_all_profiles() -> None:
    anna, other = somebody("1", "2")
    together(anna, other)
    say(anna, 1, city="Тверь")
    say(other, 5, verified=False, city="Псков", language="en")
    assert (held(anna).city, held(anna).language) == ("Тверь", "en")
    say(other, 3, city="Казань")
    assert held(anna).city == "Казань"
    say(anna, 2, city="Омск")
    assert held(anna).city == "Казань"


@pytest.mark.django_db
def test_who_says_the_same_again_later_is_heard_and_it_is_told() -> None:
    anna, other = somebody("1", "2")
    person = together(anna, other)
    say(anna, 1, city="Тверь")
    say(other, 2, city="Казань")
    before = Event.objects.filter(name="traits_changed").count()
    say(anna, 3, city="Тверь")
    assert held(anna).city == "Тверь"
    told = Event.objects.filter(name="traits_changed").order_by("-id")
    assert told.count() == before + 1
    assert told[0].profile_id == anna
    say(anna, 4, city="Тверь")
    assert told.count() == before + 1
    assert queries.attributes_of_person(person)[2].value == "Тверь"


@pytest.mark.django_db
def test_what_is_removed_is_not_known_whoever_said_it_before() -> None:
    anna, other = somebody("1", "2")
    together(anna, other)
    say(other, 1, city="Казань")
    say(anna, 2, city="Тверь")
    say(anna, 3, city=None)
    assert held(anna).city == ""


@pytest.mark.django_db
def test_a_merge_and_its_undoing_keep_it_true() -> None:
    anna, other = somebody("1", "2")
    say(anna, 1, city="Тверь", gender="f")
    say(other, 2, city="Казань")
    kept, gone = person_of(anna), person_of(other)
    (merge,) = services.merge(pairs=[(kept, gone)], now=NOW)
    assert PersonAttributes.objects.count() == 1
    assert (held(anna).city, held(anna).gender) == ("Казань", "female")
    services.unmerge(merge_id=merge, now=NOW, user_id=None)
    assert (held(anna).city, held(other).city, held(other).gender) == ("Тверь", "Казань", "")


@pytest.mark.django_db
def test_a_device_brings_along_what_it_said() -> None:
    (anna,) = somebody("1")
    (phone,) = somebody("device", source=ANONYMOUS)
    say(phone, 1, verified=False, language="en")
    services.link_anonymous(pairs=[(phone, anna)], now=NOW)
    assert held(anna).language == "en"
    assert PersonAttributes.objects.count() == 1


@pytest.mark.django_db
def test_removed_traits_leave_nothing() -> None:
    (anna,) = somebody("1")
    say(anna, 1, city="Тверь")
    services.remove_traits(profile_ids=[anna])
    assert held(anna).city == ""


# --- What the shop makes up -----------------------------------------------------------------------------


def define(label: str, trait: str, kind: Kind, *choices: str) -> int:
    return services.define_attribute(label=label, trait=trait, kind=kind, choices=choices, now=NOW)


@pytest.mark.django_db
def test_an_attribute_of_the_shop_is_derived_for_everybody() -> None:
    anna, other = somebody("1", "2")
    say(anna, 1, favouriteTea="Улун")
    say(other, 1, favouriteTea="?")
    number = define("Любимый чай", "favourite tea", Kind.CHOICE, "улун", "Пуэр")
    assert queries.attributes_progress() is not None
    assert services.derive_portion(now=NOW, limit=10) == 2
    assert queries.attributes_progress() is None
    assert held(anna).values == {"favourite_tea": "улун"}
    assert queries.misfits() == {"favourite_tea": 1}
    services.change_attribute(
        definition_id=number, label="Чай", trait="favourite tea", choices=["Улун", "?"], now=NOW
    )
    while services.derive_portion(now=NOW, limit=1):
        pass
    assert (held(anna).values, held(other).values) == ({"favourite_tea": "Улун"}, {"favourite_tea": "?"})
    assert queries.misfits() == {}
    changed = Event.objects.filter(name="traits_changed", key__startswith="attributes_derived")
    assert changed.filter(backfill=True).count() == changed.count() == 4


@pytest.mark.django_db
def test_traits_told_later_are_kept_under_it_at_once() -> None:
    define("Размер", "Размер обуви", Kind.NUMBER)
    define("VIP", "vip", Kind.YES_NO)
    define("Свадьба", "wedding", Kind.DAY)
    (anna,) = somebody("1")
    say(anna, 1, **{"Размер обуви": "38,5", "vip": "да", "wedding": "2019-06-01T00:00:00Z"})
    assert held(anna).values == {"razmer_obuvi": 38.5, "vip": True, "wedding": "2019-06-01"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "trait", "kind", "choices"),
    [
        ("", "tea", Kind.TEXT, ()),
        ("Tea", " ", Kind.TEXT, ()),
        ("Tea", "tea", Kind.CHOICE, (" ",)),
        ("Tea", "tea", Kind.MONEY, ()),
        ("Town", "City", Kind.TEXT, ()),
        ("Coffee", "tea", Kind.TEXT, ()),
        ("чай", "thé", Kind.TEXT, ()),
        ("T" * 81, "tee", Kind.TEXT, ()),
    ],
)
def test_what_cannot_be_made_up_is_refused(
    label: str, trait: str, kind: Kind, choices: tuple[str, ...]
) -> None:
    if label != "Tea":
        define("Чай", "tea", Kind.TEXT)
    with pytest.raises(BadAttribute):
        define(label, trait, kind, *choices)


@pytest.mark.django_db
def test_put_away_it_is_kept_but_not_asked_for() -> None:
    number = define("Чай", "tea", Kind.TEXT)
    assert services.archive_attribute(definition_id=number, now=NOW)
    assert queries.definitions() == []
    (anna,) = somebody("1")
    say(anna, 1, tea="Улун")
    assert held(anna).values == {"tea": "Улун"}
    assert "customers.custom_tea" in registry.registered()
    define("Другой чай", "tea", Kind.TEXT)
    with pytest.raises(BadAttribute):
        services.restore_attribute(definition_id=number)
    assert [one.key for one in queries.definitions()] == ["tea_2"]


# --- By hand --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_colleague_writes_it_down_and_takes_it_away() -> None:
    anna, other = somebody("1", "2")
    person = together(anna, other)
    say(other, 50, address_city="Казань")

    def put(key: str, value: str | None) -> bool:
        return services.set_attribute(person_id=person, key=key, value=value, user_id=None, now=NOW)

    assert put("city", "Тверь")
    assert held(anna).city == "Тверь"
    assert not put("city", "Тверь")
    assert put("city", "")
    assert held(anna).city == ""
    assert put("birthday", "28.02.1990")
    assert held(anna).birthday == date(1990, 2, 28)
    for key, value in (("birthday", "tomorrow"), ("timezone", "Moscow"), ("shoe", "1"), ("gender", "x y")):
        with pytest.raises(BadAttribute):
            put(key, value)
    with pytest.raises(BadAttribute):
        services.set_attribute(person_id=0, key="city", value="Тверь", user_id=None, now=NOW)


@pytest.mark.django_db
def test_a_manager_is_given_once_and_told_of() -> None:
    anna, other = (person_of(profile) for profile in somebody("1", "2"))
    give: Any = {"user_id": 1, "now": NOW}
    assert services.set_manager(person_ids=[anna, other, 0], manager_id=7, **give) == {anna, other}
    assert services.set_manager(person_ids=[anna, other], manager_id=7, **give) == set()
    assert services.set_manager(person_ids=[anna], manager_id=None, **give) == {anna}
    assert services.set_manager(person_ids=[anna], manager_id=7, **give) == {anna}
    assert queries.customers_of_manager(7) == sorted([anna, other])
    assert queries.customers_of_manager(7, after=min(anna, other), limit=1) == [max(anna, other)]
    assert queries.count_of_manager(7) == 2
    assert queries.managers_of([anna]) == {anna: 7}
    assert Event.objects.filter(name="manager_changed").count() == 4
