from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.models import Consent
from regulars.customers.types import SHOP, NewConsent, NewProfile, ProfileChange, RecordedConsents
from regulars.events.models import Event

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def somebody(*ids: str) -> list[int]:
    found = services.find_or_create_profiles(keys=[(SHOP, id_) for id_ in ids], now=NOW)
    return [found[SHOP, id_] for id_ in ids]


def said(profile_id: int, granted: bool, days_ago: float = 1, **values: Any) -> NewConsent:
    given = {"channel": "email", "source": "form", "at": NOW - timedelta(days=days_ago)}
    return NewConsent(**{"profile_id": profile_id, "granted": granted} | given | values)


def record(*consents: NewConsent) -> RecordedConsents:
    return services.record_consents(consents=consents, now=NOW)


def holds(profile_id: int) -> dict[tuple[str, str], bool]:
    return {
        (row.channel, row.topic): row.granted for row in queries.consents_of([profile_id]).get(profile_id, [])
    }


@pytest.mark.django_db
def test_the_newest_word_holds_whichever_comes_first() -> None:
    anna, boris = somebody("1", "2")
    assert (
        record(said(anna, True, 9), said(anna, True, 9, channel="sms"), said(boris, False, 2)).recorded == 3
    )
    assert record(said(anna, False, 3), said(anna, True, 5)).recorded == 2
    assert record(said(anna, True, 1, topic="service")).recorded == 1
    assert holds(anna) == {
        ("email", "marketing"): False,
        ("sms", "marketing"): True,
        ("email", "service"): True,
    }
    assert holds(boris) == {("email", "marketing"): False}
    assert queries.consents_of([]) == {}
    history = queries.consent_history([anna], limit=3)
    assert [(row.granted, (NOW - row.at).days) for row in history] == [(True, 1), (False, 3), (True, 5)]


@pytest.mark.django_db
def test_of_yes_and_no_at_the_same_moment_the_no_counts() -> None:
    (anna,) = somebody("1")
    record(said(anna, False), said(anna, True), said(anna, True, source="till"))
    assert holds(anna) == {("email", "marketing"): False}


@pytest.mark.django_db
def test_the_same_again_changes_nothing() -> None:
    (anna,) = somebody("1")
    consent = said(anna, True, proof={"page": "/club", "text": "Хочу письма"})
    assert record(consent, consent).recorded == 1
    before = Event.objects.count()
    assert record(consent) == RecordedConsents()
    assert Event.objects.count() == before
    ((row,),) = queries.consents_of([anna]).values()
    assert (row.proof, row.recorded_at) == ({"page": "/club", "text": "Хочу письма"}, NOW)


@pytest.mark.django_db
def test_each_is_an_event_of_its_moment_without_the_proof() -> None:
    (anna,) = somebody("1")
    Event.objects.all().delete()
    record(said(anna, True, 9, proof={"text": "secret"}), said(anna, False, 2))
    events = Event.objects.order_by("occurred_at").values_list("name", "occurred_at", "properties")
    what = {"channel": "email", "topic": "marketing"}
    assert list(events) == [
        ("consent_given", NOW - timedelta(days=9), what),
        ("consent_withdrawn", NOW - timedelta(days=2), what),
    ]


@pytest.mark.django_db
def test_what_is_no_consent_is_refused_by_itself() -> None:
    (anna,) = somebody("1")
    done = record(
        said(anna, True, channel="pigeon"),
        said(anna, True, topic="Big News"),
        said(anna, True, source=" "),
        said(anna, True, proof={"text": "x" * 4_001}),
        said(anna, True, proof={"text": "\x00"}),
        said(anna, True, -2),
        said(999_999, True),
        said(anna, True),
    )
    reasons = [
        "bad_channel",
        "bad_topic",
        "bad_source",
        "bad_proof",
        "bad_proof",
        "in_future",
        "unknown_profile",
    ]
    assert done == RecordedConsents(1, dict(enumerate(reasons)))


@pytest.mark.django_db
def test_a_clock_that_is_ahead_does_not_outlive_a_no() -> None:
    (anna,) = somebody("1")
    record(said(anna, True, -0.5))
    services.record_consents(consents=[said(anna, False, -0.1)], now=NOW + timedelta(hours=3))
    assert holds(anna) == {("email", "marketing"): False}


@pytest.mark.django_db
def test_who_consented_stays_when_the_import_is_undone() -> None:
    done = services.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id="1")], now=NOW, backfill=True
    )
    ((key, id_),) = done.ids.items()
    record(said(id_, True))
    change = ProfileChange(key, done.revisions[key])
    assert services.undo_profiles(changes=[change], now=NOW).kept == {key: "has_consents"}
    assert services.remove_consents(profile_ids=[id_]) == 1
    assert services.undo_profiles(changes=[change], now=NOW).undone == 1


@pytest.mark.django_db
def test_what_holds_is_read_from_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM customers_consent WHERE profile_id = ANY('{1,2}')")
        assert "customers_consent_once" in str(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_the_same_by_many_at_once_are_kept_once() -> None:
    ids = somebody(*map(str, range(50)))
    batch = [said(id_, granted, days) for id_ in ids for days, granted in enumerate([True, False, True])]
    results = together([partial(record, *(batch if n % 2 else batch[::-1])) for n in range(6)])
    done = [result for result in results if isinstance(result, RecordedConsents)]
    assert len(done) == 6, results
    assert sum(result.recorded for result in done) == Consent.objects.count() == 150
    assert Event.objects.filter(name__startswith="consent_").count() == 150


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=8), st.randoms())
def test_the_order_of_arrival_does_not_matter(words: list[tuple[int, bool]], random: Any) -> None:
    anna, boris = somebody("1", "2")
    Consent.objects.all().delete()
    newest = max(at for at, _ in words)
    expected = all(granted for at, granted in words if at == newest)
    arrival = random.sample(words, len(words))
    record(*(said(anna, granted, 9 - at) for at, granted in words))
    for at, granted in arrival:
        record(said(boris, granted, 9 - at))
    assert holds(anna) == holds(boris) == {("email", "marketing"): expected}


@pytest.mark.django_db
@pytest.mark.parametrize("empty", ["channel", "topic", "source"])
def test_the_database_holds_what_we_promise(empty: str) -> None:
    (anna,) = somebody("1")
    values = {"channel": "email", "topic": "marketing", "source": "form"} | {empty: ""}
    row = Consent(profile_id=anna, granted=True, at=NOW, recorded_at=NOW, proof={}, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
