"""How the programme stands, what is owed, the books and the tills, as pages and as files."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import loyalty_books as books
from tests.console import shops
from tests.console.workbooks import NAMES, rows_of

from regulars.commerce import services as commerce
from regulars.customers.models import Profile
from regulars.loyalty import ready
from regulars.loyalty.models import Journal, JournalEntry, LedgerCheck
from regulars.loyalty.types import Account, Cause, EntryKind, EntryReason, Programme
from regulars.team.models import AuditLogEntry
from regulars.team.services import save_shop
from regulars.team.types import Action, Role, ShopProfile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW, DAY = shops.NOW, timedelta(days=1)
# Session, user, permissions, shop; versions (two), has it begun; activity (two), open points, months,
# members; waiting, checks, wrong.
QUERIES_STANDING = 15
# Session, user, permissions, shop; version; cohorts, open points, debts.
QUERIES_LIABILITY = 8
# Session, user, permissions, shop; edges, postings, accounts, the first of all, the last check, names.
QUERIES_BOOKS = 10
# Session, user, permissions, shop; entries, branches (two), journals, persons, names.
QUERIES_TILLS = 10


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _page(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _tiles(page: str) -> list[str]:
    """The values of the figures."""
    return [part.partition("</div>")[0] for part in page.split('class="figure-value">')[1:]]


# --- how it stands -------------------------------------------------------------------------------------
def test_an_empty_shop_is_offered_rules_to_begin_with(inside: Client) -> None:
    page = _page(inside, "loyalty")
    assert "Give customers a reason to come back" in page
    assert "Up to 30% of an order can be paid with points." in page
    assert "An order of RUB 2,000 brings 100 points." in page
    assert f'href="{reverse("loyalty-programme")}"' in page
    assert f'href="{reverse("loyalty-programme-ready")}"' in page
    analyst = _page(shops.browser_of(shops.colleague(Role.ANALYST)), "loyalty")
    assert "Whoever is marketer or owner here sets it up." in analyst
    assert "Choose a ready programme" not in analyst


def test_an_empty_shop_begins_with_figures_of_its_currency(inside: Client) -> None:
    """In pounds a point is a penny: the figures forms offer, such as 300 points for a friend, are no £300."""
    save_shop(shop=ShopProfile(currency="GBP"), user_id=shops.colleague().pk, now=NOW)
    page = _page(inside, "loyalty")
    assert "1 point takes £0.01 off an order." in page
    assert "An order of £20 brings 100 points." in page
    draft = _page(inside, "loyalty-programme")
    assert "1 point takes £0.01 off an order." in draft
    assert 'value="20"' in draft  # the order that is tried


def test_who_has_published_is_told_what_comes_next(inside: Client) -> None:
    books.publish()
    page = _page(inside, "loyalty")
    assert "Connect the tills or the site" in page
    assert "The owner makes the keys." in page
    assert f'href="{reverse("imports-upload")}?kind=points"' in page
    assert _tiles(page) == []  # nothing but noughts
    owner = _page(shops.browser_of(shops.colleague(Role.OWNER)), "loyalty")
    assert f'href="{reverse("connections-key-new")}"' in owner
    books.lot(shops.person(), 100)
    page = _page(inside, "loyalty")
    assert "Connect the tills or the site" not in page
    assert _tiles(page)


def test_a_programme_without_points_is_told_by_what_it_gives(inside: Client) -> None:
    made = ready.programme("stamps", "RUB")
    assert made
    books.publish(programme=made.programme)
    page = _page(inside, "loyalty")
    assert "For every 6 orders of RUB 200 or more" in page
    assert "No points are given for orders" not in page
    assert "brings 0 points" not in _page(inside, "loyalty-programme-versions")


def test_figures_are_those_of_30_days_with_their_change(inside: Client) -> None:
    books.publish()
    anna, boris = shops.person("Anna"), shops.person("Boris")
    first = books.lot(anna, 200, at=NOW - 45 * DAY)
    books.spend(first, 50, at=NOW - 40 * DAY)
    second = books.lot(anna, 300, at=NOW - 20 * DAY, expires=NOW + 10 * DAY)
    books.lot(boris, 100, at=NOW - 10 * DAY, pending=True)
    books.spend(second, 75, at=NOW - 5 * DAY)
    books.expire(first, 20, at=NOW - 2 * DAY)
    page = _page(inside, "loyalty")
    assert _tiles(page) == ["2", "2", "400", "75", "20", "455"]
    assert "+100%" in page  # of two customers one before; of 200 points 400
    assert "+50%" in page
    assert "points, worth RUB 455" in page
    assert "225 points expire within a month" in page
    assert "In 12 months 600 points were given and 125 points spent: about 2 out of 10." in page
    assert "April 2024: given 400 points, spent 75 points" in page


def test_what_waits_stands_at_the_head(inside: Client) -> None:
    books.publish()
    LedgerCheck.objects.create(at=NOW, postings=3, findings=[_finding()])
    _entry(state="refused", outcome={"reason": "unknown_customer"})
    _entry(number=2, state="short", outcome={"reason": "not_enough_points"}, received_at=NOW - 31 * DAY)
    page = _page(inside, "loyalty")
    assert "The books do not agree" in page
    assert "Tills did 1 thing that could not be granted in full" in page


def test_rules_that_come_later_are_told_of(inside: Client) -> None:
    books.publish()
    books.publish(days_ago=-5, now_days_ago=1, programme=Programme(cashback_percent=Decimal(7)))
    assert "New rules hold from 6 May, 12:00 on." in _page(inside, "loyalty")


@pytest.mark.parametrize(
    ("role", "page"), [(Role.AGENT, "loyalty-by-hand"), (Role.CASHIER, "loyalty-programme-as-read")]
)
def test_who_sees_no_figures_begins_with_what_they_do(role: Role, page: str) -> None:
    books.publish()
    client = shops.browser_of(shops.colleague(role))
    answer = client.get(reverse("loyalty"))
    assert (answer.status_code, answer["Location"]) == (302, reverse(page))
    by_hand = f'href="{reverse("loyalty-by-hand")}"'
    assert (by_hand in client.get(reverse(page)).text) is (role is Role.AGENT)


def test_the_page_asks_as_often_whatever_there_is(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    books.publish()
    for number in range(3):
        books.spend(books.lot(shops.person(f"P{number}"), 10, at=NOW - DAY), 5)
    with django_assert_num_queries(QUERIES_STANDING):
        _page(inside, "loyalty")


# --- what is owed --------------------------------------------------------------------------------------
def test_what_is_owed_is_split_by_age_and_priced(inside: Client) -> None:
    books.publish(programme=Programme(currency="RUB", worth_minor=50))
    person = shops.person()
    books.lot(person, 100, at=NOW - 10 * DAY, expires=NOW + 10 * DAY)
    books.lot(person, 300, at=NOW - 400 * DAY)
    books.lot(person, 50, at=NOW - 70 * DAY, expires=NOW + 100 * DAY, pending=True)
    page = _page(inside, "loyalty-liability")
    assert _tiles(page) == ["450", "400", "50"]
    assert "points, worth RUB 225" in page
    expires, earned = page.split('<ul class="loy-buckets')[1:3]
    assert _buckets(expires) == ["100 points", "0 points", "50 points", "0 points", "0 points", "300 points"]
    assert _buckets(earned) == ["100 points", "50 points", "0 points", "0 points", "300 points"]
    assert "Not enough history yet." in page


def _buckets(text: str) -> list[str]:
    return [part.partition("<")[0] for part in text.split('class="loy-bucket-value">')[1:]]


def test_what_will_expire_comes_of_the_shops_own_months(inside: Client) -> None:
    books.publish()
    person = shops.person()
    for month, expired in ((1, 10), (2, 20), (3, 30)):
        at = datetime(2023, month, 10, tzinfo=UTC)
        for number in range(40):
            lot = books.lot(person, 100, at=at, expires=NOW - 30 * DAY)
            part = expired if number % 2 else 0
            books.expire(lot, part, at=at) if part else None
            books.spend(lot, 100 - part, at=at)
    books.lot(person, 1000, at=NOW - DAY, expires=NOW + 90 * DAY)
    page = _page(inside, "loyalty-liability")
    assert _tiles(page) == ["1,000", "1,000", "0", "900"]
    assert (
        "Of the 12,000 points earned from January 2023 to March 2023, all spent or expired by now, 10.0% "
        "expired unspent: from 5.0% in the best month to 15.0% in the worst." in page
    )
    assert "100 points of those that are open now will expire (RUB 100)" in page
    assert "as in the best month 50 points, as in the worst 150 points" in page


def test_the_file_of_what_is_owed_says_the_same(inside: Client) -> None:
    books.publish()
    books.lot(shops.person(), 100, at=NOW - 10 * DAY, expires=NOW + 10 * DAY)
    answer = inside.get(reverse("loyalty-liability-export"))
    rows = rows_of(answer)
    assert rows[1] == ["All that may still be spent", 100, 100]
    assert ["Earned: within the last month", 100, 100] in rows
    assert ["Expires: within a month", 100, 100] in rows
    taken = AuditLogEntry.objects.get(action=Action.LIST_TAKEN_OUT.value)
    assert taken.details == {"list": "points-owed"}


def test_nothing_owed_says_what_to_do_first(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(QUERIES_LIABILITY):
        page = _page(inside, "loyalty-liability")
    assert "Nothing is owed yet" in page
    assert f'href="{reverse("loyalty-programme")}"' in page
    assert f'href="{reverse("loyalty-programme-ready")}"' in page


# --- the books -----------------------------------------------------------------------------------------
def _some_books() -> int:
    person = shops.person("Anna")
    lot = books.lot(person, 200, at=NOW - 40 * DAY, order="A-1")
    books.spend(lot, 50, at=NOW)
    books.expire(lot, 25, at=NOW)
    return person


def test_books_begin_and_end_with_balances_and_name_each_line(inside: Client) -> None:
    person = _some_books()
    page = _page(inside, "loyalty-books")
    assert _tiles(page) == ["200", "0", "0", "−50", "−25", "125"]
    lines = page.partition('id="postings"')[2]
    assert "Given by the programme" not in lines  # last month
    assert "Spent on an order or a reward" in lines
    assert "order A-1" in lines
    assert "Set aside at a till → Spent on orders and rewards" in lines
    assert reverse("customers-points", args=[person]) in lines
    whole = _page(inside, "loyalty-books", **{"from": "2024-01-01", "to": "2024-05-01"})
    assert "Given by the programme" in whole.partition('id="postings"')[2]
    assert _tiles(whole)[0] == "0"


def test_days_before_the_first_line_are_no_empty_book(inside: Client) -> None:
    assert "Nothing is in the books yet" in _page(inside, "loyalty-books")
    _some_books()
    page = _page(inside, "loyalty-books", **{"from": "2020-01-01", "to": "2020-02-01"})
    assert "Nothing was written down in these days." in page
    assert _tiles(page) == ["0", "0", "0", "0", "0", "0"]


def test_books_are_shown_of_one_cause_or_account(inside: Client) -> None:
    _some_books()
    lines = _page(inside, "loyalty-books", cause="expired").partition('id="postings"')[2]
    assert (lines.count("<tr>"), "Spent on an order or a reward" in lines) == (2, False)
    lines = _page(inside, "loyalty-books", account="held").partition('id="postings"')[2]
    assert lines.count("<tr>") == 3
    lines = _page(inside, "loyalty-books", cause="opening").partition('id="postings"')[2]
    assert "Nothing of this kind was written down in these days." in lines


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "2024-13-01", "to": "yesterday", "cause": "nothing", "account": "x", "before": "-1"},
        {"from": "2024-05-01", "to": "2024-01-01", "before": "9" * 30},
        {"before": "1"},
    ],
)
def test_addresses_that_make_no_sense_show_a_page(inside: Client, asked: dict[str, str]) -> None:
    _some_books()
    _page(inside, "loyalty-books", **asked)


def test_books_are_paged(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.console.loyalty_pages import books as shown

    monkeypatch.setattr(shown, "PAGE", 2)
    _some_books()
    first = _page(inside, "loyalty-books")
    assert first.partition('id="postings"')[2].count("<tr>") == 1 + 2
    older = first.split('rel="next" href="')[1].partition('"')[0].replace("&amp;", "&")
    second = shops.plain(inside.get(older).text)
    assert second.partition('id="postings"')[2].count("<tr>") == 1 + 1
    assert 'rel="next"' not in second


def test_books_can_be_proved_at_once(inside: Client) -> None:
    assert "The books have not been checked yet." in _page(inside, "loyalty-books")
    page = inside.post(reverse("loyalty-books-check"), follow=True).text
    assert "every balance is the sum of its postings" in page
    assert "The books agree." in page
    assert AuditLogEntry.objects.filter(action=Action.BOOKS_CHECKED.value).count() == 1
    analyst = shops.browser_of(shops.colleague(Role.ANALYST))
    assert analyst.post(reverse("loyalty-books-check")).status_code == 403


def test_large_books_are_not_proved_while_somebody_waits(inside: Client) -> None:
    LedgerCheck.objects.create(at=NOW, postings=2_000_001, findings=[])
    page = inside.post(reverse("loyalty-books-check"), follow=True).text
    assert "The books are large" in page
    assert LedgerCheck.objects.count() == 1


def _finding() -> dict[str, Any]:
    return {"kind": "wallet", "id": 7, "name": "available", "kept_minor": 1000, "proved_minor": 900}


def test_what_does_not_agree_stands_there(inside: Client) -> None:
    LedgerCheck.objects.create(at=NOW, postings=3, findings=[_finding()] * 30)
    page = _page(inside, "loyalty-books")
    assert "The books do not agree in 30 places." in page
    assert "Wallet 7: the account “available” says 10.00, its postings come to 9.00." in page
    assert "And 10 more." in page


def test_the_file_of_the_books_agrees_in_all_its_sheets(inside: Client) -> None:
    person = _some_books()
    other = books.lot(person, 33, at=NOW - 3 * DAY, cause=Cause.OPENING, account=Account.ADJUSTMENTS)
    books.post(other, Cause.TAKEN_BACK, Account.AVAILABLE, Account.ADJUSTMENTS, 3)
    answer = inside.get(reverse("loyalty-books-export"), {"from": "2024-04-01", "to": "2024-05-01"})
    data = b"".join(answer)
    accounts, days, lines = (_sheet(data, number) for number in (1, 2, 3))
    *single, all_ = accounts[1:]
    for name, opening, came, went, closing in single:
        assert opening + came - went == closing, name
    assert all_[0] == "All together"
    assert [all_[1], all_[4]] == [0, 0]
    assert all_[2] == all_[3] == sum(row[-1] for row in days[1:-1]) == days[-1][-1]
    assert days[-1][-2] == len(lines) - 1 == 5
    assert sum(row[7] for row in lines[1:]) == all_[2]
    assert {row[8] for row in lines[1:]} == {"A-1", ""}


def _sheet(data: bytes, number: int) -> list[list[Any]]:
    """Every cell of a sheet; numbers as numbers."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        found = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 (our own)
    return [
        [
            "".join(c.itertext()) if c.get("t") else float("".join(c.itertext()))
            for c in row.iterfind("m:c", NAMES)
        ]
        for row in found.iterfind(".//m:row", NAMES)
    ]


