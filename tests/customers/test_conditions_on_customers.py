"""Whatever a condition can ask about customers themselves is answered, of everybody and of one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.segments.asked import NOW, found

from regulars.customers import services
from regulars.customers.models import Profile
from regulars.customers.types import ANONYMOUS, IdentityType, NewConsent, NewProfile, NewTraits
from regulars.kit import attributes as registry
from regulars.kit.attributes import Kind
from regulars.segments.types import conditions as c

pytestmark = pytest.mark.django_db


def somebody(number: str = "", *, source: str = "shop", since: datetime | None = None, **known: str) -> int:
    """A person; `known`: identities by type."""
    new = NewProfile(
        source=source,
        external_id=number or f"n{Profile.objects.count()}",
        created_at=since,
        identities=tuple((IdentityType(type_), value) for type_, value in known.items()),
    )
    (profile,) = services.upsert_profiles(profiles=[new], now=NOW).ids.values()
    return Profile.objects.get(pk=profile).person_id


def profile_of(person: int) -> int:
    return Profile.objects.filter(person_id=person).order_by("id").values_list("id", flat=True)[0]


def say(person: int, **values: Any) -> None:
    new = NewTraits(profile_id=profile_of(person), values=values, verified=True, as_of=NOW)
    services.set_traits(traits=[new], now=NOW)


def agree(person: int, granted: bool, *, days: int, channel: str = "email", topic: str = "marketing") -> None:
    consent = NewConsent(
        profile_id=profile_of(person),
        channel=channel,
        granted=granted,
        at=NOW - timedelta(days=days),
        source="form",
        topic=topic,
    )
    services.record_consents(consents=[consent], now=NOW)


def asked(attribute: str, test: c.Test) -> list[int]:
    return found(c.Has(attribute=f"customers.{attribute}", test=test))


def test_what_everybody_has_is_asked_for() -> None:
    anna, boris = somebody(), somebody()
    somebody("device", source=ANONYMOUS)
    say(
        anna, city="Тверь", birthday="1990-05-01", gender="f", locale="ru-RU", timezone="Asia/Omsk",
        preferred_channel="sms", preferred_hour=18, interests=["чай", "кофе"],
    )  # fmt: skip
    assert asked("city", c.OneOf(("тверь",))) == [anna]
    assert asked("birthday", c.Anniversary()) == [anna]
    assert asked("gender", c.OneOf(("female",))) == [anna]
    assert asked("language", c.OneOf(("ru",))) == [anna]
    assert asked("timezone", c.OneOf(("Asia/Omsk",))) == [anna]
    assert asked("preferred_channel", c.OneOf(("sms",))) == [anna]
    assert asked("preferred_hour", c.Range(low=Decimal(18))) == [anna]
    assert asked("interests", c.Contains("КОФЕ")) == [anna]
    assert asked("city", c.Known(known=False)) == [boris]


def test_a_manager_is_one_of_the_team() -> None:
    anna, boris = somebody(), somebody()
    services.set_manager(person_ids=[anna], manager_id=17, user_id=None, now=NOW)
    assert asked("manager", c.OneOf(("17",))) == [anna]
    assert asked("manager", c.Known(known=False)) == [boris]


def test_how_long_and_how_they_are_known() -> None:
    anna = somebody(since=NOW - timedelta(days=400), email="a@example.com")
    boris = somebody(phone="+79161234567")
    vera = somebody()
    assert asked("known_since", c.DaysAgo(at_least=365)) == [anna]
    assert asked("has_email", c.Yes()) == [anna]
    assert asked("has_email", c.Yes(yes=False)) == [boris, vera]
    assert asked("has_phone", c.Yes()) == [boris]


def test_the_newest_word_of_all_profiles_is_what_they_agreed_to() -> None:
    anna, other, boris, vera = somebody(), somebody(), somebody(), somebody()
    agree(anna, True, days=9)
    agree(other, False, days=5)
    agree(boris, True, days=3)
    agree(boris, False, days=3)
    agree(vera, True, days=1, topic="surveys")
    assert asked("consent_email", c.Yes()) == [anna]
    services.merge(pairs=[(anna, other)], now=NOW)
    assert asked("consent_email", c.Yes()) == []
    agree(anna, True, days=1)
    assert asked("consent_email", c.Yes()) == [anna]
    assert asked("consent_sms", c.Yes(yes=False)) == sorted([anna, boris, vera])


@pytest.mark.parametrize(
    ("kind", "said", "test"),
    [
        (Kind.TEXT, 'O\'Hara "%s" {x}', c.Contains('o\'hara "%s" {x}')),
        (Kind.CHOICE, "большой", c.OneOf(("Большой",))),
        (Kind.NUMBER, "38,5", c.Range(low=Decimal("38.5"), high=Decimal("38.5"))),
        (Kind.YES_NO, "да", c.Yes()),
        (Kind.DAY, "01.05.2020", c.OnDays(first=date(2020, 5, 1), last=date(2020, 5, 1))),
    ],
)
def test_what_the_shop_made_up_is_asked_for(kind: Kind, said: str, test: c.Test) -> None:
    services.define_attribute(
        label="Свойство", trait="Моё %s ' свойство", kind=kind, choices=["Большой"], now=NOW
    )
    (key,) = (key for key in registry.registered() if key.startswith("customers.custom_"))
    anna, boris = somebody(), somebody()
    say(anna, **{"Моё %s ' свойство": said})
    say(boris, **{"Моё %s ' свойство": ["?"]})
    assert asked(key.removeprefix("customers."), test) == [anna]


def test_what_has_choices_offers_them() -> None:
    choices = {key: one.choices() for key, one in registry.registered().items() if one.choices is not None}
    assert ("female", "Female") in choices["customers.gender"]
    assert ("ru", "Russian") in choices["customers.language"]
    assert all(one.choices for one in registry.registered().values() if one.kind is Kind.CHOICE)


def test_what_changes_an_answer_is_told() -> None:
    """Of each event that may make an answer another, its relation says so."""
    relations = registry.relations()
    assert "traits_changed" in relations["customers"].changed_by
    assert "manager_changed" in relations["customers"].changed_by
    assert {"consent_given", "consent_withdrawn"} <= relations["customer_consents"].changed_by
    assert {"identity_added", "identity_removed"} <= relations["customer_contacts"].changed_by
    for name in ("customers", "customer_consents", "customer_contacts"):
        merged = {"customers_merged", "customers_unmerged", "anonymous_linked"}
        assert merged <= relations[name].changed_by
