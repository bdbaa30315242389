"""The list of segments and the page of one: figures, growth, people, what is done with it, for whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.segment_shop import segment
from tests.console.workbooks import rows_of

from regulars.customers.models import Profile
from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import clock
from regulars.segments import queries
from regulars.segments.models import Segment
from regulars.segments.types import SEGMENT_ENTERED, SEGMENT_LEFT, InSegment, Kind, State
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
TODAY = date(2024, 5, 1)
DAY = timedelta(days=1)
SLOW = pytest.mark.slow
# Session, user, permissions, shop; the segments, how they were a month ago; for the sentences the shop and
# its own attributes.
QUERIES_OF_THE_LIST = 8
# Session, user, permissions; the segment, the shop; days before and of the quarter, the last run, who came
# and left, their names, what they brought, who asks for it, the shop for the sentence; rows, figures, names,
# since, contacts.
QUERIES_OF_ONE = 18


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _page(client: Client, name: str, *args: int, query: str = "") -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200, answer.status_code
    return shops.plain(answer.text)


def _do(client: Client, view: str, number: int, **said: str) -> str:
    with clock.fixed(shops.NOW):
        return shops.plain(client.post(reverse(view, args=[number]), said, follow=True).text)


def _text(page: str) -> str:
    """What one reads: without tags, one blank between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# --- the list -----------------------------------------------------------------------------------------------


def test_shop_without_segments_is_led_to_the_ready_ones(inside: Client) -> None:
    page = _page(inside, "segments")
    assert "Groups of customers that keep themselves" in page
    assert f'class="btn btn-primary" href="{reverse("segments-ready")}"' in page
    assert reverse("segments-export") not in page


def test_a_segment_is_listed_with_its_sentence_people_and_change(inside: Client) -> None:
    people = [shops.person(f"Имя {n}") for n in range(3)]
    segment("Постоянные", people, days=[(TODAY - 40 * DAY, 1, 1, 0), (TODAY - 3 * DAY, 3, 2, 0)])
    page = _text(_page(inside, "segments"))
    assert "1 segment. “Постоянные” changed most in 30 days: +2." in page
    assert "Постоянные Bought 3 times or more 3 +2 kept up to date" in page


@pytest.mark.parametrize(
    ("days", "change"),
    [
        ([(30, 5), (29, 9)], "−2"),  # as it stood at the end of the day 30 days ago
        ([(31, 5), (29, 9)], "−2"),
        ([(29, 1), (0, 3)], "+2 since 2 April"),
        ([(0, 3)], ""),
        ([], ""),
        ([(60, 3)], "no change"),
    ],
)
def test_change_is_counted_from_a_month_ago(inside: Client, days: list[tuple[int, int]], change: str) -> None:
    people = [shops.person(f"Имя {n}") for n in range(3)]
    segment("А", people, days=[(TODAY - ago * DAY, members, 0, 0) for ago, members in days])
    page = _text(_page(inside, "segments"))
    assert f"more 3 {change} kept".replace("  ", " ") in page


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        (State.BUILDING, Kind.LIVE, "being put together"),
        (State.FAILED, Kind.LIVE, "could not be put together"),
        (State.READY, Kind.STATIC, "a list"),
        (State.READY, Kind.FROZEN, "a snapshot"),
    ],
)
def test_how_it_stands_is_said(inside: Client, state: State, kind: Kind, words: str) -> None:
    segment("А", kind=kind, state=state.value)
    assert f">{words}</span>" in _page(inside, "segments")


def test_what_failed_stands_first_and_names_are_text(inside: Client) -> None:
    segment("А <b>")
    segment("Я", state=State.FAILED.value)
    page = _page(inside, "segments")
    assert page.index(">Я</a>") < page.index(">А &lt;b&gt;</a>")


def test_many_are_searched_by_name(inside: Client) -> None:
    for n in range(12):
        segment(f"Сегмент {n}")
    page = _page(inside, "segments", query="?q=сегмент+11")
    assert page.count('class="row-link"') == 1
    assert "No segment has this in its name" in _page(inside, "segments", query="?q=zzz")


def test_list_as_a_file(inside: Client) -> None:
    segment("=Постоянные", [shops.person()], days=[(TODAY - 40 * DAY, 0, 0, 0)])
    with clock.fixed(shops.NOW):
        answer = inside.get(reverse("segments-export"))
    head, row = rows_of(answer.streaming_content)  # type: ignore[attr-defined]
    assert row[1:6] == ["=Постоянные", "Bought 3 times or more", 1.0, 1.0, "kept up to date"]
    assert len(head) == 8