def test_books_ask_as_often_whatever_there_is(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _some_books()
    books.lot(shops.person("Boris"), 10, at=NOW)
    with django_assert_num_queries(QUERIES_BOOKS):
        _page(inside, "loyalty-books")


# --- tills ---------------------------------------------------------------------------------------------
def _entry(number: int = 1, **values: Any) -> JournalEntry:
    branch = commerce.save_branch(name="Arbat") if not Journal.objects.exists() else 0
    journal = Journal.objects.first() or Journal.objects.create(
        branch_id=branch, till="till-1", next_number=7
    )
    usual = {
        "kind": "spend",
        "key": f"k{number}",
        "at": NOW - timedelta(hours=2),
        "body": {"points_minor": 5000, "order_id": f"A-{number}"},
        "state": "done",
        "received_at": NOW,
    }
    return JournalEntry.objects.create(journal=journal, number=number, **(usual | values))


def test_no_till_was_cut_off(inside: Client) -> None:
    assert "No till has been cut off yet" in _page(inside, "loyalty-tills")


def test_what_was_not_granted_is_told_with_its_reason(inside: Client) -> None:
    person = shops.person("Anna")
    profile = Profile.objects.get(person_id=person)
    _entry(1, state="short", profile=profile,
           outcome={"reason": "not_enough_points", "points_minor": 3000, "short_minor": 2050})  # fmt: skip
    _entry(2, state="refused", outcome={"reason": "unknown_customer"})
    _entry(
        3, kind="order", state="refused", outcome={"reason": "something_new"}, body={"order": {"order_id": 5}}
    )
    _entry(4)
    page = _page(inside, "loyalty-tills")
    assert "Arbat · till-1" in page
    assert "all arrived" in page
    lines = page.partition('id="wrong"')[2]
    assert lines.count("<tr>") == 1 + 3
    assert "There were not enough points. 30 points were there, 20.5 points missing." in lines
    assert "Points spent, order A-1" in lines
    assert "The customer is not known." in lines
    assert "Order 5" in lines
    assert ">Anna</a>" in lines


def test_a_gap_is_told_of(inside: Client) -> None:
    _entry(8, state="waiting", received_at=NOW - timedelta(hours=1))
    _entry(9, state="waiting")
    page = _page(inside, "loyalty-tills")
    assert "2 entries wait for number 7, which has not arrived: since today at 11:00." in page
    assert "Everything tills did by themselves could be granted." in page


def test_tills_are_paged_and_go_into_a_file(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.console.loyalty_pages import tills as shown

    monkeypatch.setattr(shown, "PAGE", 2)
    for number in range(1, 6):
        _entry(number, state="refused", outcome={"reason": "no_programme"}, received_at=NOW)
    seen, address = [], reverse("loyalty-tills")
    while address:
        page = inside.get(address).text
        seen += [part.partition("<")[0] for part in page.split("Points spent, order ")[1:]]
        address = page.split('rel="next" href="')[1].partition('"')[0] if 'rel="next"' in page else ""
    assert seen == ["A-5", "A-4", "A-3", "A-2", "A-1"]
    rows = rows_of(inside.get(reverse("loyalty-tills-export")))
    assert [row[3] for row in rows[1:]] == [5, 4, 3, 2, 1]
    assert "No programme was running at that time." in rows[1]


@pytest.mark.parametrize("before", ["x", "1", "1.", f"{'9' * 17}.1", "-1.2"])
def test_places_in_the_list_that_make_no_sense(inside: Client, before: str) -> None:
    _entry(1, state="refused")
    _page(inside, "loyalty-tills", before=before)


def test_tills_ask_as_often_whatever_there_is(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 4):
        profile = Profile.objects.get(person_id=shops.person(f"P{number}"))
        _entry(number, state="refused", profile=profile)
    with django_assert_num_queries(QUERIES_TILLS):
        _page(inside, "loyalty-tills")


def test_whatever_the_books_and_tills_know_has_words() -> None:
    from regulars.console.loyalty_pages import tills, words

    assert set(words.CAUSES) == set(Cause)
    assert set(words.ACCOUNTS) == set(Account)
    assert set(tills.REASONS) == set(EntryReason)
    assert set(tills.KINDS) == set(EntryKind)
