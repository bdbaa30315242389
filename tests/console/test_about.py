"""What colleagues write down about a customer on the card, and who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.console import shops

from regulars.customers import services as customers
from regulars.customers.models import Consent, Profile
from regulars.customers.types import NewConsent
from regulars.events.models import Event
from regulars.kit import clock
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
    assert told in _say(inside, anna, **said)
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


def test_a_consent_of_nobody(inside: Client) -> None:
    answer = inside.post(reverse("customers-consents", args=[10**9]), {"answer": "yes"})
    assert answer.status_code == 404
