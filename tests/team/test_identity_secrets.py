"""The secret the shop's site proves people by: sealed, shown once, followed by another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from tests.team.conftest import NOW
from tests.together import together

from regulars.team import queries, services
from regulars.team.models import AuditLogEntry, IdentitySecret

pytestmark = pytest.mark.django_db
WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def _new(now: object = NOW) -> str:
    return services.make_identity_secret(user_id=None, now=now)  # type: ignore[arg-type]


def test_there_is_none_at_first() -> None:
    assert queries.identity_secrets(NOW) == ()
    assert queries.identity_secret_states(NOW) == []
    assert not services.end_former_identity_secret(user_id=None, now=NOW)


def test_secret_is_sealed() -> None:
    secret = _new()
    assert queries.identity_secrets(NOW) == (secret,)
    assert secret.startswith("is_")
    assert len(secret) == 35
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM team_identitysecret t")
        (kept,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(t::text, ' ') FROM team_auditlogentry t")
        (logged,) = cursor.fetchone()
    assert secret not in kept + logged
    assert secret[3:-4] not in kept + logged


def test_former_secret_holds_for_a_week_and_no_third_does() -> None:
    first = _new()
    second = _new(NOW + DAY)
    assert queries.identity_secrets(NOW + DAY) == (second, first)
    third = _new(NOW + 2 * DAY)
    assert queries.identity_secrets(NOW + 2 * DAY) == (third, second)
    assert queries.identity_secrets(NOW + 2 * DAY + WEEK - SECOND) == (third, second)
    assert queries.identity_secrets(NOW + 2 * DAY + WEEK) == (third,)
    states = queries.identity_secret_states(NOW + 2 * DAY)
    assert [(state.hint[-4:], state.ends_at) for state in states] == [
        (third[-4:], None),
        (second[-4:], NOW + 2 * DAY + WEEK),
    ]


def test_former_secret_is_ended_at_once_where_it_leaked() -> None:
    _new()
    second = _new(NOW + DAY)
    assert services.end_former_identity_secret(user_id=None, now=NOW + DAY + SECOND)
    assert queries.identity_secrets(NOW + DAY + SECOND) == (second,)
    assert not services.end_former_identity_secret(user_id=None, now=NOW + DAY + SECOND)
    assert list(AuditLogEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "identity_secret_made",
        "identity_secret_made",
        "identity_secret_ended",
    ]


def test_secret_sealed_under_another_key_proves_nothing(settings: LazySettings) -> None:
    _new()
    settings.SECRET_KEY = "another key of the installation, as after a move without it"
    assert queries.identity_secrets(NOW) == ()
    assert [state.readable for state in queries.identity_secret_states(NOW)] == [False]
    second = _new(NOW + DAY)
    assert [state.readable for state in queries.identity_secret_states(NOW + DAY)] == [True, False]
    assert queries.identity_secrets(NOW + DAY) == (second,)


@pytest.mark.django_db(transaction=True)
def test_made_twice_at_once_one_is_in_use() -> None:
    made = together([_new] * 4)
    assert all(isinstance(secret, str) for secret in made)
    assert IdentitySecret.objects.filter(ends_at=None).count() == 1
    assert len(queries.identity_secrets(NOW)) <= 2
