from __future__ import annotations

import pytest
from django.db import connection, transaction

from regulars.kit.locks import Space, alone, hold_numbers, is_held


@pytest.mark.django_db(transaction=True)
def test_only_one_holds_it_and_then_the_next() -> None:
    with alone(Space.SCHEDULE, "a") as first, alone(Space.SCHEDULE, "a") as second:
        assert (first, second) == (True, False)
        with alone(Space.SCHEDULE, "b") as other:
            assert other
    with alone(Space.SCHEDULE, "a") as again:
        assert again


@pytest.mark.django_db(transaction=True)
def test_it_outlasts_the_transactions_of_the_work() -> None:
    with alone(Space.SCHEDULE, "a"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with alone(Space.SCHEDULE, "a") as second:
            assert not second


@pytest.mark.django_db(transaction=True)
def test_it_holds_no_transaction_open() -> None:
    with alone(Space.SCHEDULE, "a"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_it_goes_with_the_session_that_took_it() -> None:
    with alone(Space.SCHEDULE, "a") as first:
        assert first
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
                [Space.SCHEDULE.value],
            )
            assert cursor.rowcount == 1
        # The server frees it when the backend has ended, a moment after it was told to.
        assert any(_taken() for _ in range(1000))


def _taken() -> bool:
    with alone(Space.SCHEDULE, "a") as held:
        return held


@pytest.mark.django_db(transaction=True)
def test_it_is_given_back_after_an_error() -> None:
    with pytest.raises(RuntimeError), alone(Space.SCHEDULE, "a"):
        raise RuntimeError
    assert _taken()


@pytest.mark.django_db(transaction=True)
def test_numbers_are_held_until_the_transaction_ends() -> None:
    with pytest.raises(RuntimeError):
        hold_numbers(Space.POINTS_OF_ORDERS, [1])
    with transaction.atomic():
        hold_numbers(Space.POINTS_OF_ORDERS, [3, 1, 3])
        held = [is_held(Space.POINTS_OF_ORDERS, name) for name in ("1", "2", "3")]
        assert held == [True, False, True]
    assert not is_held(Space.POINTS_OF_ORDERS, "1")