def test_list_takes_few_questions(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for n in range(20):
        segment(f"С {n}", days=[(TODAY - n * DAY, n, 0, 0) for n in range(5)])
    with django_assert_num_queries(QUERIES_OF_THE_LIST), clock.fixed(shops.NOW):
        inside.get(reverse("segments"))


# --- one of them --------------------------------------------------------------------------------------------


def _anna_and_boris() -> tuple[int, int]:
    shops.run()
    anna = shops.person("Анна", email="anna@example.com", revenue_minor=900_000, orders=9)
    return anna, shops.person("Борис", revenue_minor=100_000, orders=3)


def test_one_leads_with_how_many_and_what_they_brought(inside: Client) -> None:
    days = [(TODAY - 50 * DAY, 1, 1, 0), (TODAY - 10 * DAY, 3, 3, 1), (TODAY - 2 * DAY, 2, 0, 1)]
    number = segment("А", _anna_and_boris(), days=days)
    page = _text(_page(inside, "segments-one", number))
    assert "Bought 3 times or more." in page
    assert "kept up to date as of today at 12:00" in page
    assert "People now 2 +1 in 30 days" in page
    assert "Came 3 in 30 days Left 2 in 30 days" in page  # both on days within the month
    assert "Have brought so far RUB 10,000 RUB 5,000 each on average" in page
    assert "1 on 12 March, 2 today; the most, 3, on 21 April." in page


def test_growth_is_drawn_and_told_as_a_table(inside: Client) -> None:
    days = [(TODAY - 4 * DAY, 10, 10, 0), (TODAY - 2 * DAY, 30, 25, 5)]
    page = _page(inside, "segments-one", segment("А", days=days, members=40))
    (path,) = re.findall(r'class="seg-line" d="M([^"]+)"', page)
    heights = [float(point.split(" ")[1]) for point in path.split("L")]
    # On an axis from 0 to 40 of 160: 10, 10, 30, 30 and the 40 of now.
    assert heights == [120.0, 120.0, 40.0, 40.0, 0.0]
    table = _text(page.split("<table", 1)[1].split("</table>")[0])
    assert "1 May 40 0 0 29 April 30 25 5 27 April 10 10 0" in table


def test_one_day_is_no_curve(inside: Client) -> None:
    page = _page(inside, "segments-one", segment("А", days=[(TODAY, 1, 1, 0)]))
    assert "seg-curve" not in page
    assert "A curve needs two days" in page


def test_people_stand_by_what_they_brought_and_since_when(inside: Client) -> None:
    anna, boris = _anna_and_boris()
    never = shops.person("Вера")
    number = segment("А", [boris, never, anna], since=shops.NOW - 9 * DAY)
    page = _page(inside, "segments-one", number)
    names = re.findall(r'class="row-link"[^>]*>([^<]+)<', page)
    assert names == ["Анна", "Борис", "Вера"]
    assert "22 Apr 2024" in _text(page)
    assert "anna@example.com" in page
    by_name = _page(inside, "segments-one", number, query="?sort=orders")
    assert re.findall(r'class="row-link"[^>]*>([^<]+)<', by_name) == ["Анна", "Борис", "Вера"]


@pytest.mark.parametrize(
    "sort",
    ["revenue", "name", *(pytest.param(sort, marks=SLOW) for sort in ("orders", "last_day", "first_day"))],
)
def test_pages_of_people_go_on_and_back(inside: Client, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.segment_pages.people.PAGE", 3)
    shops.run()
    people = [shops.person(f"И{n}", revenue_minor=n % 3, orders=n % 2 + 1) for n in range(6)]
    people += [shops.person(f"Б{n}") for n in range(4)]  # nobody has made figures of them yet
    number = segment("А", people)
    seen, query, pages = [], f"?sort={sort}", []
    while True:
        page = _page(inside, "segments-one", number, query=query)
        names = re.findall(r'class="row-link"[^>]*>([^<]+)<', page)
        pages.append(names)
        seen += names
        found = re.search(r'rel="next" href="([^"#]+)', page)
        if not found:
            break
        query = "?" + found[1].replace("&amp;", "&").split("?")[1]
    assert sorted(seen) == sorted([f"И{n}" for n in range(6)] + [f"Б{n}" for n in range(4)])
    assert len(pages) == 4
    found = re.search(r'rel="prev" href="([^"#]+)', page)
    assert found
    back = _page(inside, "segments-one", number, query="?" + found[1].replace("&amp;", "&").split("?")[1])
    assert re.findall(r'class="row-link"[^>]*>([^<]+)<', back) == pages[-2]


@pytest.mark.parametrize(
    "after", ["x", "9999-99-99_1", "5_", "1_2", "-5_3", "99999999999999999999_1", "\x00"]
)
@pytest.mark.parametrize("sort", ["revenue", "last_day"])
def test_what_is_no_place_is_passed_over(inside: Client, sort: str, after: str) -> None:
    number = segment("А", _anna_and_boris())
    answer = inside.get(reverse("segments-one", args=[number]), {"sort": sort, "after": after})
    assert answer.status_code == 200


def test_who_came_and_left_lately(inside: Client) -> None:
    anna, boris = _anna_and_boris()
    number, other = segment("А", [anna]), segment("Б")
    told = [
        (SEGMENT_ENTERED, anna, number, 2, False),
        (SEGMENT_LEFT, boris, number, 1, False),
        (SEGMENT_ENTERED, boris, other, 1, False),
        (SEGMENT_LEFT, anna, number, 40 * 24, False),
    ]
    events.record(
        [
            NewEvent(
                type=type_,
                source="segments",
                key=f"{type_.name}:{n}",
                occurred_at=shops.NOW - timedelta(hours=hours),
                profile_id=Profile.objects.get(person_id=person).pk,
                properties={"segment_id": segment_id},
            )
            for n, (type_, person, segment_id, hours, _) in enumerate(told)
        ],
        now=shops.NOW,
    )
    page = _page(inside, "segments-one", number)
    lately = _text(page.split('id="lately"')[1].split("</section>")[0])
    assert "Борис left today at 11:00 Анна came today at 10:00" in lately


def test_nobody_is_in_it(inside: Client) -> None:
    assert "Nobody fits just now" in _page(inside, "segments-one", segment())
    assert "Nobody is in it." in _page(inside, "segments-one", segment(kind=Kind.STATIC))


def test_while_it_is_put_together_the_page_asks_again(inside: Client) -> None:
    number = segment(state=State.BUILDING.value)
    address = reverse("segments-state", args=[number])
    page = _page(inside, "segments-one", number)
    assert f'hx-get="{address}"' in page
    assert "Looking for its people" in page
    Segment.objects.update(to_write=400, written=100)
    answer = inside.get(address)
    assert "100 of 400 people are in their places" in answer.text
    assert 'value="25"' in answer.text
    Segment.objects.update(state=State.READY.value)
    assert inside.get(address).headers["HX-Refresh"] == "true"
    assert Client().get(address).headers["HX-Refresh"] == "true"


def test_one_that_failed_is_tried_again(inside: Client) -> None:
    number = segment(state=State.FAILED.value)
    assert "Its people could not be found" in _page(inside, "segments-one", number)
    page = _do(inside, "segments-restore", number)
    assert "The people of “Любимые” are looked for again." in page
    assert Segment.objects.get().state == State.BUILDING.value


def test_put_away_and_brought_back(inside: Client) -> None:
    number = segment("А", [shops.person()])
    page = _do(inside, "segments-archive", number)
    assert "“А” is put away." in page
    assert f'action="{reverse("segments-restore", args=[number])}"' in page
    assert "Nothing has been put away" not in _page(inside, "segments", query="?show=away")
    assert "A" not in [row.name for row in queries.segments()]
    assert "Bring it back" in _page(inside, "segments-one", number)
    assert "“А” is back." in _do(inside, "segments-restore", number)
    lines = AuditLogEntry.objects.filter(action=Action.SEGMENT_CHANGED.value).order_by("id")
    assert [line.details["change"] for line in lines] == ["put_away", "brought_back"]


def test_one_that_others_ask_for_stays(inside: Client) -> None:
    number = segment("А")
    user = segment("Кто в А", condition=InSegment(number))
    page = _page(inside, "segments-one", number)
    assert f'href="{reverse("segments-one", args=[user])}">Кто в А</a>' in page
    page = _do(inside, "segments-archive", number)
    assert "These segments ask for the people of this one: Кто в А." in page
    assert queries.segment(number).state is State.READY  # type: ignore[union-attr]
    assert not AuditLogEntry.objects.filter(action=Action.SEGMENT_CHANGED.value).exists()


def test_snapshot_of_now(inside: Client) -> None:
    number = segment("А")
    assert 'value="А on 1 May"' in _page(inside, "segments-one", number)
    page = _do(inside, "segments-freeze", number, name=" Майские ")
    assert "Here are those of “А” as of now." in page
    made = Segment.objects.latest("pk")
    assert (made.name, made.kind) == ("Майские", Kind.FROZEN.value)
    page = _do(inside, "segments-freeze", number, name="")
    assert Segment.objects.latest("pk").name == "А on 1 May"


def test_copy_of_a_live_one_opens_the_builder_and_of_a_list_is_a_list(inside: Client) -> None:
    answer = inside.post(reverse("segments-copy", args=[segment("А")]))
    assert answer["Location"].startswith(reverse("segments-new") + "?like=")
    anna = shops.person()
    page = _do(inside, "segments-copy", segment("Список", [anna], kind=Kind.STATIC))
    assert "This is the copy, with the same people." in page
    made = Segment.objects.latest("pk")
    assert (made.name, queries.member_ids(made.pk)) == ("Список, copy", [anna])


def test_people_as_a_file(inside: Client) -> None:
    number = segment("А", _anna_and_boris())
    with clock.fixed(shops.NOW):
        answer = inside.get(reverse("segments-people", args=[number]))
    _head, first, second = rows_of(answer.streaming_content)  # type: ignore[attr-defined]
    assert first[1:5] == ["Анна", "", "anna@example.com", pytest.approx(45413.5)]  # noon in Moscow
    assert first[-3:-1] == [9.0, 9000.0]
    assert second[1] == "Борис"
    assert AuditLogEntry.objects.get(action=Action.LIST_TAKEN_OUT.value).details == {
        "rows": 2,
        "contacts": True,
    }


def test_file_of_who_may_not_see_contacts_has_none() -> None:
    number = segment("А", _anna_and_boris())
    answer = shops.browser_of(shops.colleague(Role.ANALYST)).get(reverse("segments-people", args=[number]))
    assert all("@" not in str(cell) for row in rows_of(answer.streaming_content) for cell in row)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "sees", "takes", "makes"),
    [
        pytest.param(Role.OWNER, 200, 200, 302, marks=SLOW),
        pytest.param(Role.MARKETER, 200, 200, 302, marks=SLOW),
        (Role.ANALYST, 200, 200, 302),
        (Role.AGENT, 200, 403, 403),
        pytest.param(Role.CASHIER, 200, 403, 403, marks=SLOW),
    ],
)
def test_who_may_what(role: Role, sees: int, takes: int, makes: int) -> None:
    client = shops.browser_of(shops.colleague(role))
    number = segment("А", [shops.person()])
    for name, args in (("segments", []), ("segments-one", [number])):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == sees
        assert (reverse("segments-new") in answer.text) == (makes == 302 and name == "segments")
    for name, args in (("segments-export", []), ("segments-people", [number])):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == takes
        if takes == 200:
            assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    for name in ("segments-freeze", "segments-copy", "segments-archive", "segments-restore"):
        assert client.post(reverse(name, args=[number])).status_code == makes, name
        assert client.get(reverse(name, args=[number])).status_code == 405
    assert client.get(reverse("segments-ready")).status_code == (200 if makes == 302 else 403)


