from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers import queries, services
from regulars.customers.models import Identity, Profile
from regulars.customers.rules import forms, looks_right, mask, normalise, region_of
from regulars.customers.types import SHOP, IdentityType, NewProfile
from regulars.kit import clock
from regulars.team import services as team
from regulars.team.types import ShopProfile

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PHONE, MAIL = IdentityType.PHONE, IdentityType.EMAIL


@pytest.mark.parametrize(
    ("written", "region", "stored"),
    [
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("9161234567", "RU", "+79161234567"),
        ("+9161234567", "RU", "+79161234567"),  # as it was stored once
        ("7-916-123-45-67", "RU", "+79161234567"),
        ("+7 (8 916) 123 45 67", "RU", "+79161234567"),
        ("810 7 916 123-45-67", "RU", "+79161234567"),
        ("375 29 123-45-67", "RU", "+375291234567"),
        ("8 029 123-45-67", "BY", "+375291234567"),
        ("8 777 123 45 67", "KZ", "+77771234567"),
        ("050 123 45 67", "UA", "+380501234567"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("+44 (0)20 7946 0000", "RU", "+442079460000"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("0170 1234567", "DE", "+491701234567"),
        ("８９１６１２３４５６７", "RU", "+79161234567"),
        # No number of any country, and one that is not one person's: their digits.
        ("12-34", "RU", "+1234"),
        ("+7 000 123 45 67", "RU", "+70001234567"),
        ("+7 495 123-45-67 доб. 12", "RU", "+7495123456712"),
        ("+79161234567", "", "+79161234567"),
        ("8 916 123-45-67", "", "+79161234567"),
        ("нет", "RU", ""),
    ],
)
def test_numbers_are_stored_in_the_form_of_e164(written: str, region: str, stored: str) -> None:
    assert normalise(PHONE, written, region) == stored
    assert normalise(PHONE, stored, region) == stored


@given(st.text(alphabet="+0123456789 ()-.доб", max_size=25), st.sampled_from(["RU", "KZ", "DE", "US", ""]))
def test_what_is_stored_stays_as_it_is(written: str, region: str) -> None:
    stored = normalise(PHONE, written, region)
    assert normalise(PHONE, stored, region) == stored
    assert not stored or (stored[0] == "+" and stored[1:].isdecimal())


@pytest.mark.parametrize(
    ("type_", "written", "stored", "masked"),
    [
        (IdentityType.TELEGRAM, " https://t.me/Anna_P/ ", "@anna_p", "@a•••"),
        (IdentityType.TELEGRAM, "123456789", "123456789", "1•••"),
        (IdentityType.VK, "https://vk.com/id42", "42", "4•••"),
        (IdentityType.VK, "vk.ru/Anna.P", "anna.p", "a•••"),
        (IdentityType.CARD, "ab 12-34 56", "AB123456", "•••56"),
        (IdentityType.CARD, "12", "12", "•••"),
        (IdentityType.CRM, " AmoCRM : X-17 ", "amocrm:X-17", "amocrm:X-17"),
        (IdentityType.WHATSAPP, "8 916 123 45 67", "+79161234567", "+7 ••• •• 67"),
        (MAIL, " Anna@MAIL.ru ", "anna@mail.ru", "a•••@mail.ru"),
    ],
)
def test_ids_are_stored_in_one_form_and_masked(
    type_: IdentityType, written: str, stored: str, masked: str
) -> None:
    assert normalise(type_, written) == stored
    assert normalise(type_, stored) == stored
    assert mask(type_, stored) == masked
    assert looks_right(type_, written)


@pytest.mark.parametrize("type_", IdentityType)
@pytest.mark.parametrize("nothing", ["", "   ", "\x00", "x" * 400])
def test_what_is_nothing_looks_wrong(type_: IdentityType, nothing: str) -> None:
    assert not looks_right(type_, nothing)
    assert len(normalise(type_, nothing)) <= 320


@pytest.mark.parametrize(
    ("timezone", "currency", "region"),
    [
        ("Europe/Moscow", "RUB", "RU"), ("Asia/Yekaterinburg", "EUR", "RU"), ("Asia/Almaty", "RUB", "KZ"),
        ("Europe/Minsk", "BYN", "BY"), ("Europe/Berlin", "EUR", "DE"), ("America/New_York", "USD", "US"),
        ("UTC", "GBP", "GB"), ("UTC", "EUR", ""), ("Nowhere/Land", "XXX", ""),
    ],
)  # fmt: skip
def test_the_country_of_a_shop(timezone: str, currency: str, region: str) -> None:
    assert region_of(timezone, currency) == region


def test_a_number_may_be_stored_in_two_forms() -> None:
    assert forms(PHONE, "9161234567") == ("+79161234567", "+9161234567")
    assert forms(PHONE, "+79161234567") == ("+79161234567",)
    assert forms(MAIL, "A@b.ru") == ("a@b.ru",)


def _with_stored(*numbers: str) -> list[int]:
    """Customers who have numbers as they were stored once."""
    services.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id=str(n)) for n in range(len(numbers))], now=NOW
    )
    ids = list(Profile.objects.order_by("external_id").values_list("pk", flat=True))
    for id_, number in zip(ids, numbers, strict=True):
        Identity.objects.create(profile_id=id_, type=PHONE, value=number)
    return ids


@pytest.mark.django_db
def test_numbers_stored_as_they_were_written_are_found_and_brought_into_the_new_form() -> None:
    one, other, third = _with_stored("+9161234567", "+79161234567", "+375291234567")
    Identity.objects.create(profile_id=other, type=PHONE, value="+9161234567")
    asked = "916 123-45-67"
    assert queries.profiles_by_identity(PHONE, [asked]) == {asked: [one, other]}
    while services.renew_numbers(now=NOW, limit=2) == 2:
        pass
    assert sorted(Identity.objects.values_list("profile_id", "value")) == [
        (one, "+79161234567"), (other, "+79161234567"), (third, "+375291234567")
    ]  # fmt: skip
    assert services.renew_numbers(now=NOW, limit=2) == 0
    assert services.merge_portion(now=NOW, limit=9) == 3
    assert Profile.objects.get(pk=one).person_id == Profile.objects.get(pk=other).person_id
    # Again when the shop turns out to be in another country.
    team.save_shop(
        shop=ShopProfile(name="Лавка", timezone="Europe/Minsk", currency="BYN"),
        user_id=None,
        now=clock.now(),
    )
    assert services.renew_numbers(now=NOW, limit=9) == 3


@pytest.mark.django_db
def test_numbers_without_a_country_are_of_the_shops() -> None:
    team.save_shop(
        shop=ShopProfile(name="Лавка", timezone="Europe/Minsk", currency="BYN"),
        user_id=None,
        now=clock.now(),
    )
    services.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id="1", identities=((PHONE, "8 029 123-45-67"),))], now=NOW
    )
    assert Identity.objects.get().value == "+375291234567"
