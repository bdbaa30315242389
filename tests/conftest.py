"""For all tests: messages in English, and no jobs left over for the next test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from regulars.kit import aged
from regulars.kit.kept import forget_all
from regulars.loyalty.queries.programme import forget_versions
from regulars.offers.queries.stored import forget as forget_offers

# The same kind of hash, made in a thousandth of the time: hundreds of tests begin with somebody's password.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 64  # kibibytes


KEPT = {"django_content_type", "auth_permission"}
"""What Django fills for every installation alike, and would fill again after each test."""


def _empty(_case: TransactionTestCase) -> None:
    """Empty the tables that a test has filled: few of all, and each takes a file for every index."""
    names = connection.introspection.django_table_names(only_existing=False, include_views=False)
    tables = sorted(set(names) - KEPT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f'EXISTS (SELECT FROM "{table}")' for table in tables))
        filled = [
            f'"{table}"' for table, is_filled in zip(tables, cursor.fetchone(), strict=True) if is_filled
        ]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever the machine's language; a test of Russian asks for it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """A process keeps versions of the programme, offers, and what conditions may ask for; those of the test
    before are gone."""
    forget_versions()
    forget_offers()
    forget_all()
    aged.forget_all()


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the queue after tests that commit: Django's flush passes over tables it does not manage."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
