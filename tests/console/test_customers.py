"""The list of customers: what it shows, finds, narrows and sorts, for whom, and what it costs."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
PAGE = 50
# The session, the user, what they may, the shop, the run, the own segments; the rows, their names.
QUERIES_OF_THE_LIST = 8
# The same without the rows, and: the ids found, their figures, names, contacts.
QUERIES_OF_THE_SEARCH = 10


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _page(client: Client, address: str = "") -> str:
    answer = client.get(reverse("customers") + address)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _names(page: str) -> list[str]:
    return [part.split(">", 1)[1].split("<", 1)[0] for part in page.split('class="row-link"')[1:]]


def test_empty_shop_says_where_customers_come_from(inside: Client) -> None:
    page = _page(inside)
    assert "Nobody is here yet" in page
    assert reverse("imports-upload") in page
    assert reverse("customers-export") not in page


def test_customers_are_listed_by_name_before_any_figures(inside: Client) -> None:
    for name in ("Яна", "анна", "Ёлкина", "Ева"):
        shops.person(name)
    shops.person("", number="77")
    assert _names(_page(inside))[:4] == ["анна", "Ева", "Ёлкина", "Яна"]
    assert "All customers" not in _page(inside)  # they fit on the page, so they are counted
    assert "5 customers, by name" in _page(inside)


def test_the_latest_order_comes_first_and_those_without_last(inside: Client) -> None:
    shops.person("Late", last_day=date(2024, 4, 1))
    shops.person("Later", last_day=date(2024, 4, 20))
    shops.person("Never", orders=0, last_day=None, first_day=None, stage=None, segment=None)
    shops.run()
    assert _names(_page(inside)) == ["Later", "Late", "Never"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("revenue", ["Б", "В", "А"]),
        ("orders", ["А", "В", "Б"]),
        ("first_day", ["В", "А", "Б"]),
        ("name", ["А", "Б", "В"]),
        ("last_day", ["А", "Б", "В"]),
        ("; DROP TABLE", ["А", "Б", "В"]),
    ],
)
def test_list_is_sorted_as_asked(inside: Client, sort: str, order: list[str]) -> None:
    first, last = date(2023, 1, 2), date(2024, 4, 9)
    day = timedelta(days=1)
    shops.person("А", revenue_minor=100, orders=9, first_day=first, last_day=last)
    shops.person("Б", revenue_minor=300, orders=2, first_day=first - day, last_day=last - day)
    shops.person("В", revenue_minor=200, orders=3, first_day=first + day, last_day=last - 2 * day)
    shops.run()
    assert _names(_page(inside, f"?sort={sort}")) == order


@pytest.mark.parametrize("sort", ["last_day", "revenue", "name"])
def test_pages_lead_both_ways_and_miss_nobody(inside: Client, sort: str) -> None:
    """120 people whose keys tie in groups, from the first page to the last and back."""
    for n in range(120):
        shops.person(
            f"Имя {n // 10:03}",
            revenue_minor=1000 - n // 10,
            last_day=date(2024, 4, 30) - timedelta(days=n // 10),
        )
    shops.run()
    there, back = _walk(inside, f"?sort={sort}", "next"), None
    assert len({i for page in there for i in page}) == 120
    assert [len(page) for page in there] == [50, 50, 20]
    last = _address_of(inside, f"?sort={sort}", "next", 2)
    back = _walk(inside, last, "prev")
    assert back == there[::-1]


def _walk(client: Client, address: str, way: str) -> list[list[str]]:
    """Ids of the people of each page from this one on."""
    pages = []
    while address:
        page = client.get(reverse("customers") + address).text
        pages.append(
            [p.split('href="/customers/')[1].split("/")[0] for p in page.split('class="row-link"')[1:]]
        )
        address = _link(page, way)
    return pages


def _address_of(client: Client, address: str, way: str, steps: int) -> str:
    for _ in range(steps):
        address = _link(client.get(reverse("customers") + address).text, way)
    return address


def _link(page: str, way: str) -> str:
    if f'rel="{way}" href="' not in page:
        return ""
    found = page.split(f'rel="{way}" href="')[1].split('"')[0].replace("&amp;", "&")
    return found.removeprefix(reverse("customers"))


@pytest.mark.parametrize("position", ["%00", "x", "2024-99-99_1", "1_", "99999999999999999999_1", "-5_3"])
def test_position_that_is_none_is_passed_over(inside: Client, position: str) -> None:
    shops.person("Анна", orders=3)
    shops.run()
    for sort in ("last_day", "revenue", "name"):
        assert _names(_page(inside, f"?sort={sort}&after={position}")) in (["Анна"], [])


def test_filters_narrow_and_are_counted_by_the_run(inside: Client) -> None:
    shops.person("Risk", stage="at_risk", segment="cannot_lose")
    shops.person("Regular", stage="regular", segment="champions")
    shops.run(stages={"at_risk": 1, "regular": 1}, segments={"cannot_lose": 1, "champions": 1})
    page = _page(inside, "?stage=at_risk")
    assert _names(page) == ["Risk"]
    assert "1 customer, stage “At risk”, by last order" in page
    assert "Champions (1)" in page
    assert _names(_page(inside, "?segment=champions&sort=name")) == ["Regular"]
    assert _names(_page(inside, "?segment=champions&stage=at_risk")) == []
    assert "Nobody fits this choice" in _page(inside, "?segment=champions&stage=at_risk")
    assert len(_names(_page(inside, "?stage=nonsense"))) == 2


@pytest.mark.parametrize("sort", ["last_day", "revenue", "name"])
def test_place_of_the_rfm_map_holds_its_people(inside: Client, sort: str) -> None:
    shops.run()
    shops.person("Анна", r=5, f=1, segment="new", stage="new")
    shops.person("Борис", r=4, f=1, segment="promising", stage="new")
    shops.person("Вера", r=5, f=1, segment="new", stage="active")
    page = _page(inside, f"?r=5&f=1&sort={sort}")
    assert sorted(_names(page)) == ["Анна", "Вера"]
    assert "2 customers, R 5, F 1 of the RFM map (New)" in page
    assert '<input type="hidden" name="r" value="5">' in page
    assert _names(_page(inside, "?r=5&f=1&stage=active")) == ["Вера"]
    assert _names(_page(inside, "?r=5&f=1&q=Борис")) == []


@pytest.mark.parametrize("place", ["r=6&f=1", "r=5", "r=x&f=1", "r=5&f=1&segment=promising", "r=²&f=1"])
def test_what_is_no_place_of_the_map_is_passed_over(inside: Client, place: str) -> None:
    shops.run()
    shops.person("Борис", r=4, f=1, segment="promising", stage="new")
    assert _names(_page(inside, f"?{place}")) == ["Борис"]


def test_count_of_a_long_list_is_that_of_the_run(inside: Client) -> None:
    for n in range(PAGE + 1):
        shops.person(f"Имя {n}", stage="at_risk")
    shops.run(stages={"at_risk": 1234})
    assert "1,234 customers, stage “At risk”" in _page(inside, "?stage=at_risk")


def test_one_box_finds_by_name_mail_phone_and_number(inside: Client) -> None:
    shops.person("Пётр Сёмин", email="semin@mail.ru", phone="+79161234567", number="K-17")
    shops.person("Анна", email="anna@mail.ru", phone="+79160000000")
    for query in ("сем", "петр", "SEMIN@", "4567", "k-17", "K-17", "8 916 123-45-67"):
        names = _names(_page(inside, f"?q={query.replace(' ', '+')}"))
        assert names in (["Пётр Сёмин"], []), query
        if query != "k-17":
            assert names == ["Пётр Сёмин"], query
    assert "Nobody was found" in _page(inside, "?q=никого")


def test_search_is_narrowed_by_the_filter(inside: Client) -> None:
    shops.person("Анна Риск", stage="at_risk")
    shops.person("Анна Верная", stage="regular")
    shops.run()
    assert _names(_page(inside, "?q=анна&stage=at_risk")) == ["Анна Риск"]


def test_contacts_are_masked_for_those_who_may_not_see_them() -> None:
    shops.person("Анна", email="anna@mail.ru", phone="+79161234567")
    cashier = shops.browser_of(shops.colleague(Role.CASHIER))
    page = _page(cashier, "?q=анна")
    assert "anna@mail.ru" not in page
    assert "1234567" not in page
    assert "a•••@mail.ru" in page
    assert "anna@mail.ru" in _page(shops.browser_of(shops.colleague(Role.AGENT)), "?q=анна")


def test_hostile_name_is_text(inside: Client) -> None:
    shops.person("<script>alert(1)</script>\u202e", orders=2)
    shops.run()
    for address in ("", "?q=script", "?q=%3Cscript%3E", "?sort=name"):
        page = inside.get(reverse("customers") + address).text
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in _page(inside)


def test_russian_page_speaks_russian_plurals() -> None:
    for n in range(2):
        shops.person(f"Имя {n}", orders=2)
    shops.run()
    page = _page(shops.browser_of(shops.colleague(), "ru"))
    assert '<html lang="ru"' in page
    assert "2 клиента" in page


@pytest.mark.parametrize(("role", "status"), [(role, 200) for role in Role])
def test_everybody_of_the_team_sees_the_list(role: Role, status: int) -> None:
    assert shops.browser_of(shops.colleague(role)).get(reverse("customers")).status_code == status


def test_list_takes_few_questions(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for n in range(PAGE + 5):
        shops.person(f"Имя {n}", email=f"a{n}@mail.ru", orders=2)
    shops.run()
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        inside.get(reverse("customers"))
    with django_assert_num_queries(QUERIES_OF_THE_SEARCH):
        inside.get(reverse("customers") + "?q=имя")


def _cells(client: Client, address: str) -> str:
    answer = client.get(reverse("customers-export") + address)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:  # type: ignore[attr-defined]
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_file_holds_exactly_the_list_with_contacts_by_permission(inside: Client) -> None:
    shops.person("Анна", email="anna@mail.ru", stage="at_risk")
    shops.person("Борис", email="boris@mail.ru", stage="regular")
    shops.run()
    told = _cells(inside, "?stage=at_risk")
    assert "Анна" in told
    assert "Борис" not in told
    assert "anna@mail.ru" in told
    analyst = _cells(shops.browser_of(shops.colleague(Role.ANALYST)), "")
    assert "Борис" in analyst
    assert "@mail.ru" not in analyst
    lines = AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value).order_by("id")
    assert [line.details["rows"] for line in lines] == [1, 2]
    assert [line.details["contacts"] for line in lines] == [True, False]


def test_file_of_many_pages_is_whole(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.customer_list.FILE_BATCH", 7)
    for n in range(23):
        shops.person(f"Имя-{n:02}", orders=n % 3 + 1)
    shops.run()
    for sort in ("orders", "name"):
        told = _cells(inside, f"?sort={sort}")
        assert [n for n in range(23) if f"Имя-{n:02}" not in told] == []


def test_file_is_not_for_everybody() -> None:
    agent = shops.browser_of(shops.colleague(Role.AGENT))
    assert agent.get(reverse("customers-export")).status_code == 403
    assert reverse("customers-export") not in agent.get(reverse("customers")).text