def test_there_is_no_such_segment(inside: Client) -> None:
    assert inside.get(reverse("segments-one", args=[1])).status_code == 404
    assert inside.post(reverse("segments-archive", args=[1])).status_code == 404


def test_page_of_one_takes_few_questions(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shops.run()
    people = [shops.person(f"Имя {n}", email=f"a{n}@example.com", orders=n + 1) for n in range(22)]
    number = segment("А", people, days=[(TODAY - 5 * DAY, 22, 22, 0)])
    with django_assert_num_queries(QUERIES_OF_ONE), clock.fixed(shops.NOW):
        inside.get(reverse("segments-one", args=[number]))


# --- in the list of customers -------------------------------------------------------------------------------


def test_customers_are_narrowed_to_a_segment(inside: Client) -> None:
    anna, boris = _anna_and_boris()
    shops.person("Вера", stage="regular")
    never = shops.person("Глеб")
    number = segment("Свои", [boris, never, anna])
    page = _page(inside, "customers", query=f"?in={number}")
    assert "3 customers, in “Свои”, by last order" in page
    assert re.findall(r'class="row-link"[^>]*>([^<]+)<', page) == ["Борис", "Анна", "Глеб"]
    found = _page(inside, "customers", query=f"?in={number}&q=в")
    assert "Вера" not in found.split("<table")[-1]
    narrowed = _page(inside, "customers", query=f"?in={number}&stage=regular")
    assert "Nobody fits this choice" in narrowed
    by_name = _page(inside, "customers", query=f"?in={number}&sort=name")
    assert re.findall(r'class="row-link"[^>]*>([^<]+)<', by_name) == ["Анна", "Борис", "Глеб"]


def test_segment_that_was_put_away_narrows_nothing(inside: Client) -> None:
    shops.person("Анна")
    number = segment("А", state=State.ARCHIVED.value)
    assert "Анна" in _page(inside, "customers", query=f"?in={number}")
    assert "Анна" in _page(inside, "customers", query="?in=99999999999999999999")


def test_file_of_customers_holds_the_segment(inside: Client) -> None:
    anna, _ = _anna_and_boris()
    number = segment("А", [anna])
    answer = inside.get(reverse("customers-export"), {"in": number})
    assert [row[1] for row in rows_of(answer.streaming_content)][1:] == ["Анна"]  # type: ignore[attr-defined]
