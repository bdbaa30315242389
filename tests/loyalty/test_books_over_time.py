"""The books over a span: balances, what moved, lists, ages, flows; against sums made in Python."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from tests.console import loyalty_books as books
from tests.console import shops

from regulars.customers.models import Profile
from regulars.loyalty import queries
from regulars.loyalty.models import Posting
from regulars.loyalty.types import Account, Cause
from regulars.loyalty.types.books import WhichPostings

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
ZONE = "Europe/Moscow"


def _random_books(seed: int = 1) -> None:
    """Lots of three people over 100 days, spent and expired in part."""
    chance = random.Random(seed)  # noqa: S311 (a mixture, not a secret)
    people = [shops.person(f"P{n}") for n in range(3)]
    for _ in range(25):
        at = NOW - chance.randrange(1, 100) * DAY - timedelta(minutes=chance.randrange(1440))
        lot = books.lot(chance.choice(people), chance.randrange(10, 200), at=at)
        later = at + chance.randrange(1, 20) * DAY
        if chance.random() < 0.6:
            books.spend(lot, chance.randrange(1, 6), at=later)
        elif chance.random() < 0.5:
            books.expire(lot, chance.randrange(1, 6), at=later)


def _balances(until: datetime) -> Counter[str]:
    """What the accounts held then, summed in Python from the postings themselves."""
    sums: Counter[str] = Counter()
    for row in Posting.objects.filter(recorded_at__lt=until):
        sums[row.from_account] -= row.amount_minor
        sums[row.to_account] += row.amount_minor
    return sums


@pytest.mark.parametrize("span", [(100, 0), (60, 30), (30, -1), (400, 300), (1, -50)])
def test_balances_of_a_span_are_the_sums_of_its_postings(span: tuple[int, int]) -> None:
    _random_books()
    since, until = NOW - span[0] * DAY, NOW - span[1] * DAY
    sheet = queries.account_sheet(since=since, until=until, zone=ZONE)
    before, after = _balances(since), _balances(until)
    for line in sheet.lines:
        assert line.opening_minor == before[line.account.value], line
        assert line.closing_minor == after[line.account.value], line
        assert line.opening_minor + line.in_minor - line.out_minor == line.closing_minor
    assert sum(line.closing_minor for line in sheet.lines) == 0
    inside = Posting.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
    assert sheet.postings == inside.count()
    assert sum(m.amount_minor for m in sheet.moved) == sum(p.amount_minor for p in inside)


def test_a_day_is_one_of_the_shops_calendar() -> None:
    person = shops.person()
    books.lot(person, 10, at=datetime(2024, 4, 30, 20, 59, tzinfo=UTC))
    books.lot(person, 20, at=datetime(2024, 4, 30, 21, 0, tzinfo=UTC))  # midnight in Moscow
    sheet = queries.account_sheet(since=NOW - 5 * DAY, until=NOW, zone=ZONE)
    assert [(m.day, m.amount_minor) for m in sheet.moved] == [
        (date(2024, 4, 30), 1000),
        (date(2024, 5, 1), 2000),
    ]


def test_an_empty_book_is_nothing() -> None:
    sheet = queries.account_sheet(since=NOW - DAY, until=NOW, zone=ZONE)
    assert (sheet.moved, {line.closing_minor for line in sheet.lines}) == ((), {0})
    assert queries.postings(which=WhichPostings(since=NOW - DAY, until=NOW), limit=5) == []
    assert queries.first_posting_at() is None


def test_the_list_is_paged_without_gaps_and_kept_to_its_span_cause_and_account() -> None:
    _random_books()
    which = WhichPostings(since=NOW - 80 * DAY, until=NOW - 10 * DAY)
    found, before = [], None
    while page := queries.postings(which=which, limit=7, before=before):
        found += [row.id for row in page]
        before = page[-1].id
    inside = Posting.objects.filter(recorded_at__gte=which.since, recorded_at__lt=which.until)
    assert found == sorted(inside.values_list("pk", flat=True), reverse=True)
    spent = WhichPostings(since=which.since, until=which.until, cause=Cause.SPENT)
    assert {row.cause for row in queries.postings(which=spent, limit=100)} == {Cause.SPENT}
    held = WhichPostings(since=which.since, until=which.until, account=Account.HELD)
    rows = queries.postings(which=held, limit=100)
    assert rows
    assert all(Account.HELD in (row.from_account, row.to_account) for row in rows)


@pytest.mark.parametrize("ago", [(9.5, 5, 0.5), (5,), (9.5, 5), (5, 0.5), (0.5,)])
def test_a_span_shows_all_of_its_postings_whichever_of_its_days_are_quiet(ago: tuple[float, ...]) -> None:
    for days in (20, *ago):
        books.lot(shops.person(), 10, at=NOW - days * DAY)
    found = queries.postings(which=WhichPostings(since=NOW - 10 * DAY, until=NOW), limit=100)
    assert [row.recorded_at for row in found] == sorted((NOW - days * DAY for days in ago), reverse=True)


def test_a_line_names_its_order_and_the_person_its_profile_belongs_to_now() -> None:
    one, other = shops.person("A"), shops.person("B")
    books.lot(one, 10, at=NOW - DAY, order="A-7")
    Profile.objects.filter(person_id=one).update(person_id=other)
    (row,) = queries.postings(which=WhichPostings(since=NOW - 2 * DAY, until=NOW), limit=5)
    assert (row.person_id, row.order_id, row.amount_minor) == (other, "A-7", 1000)


def test_flows_are_less_what_went_the_other_way() -> None:
    person = shops.person()
    lot = books.lot(person, 100, at=NOW - 20 * DAY)
    books.post(lot, Cause.TAKEN_BACK, Account.AVAILABLE, Account.ISSUED, 30, at=NOW - 19 * DAY)
    books.spend(lot, 50, at=NOW - 15 * DAY)
    books.post(lot, Cause.SPENT_BACK, Account.REDEEMED, Account.AVAILABLE, 5, at=NOW - 14 * DAY)
    books.expire(lot, 25, at=NOW - 5 * DAY)
    books.lot(person, 7, at=NOW - 4 * DAY, cause=Cause.OPENING, account=Account.ADJUSTMENTS)
    books.lot(person, 3, at=NOW - 4 * DAY, cause=Cause.BY_HAND, account=Account.ADJUSTMENTS)
    early, late = queries.activity((NOW - 30 * DAY, NOW - 10 * DAY, NOW))
    assert (early.flow.given_minor, early.flow.spent_minor, early.flow.expired_minor) == (7000, 4500, 0)
    assert (late.flow.given_minor, late.flow.brought_minor, late.flow.expired_minor) == (300, 700, 2500)
    assert (early.customers, late.customers) == (1, 0)


def test_somebody_of_two_profiles_takes_part_once() -> None:
    one, other = shops.person("A"), shops.person("B")
    for person in (one, other):
        books.lot(person, 10, at=NOW - DAY)
    assert queries.count_members() == 2
    Profile.objects.filter(person_id=one).update(person_id=other)
    assert queries.count_members() == 1
    assert queries.activity((NOW - 2 * DAY, NOW))[0].customers == 1


def test_what_is_open_is_split_by_age_and_what_has_expired_counts_no_more() -> None:
    person = shops.person()
    books.lot(person, 10, at=NOW - 100 * DAY, expires=NOW + 5 * DAY)
    books.lot(person, 20, at=NOW - 10 * DAY, expires=NOW + 50 * DAY, pending=True)
    books.lot(person, 40, at=NOW - 10 * DAY)
    books.lot(person, 80, at=NOW - 90 * DAY, expires=NOW)  # the run of this minute has not been there yet
    found = queries.open_points(at=NOW, earned=[NOW - 30 * DAY], expires=[NOW + 30 * DAY])
    sums: Counter[tuple[int, int | None]] = Counter()
    for part in found:
        sums[part.earned, part.expires] += part.points_minor
    assert {k: v for k, v in sums.items() if v} == {(0, 0): 1000, (1, 1): 2000, (1, None): 4000}
    assert sum(part.pending_minor for part in found) == 2000


def test_cohorts_are_months_of_the_calendar_with_what_became_of_them() -> None:
    person = shops.person()
    old = books.lot(person, 100, at=datetime(2024, 1, 31, 20, tzinfo=UTC), expires=NOW)
    books.spend(old, 60, at=NOW - 40 * DAY)
    books.expire(old, 40, at=NOW)
    books.lot(person, 10, at=datetime(2024, 1, 31, 22, tzinfo=UTC), expires=NOW)  # 1 February in Moscow
    books.lot(person, 5, at=datetime(2024, 2, 5, tzinfo=UTC))
    rows = [
        (c.month, c.never, c.got_minor, c.expired_minor, c.open_minor)
        for c in queries.cohorts(at=NOW, zone=ZONE)
    ]
    assert rows == [
        (date(2024, 1, 1), False, 10000, 4000, 0),
        (date(2024, 2, 1), False, 1000, 0, 1000),
        (date(2024, 2, 1), True, 500, 0, 500),
    ]


def test_debts_are_said_as_what_is_owed() -> None:
    person = shops.person()
    lot = books.lot(person, 10, at=NOW - DAY)
    books.spend(lot, 10, at=NOW - DAY)
    assert queries.owed_minor() == 0
    books.post(lot, Cause.OWED, Account.DEBT, Account.ISSUED, 10)
    assert queries.owed_minor() == 1000


def test_a_span_is_found_by_its_own_index() -> None:
    """Not a promise about small tables: the index is there and fits the condition."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT min(id + 0) FROM loyalty_posting WHERE recorded_at >= now()")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "loyalty_posting_by_moment" in plan
