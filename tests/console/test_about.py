"""What colleagues write down about a customer on the card, and who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from tests.console import shops

from regulars.console.voice import voice
from regulars.console.wording.attributes import known
from regulars.customers import queries
from regulars.customers import services as customers
from regulars.customers.models import Consent, Profile
from regulars.customers.types import NewConsent, NewTraits
from regulars.events.models import Event
from regulars.kit import clock
from regulars.kit.attributes import Kind
from regulars.loyalty import services as loyalty
from regulars.loyalty.models import TierStanding
from regulars.loyalty.types import Programme
from regulars.segments.models import Member, Segment
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague(Role.AGENT))


@pytest.fixture
def anna() -> int:
    return shops.person("Анна", email="anna@example.com")


def _say(client: Client, person: int, **said: str) -> str:
    form = {"answer": "yes", "channel": "email", "day": "2024-05-01", "source": "at the till"} | said
    with clock.fixed(shops.NOW):
        answer = client.post(reverse("customers-consents", args=[person]), form, follow=True)
    return shops.plain(answer.text)


def _open(client: Client, person: int) -> str:
    with clock.fixed(shops.NOW):
        return shops.plain(client.get(reverse("customers-card", args=[person])).text)


def test_somebody_nobody_asked(inside: Client, anna: int) -> None:
    assert "The customer was not asked yet" in _open(inside, anna)


def test_a_consent_is_written_down_with_where_and_what_shows_it(inside: Client, anna: int) -> None:
    page = _say(inside, anna, proof="Бланк № 7 <b>")
    assert "It is written down: e-mails, agreed." in page
    assert "Бланк № 7 &lt;b&gt;" in page
    consent = Consent.objects.get()
    assert (consent.channel, consent.topic, consent.granted) == ("email", "marketing", True)
    assert (consent.source, consent.proof, consent.at) == (
        "at the till",
        {"text": "Бланк № 7 <b>"},
        shops.NOW,
    )
    entry = AuditLogEntry.objects.get(action=Action.CONSENT_RECORDED.value)
    assert entry.subject == f"person:{anna}"
    assert entry.details == {"channel": "email", "granted": True}
    event = Event.objects.get(name="consent_given")
    assert event.profile_id == consent.profile_id
    assert "Бланк" not in str(event.properties)


def test_of_an_earlier_day_the_no_holds_in_doubt(inside: Client, anna: int) -> None:
    """Nobody knows the hour: whatever order they are written in, yes and no of one day are a no."""
    for answers in (("yes", "no"), ("no", "yes")):
        Consent.objects.all().delete()
        for answer in answers:
            page = _say(inside, anna, answer=answer, day="2024-04-02")
        at = dict(Consent.objects.values_list("granted", "at"))
        assert at[True] == datetime(2024, 4, 1, 21, tzinfo=UTC)  # Moscow's midnight
        assert at[False] == datetime(2024, 4, 2, 20, 59, 59, tzinfo=UTC)
        assert '<span class="mark" data-tone="lost">refused</span>' in page
        assert '<span class="mark" data-tone="kept">agreed</span>' not in page


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"answer": ""}, "Say whether the customer agreed or refused."),
        ({"channel": "pigeon"}, "Choose what it is about."),
        ({"day": "2024-05-02"}, "That day has not come yet."),
        ({"day": "someday"}, "Choose the day the customer said so."),
        ({"day": "0001-01-01"}, "That day is too long ago."),
        ({"day": "9999-12-31"}, "That day has not come yet."),
        ({"source": "  "}, "Say in a few words how the customer said so"),
        ({"proof": "x" * 4001}, "What shows it cannot be kept"),
        ({"proof": "\x00"}, "What shows it cannot be kept"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_words(
    inside: Client, anna: int, said: dict[str, str], told: str
) -> None:
    form = {"answer": "yes", "channel": "email", "day": "2024-05-01", "source": "at the till"} | said
    with clock.fixed(shops.NOW):
        answer = inside.post(reverse("customers-consents", args=[anna]), form)
    (message,) = get_messages(answer.wsgi_request)
    assert told in str(message)
    assert not Consent.objects.exists()
    assert not AuditLogEntry.objects.filter(action=Action.CONSENT_RECORDED.value).exists()


def test_the_same_word_again_changes_nothing(inside: Client, anna: int) -> None:
    _say(inside, anna)
    assert "The same was written down before." in _say(inside, anna)
    assert Consent.objects.count() == 1


def test_the_newest_word_over_all_that_is_one_person_holds(inside: Client, anna: int) -> None:
    (first,) = Profile.objects.filter(person_id=anna)
    second = Profile.objects.create(
        person_id=anna, source="crm", external_id="9", name="", created_at=shops.SINCE
    )
    for profile, days_ago, granted in ((first.pk, 1, False), (second.pk, 9, True), (second.pk, 30, False)):
        at = shops.NOW - timedelta(days=days_ago)
        customers.record_consents(
            consents=[
                NewConsent(profile_id=profile, channel="sms", granted=granted, at=at, source="order form")
            ],
            now=shops.NOW,
        )
    page = _open(inside, anna)
    standing, history = page.split('id="consents"')[1].split("How that came about")
    assert standing.count("Text messages") == 1
    assert 'data-tone="lost">refused' in standing
    told = [history.index(day) for day in ("30 April", "22 April", "1 April")]
    assert told == sorted(told)


def test_who_may_not_keep_consents_sees_what_holds_without_its_proof(inside: Client, anna: int) -> None:
    _say(inside, anna, proof="Бланк с подписью")
    analyst = shops.browser_of(shops.colleague(Role.ANALYST))
    page = _open(analyst, anna)
    assert "agreed" in page
    assert "Write down what they said" not in page
    assert "Бланк с подписью" not in page
    answer = analyst.post(reverse("customers-consents", args=[anna]), {"answer": "no"})
    assert answer.status_code == 403
    assert Consent.objects.count() == 1


def _write(client: Client, person: int, **said: str) -> str:
    """Send the form as a browser does: every field with what it showed, and what was typed."""
    form = {}
    for one in queries.attributes_of_person(person):
        form[f"was-{one.key}"] = form[f"value-{one.key}"] = known(one, voice()).value
    form |= {f"value-{key}": value for key, value in said.items()}
    with clock.fixed(shops.NOW):
        answer = client.post(reverse("customers-attributes", args=[person]), form, follow=True)
    return shops.plain(answer.text)


def _values(person: int) -> dict[str, object]:
    return {one.key: one.value for one in queries.attributes_of_person(person) if one.value is not None}


def test_what_a_colleague_knows_is_written_down(inside: Client, anna: int) -> None:
    assert "Neither birthday nor city, nothing yet." in _open(inside, anna)
    page = _write(inside, anna, city="Казань <b>", birthday="1990-02-28", gender="female")
    assert "Written down: Birthday, Gender, City." in page
    assert _values(anna) == {"city": "Казань <b>", "birthday": "1990-02-28", "gender": "female"}
    for shown in ("28 February 1990", "Female", "Казань &lt;b&gt;"):
        assert shown in page
    entry = AuditLogEntry.objects.get(action=Action.CUSTOMER_CHANGED.value)
    assert (entry.subject, entry.details) == (f"person:{anna}", {"fields": ["birthday", "gender", "city"]})
    assert "Казань" not in str(list(Event.objects.values_list("properties", flat=True)))
    page = _write(inside, anna, city="")
    assert "city" not in _values(anna)
    assert len(_values(anna)) == 2


def test_only_what_was_changed_in_the_form_is_written(inside: Client, anna: int) -> None:
    """Somebody else wrote the city down while the form was open."""
    customers.set_attribute(person_id=anna, key="city", value="Казань", user_id=None, now=shops.SINCE)
    form = {"was-city": "", "value-city": "", "was-gender": "", "value-gender": "female"}
    with clock.fixed(shops.NOW):
        inside.post(reverse("customers-attributes", args=[anna]), form)
    assert _values(anna) == {"city": "Казань", "gender": "female"}


def test_a_zone_may_be_written_as_a_city(inside: Client, anna: int) -> None:
    _write(inside, anna, timezone="Екатеринбург")
    assert _values(anna)["timezone"] == "Asia/Yekaterinburg"
    assert "Time zone: There is no such time zone" in _write(inside, anna, timezone="Atlantis")
    assert _values(anna)["timezone"] == "Asia/Yekaterinburg"


def test_own_attributes_stand_with_the_others(inside: Client, anna: int) -> None:
    pet = customers.define_attribute(
        label="Питомец", kind=Kind.CHOICE, choices=["кот", "пёс"], trait="pet", now=shops.NOW
    )
    size = customers.define_attribute(label="Размер", kind=Kind.NUMBER, trait="size", now=shops.NOW)
    club = customers.define_attribute(label="В клубе", kind=Kind.YES_NO, trait="club", now=shops.NOW)
    keys = {one.label: one.key for one in queries.definitions()}
    assert {pet, size, club} == {one.id for one in queries.definitions()}
    page = _write(inside, anna, **{keys["Питомец"]: "пёс", keys["Размер"]: "42,5", keys["В клубе"]: "no"})
    assert "Written down: Питомец, Размер, В клубе." in page
    assert _values(anna) == {keys["Питомец"]: "пёс", keys["Размер"]: 42.5, keys["В клубе"]: False}
    assert "Размер: Write a number" in _write(inside, anna, **{keys["Размер"]: "большой"})


def test_what_a_browser_says_is_called_unchecked(inside: Client, anna: int) -> None:
    profile = Profile.objects.get(person_id=anna).pk
    said = NewTraits(profile_id=profile, values={"city": "Тверь"}, verified=False, as_of=shops.SINCE)
    customers.set_traits(traits=[said], now=shops.NOW)
    assert "said on the site, not checked" in _open(inside, anna)


def test_a_customer_is_given_to_a_colleague_and_back(inside: Client, anna: int) -> None:
    olga = shops.colleague(name="Ольга")
    page = _open(inside, anna)
    assert "Nobody in particular." in page
    address = reverse("customers-manager", args=[anna])
    page = shops.plain(inside.post(address, {"manager": olga.pk}, follow=True).text)
    assert "Ольга looks after this customer now." in page
    assert queries.managers_of([anna]) == {anna: olga.pk}
    entry = AuditLogEntry.objects.get(action=Action.CUSTOMER_CHANGED.value)
    assert entry.details == {"manager": olga.pk}
    assert Event.objects.filter(name="manager_changed").count() == 1
    undo = address + "?manager="
    assert f'action="{undo}"' in page
    inside.post(undo, {"next": "/customers/"})
    assert queries.managers_of([anna]) == {}


def test_a_tier_that_promises_a_manager_is_not_forgotten(inside: Client, anna: int) -> None:
    gold = {"key": "gold", "name": "Gold", "from_minor": 1, "brings": {"manager": True}}
    programme = Programme.model_validate({"currency": "RUB", "tiers": {"levels": [gold]}})
    since = shops.NOW - timedelta(days=9)
    loyalty.publish(programme=programme, since=since, now=since, user_id=None)
    TierStanding.objects.create(person_id=anna, tier="gold", since=since)
    missed = "Nobody yet, though the tier “Gold” promises somebody of their own."
    assert missed in _open(inside, anna)
    olga = shops.colleague(name="Ольга")
    customers.set_manager(person_ids=[anna], manager_id=olga.pk, user_id=None, now=shops.NOW)
    assert missed not in _open(inside, anna)


@pytest.mark.parametrize("manager", ["999999999", "-1", "1.5"])
def test_nobody_unknown_looks_after_a_customer(inside: Client, anna: int, manager: str) -> None:
    olga = shops.colleague(name="Ольга")
    customers.set_manager(person_ids=[anna], manager_id=olga.pk, user_id=None, now=shops.NOW)
    page = inside.post(reverse("customers-manager", args=[anna]), {"manager": manager}, follow=True).text
    assert "Choose one of your colleagues." in page
    assert queries.managers_of([anna]) == {anna: olga.pk}


def test_who_was_shut_out_is_still_named(inside: Client, anna: int) -> None:
    olga = shops.colleague(name="Ольга")
    customers.set_manager(person_ids=[anna], manager_id=olga.pk, user_id=None, now=shops.NOW)
    olga.is_active = False
    olga.save()
    assert "Ольга" in _open(inside, anna)
    customers.set_manager(person_ids=[anna], manager_id=10**6, user_id=None, now=shops.NOW)
    assert "somebody who is no longer here" in _open(inside, anna)


def test_segments_somebody_is_in_stand_on_the_card(inside: Client, anna: int) -> None:
    assert "In segments" not in _open(inside, anna)
    segment = Segment.objects.create(name="Спят <b>", kind="static", state="ready", created_at=shops.NOW)
    Member.objects.create(segment=segment, person_id=anna, since=shops.NOW - timedelta(days=3))
    page = _open(inside, anna)
    assert "Спят &lt;b&gt;" in page
    assert "since 28 April" in page
    assert reverse("segments-one", args=[segment.pk]) in page


@pytest.mark.parametrize("name", ["customers-attributes", "customers-manager"])
def test_changing_is_for_those_who_may(anna: int, name: str) -> None:
    analyst = shops.browser_of(shops.colleague(Role.ANALYST))
    assert analyst.post(reverse(name, args=[anna]), {"manager": "1"}).status_code == 403
    page = _open(analyst, anna)
    assert "Give to somebody" not in page
    assert "Write down or change" not in page


def test_a_consent_of_nobody(inside: Client) -> None:
    answer = inside.post(reverse("customers-consents", args=[10**9]), {"answer": "yes"})
    assert answer.status_code == 404
