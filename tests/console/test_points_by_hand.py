"""Giving and taking points by hand, and the list of what waits for a second colleague."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.console.forms.points import minor_of
from regulars.console.views.points_by_hand import LINES
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.errors import CannotAdjust
from regulars.loyalty.models import Adjustment, Posting
from regulars.loyalty.types import AdjustmentState, Programme
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
FORM = {"way": "give", "points": "500", "reason": "Чай пролился", "key": "k1"}
QUERIES = 10
"""The session, the user, what they may; the shop, what waits, the others and which of them were undone; names
of customers and colleagues, balances of those that wait."""


class Desk:
    """A customer, a programme, an agent and a marketer with their browsers."""

    def __init__(self) -> None:
        services.publish(programme=Programme(), since=None, now=NOW - 300 * DAY, user_id=None)
        self.person = shops.person("Анна")
        self.profile = Profile.objects.get(person_id=self.person).pk
        self.agent, self.marketer = (
            shops.colleague(Role.AGENT, "Олег"),
            shops.colleague(Role.MARKETER, "Ольга"),
        )
        self.inside, self.second = shops.browser_of(self.agent), shops.browser_of(self.marketer)
        self.address = reverse("customers-points-adjust", args=[self.person])

    def send(self, client: Client, address: str = "", **form: str) -> str:
        with clock.fixed(NOW):
            answer = client.post(address or self.address, form, follow=True)
        return shops.plain(answer.text)

    def has(self) -> int:
        return loyalty.balance(profile_id=self.profile, at=NOW).spendable_minor

    def give(self, points: int, by: User | None = None, key: str = "") -> int:
        return services.adjust(
            profile_id=self.profile,
            points_minor=points * 100,
            reason="Чай пролился",
            key=key or f"form:{Adjustment.objects.count()}",
            user_id=(by or self.agent).pk,
            now=NOW,
        ).id


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_a_look_shows_what_would_be_and_changes_nothing(desk: Desk) -> None:
    desk.give(100)
    text = desk.send(desk.inside, **FORM)
    for words in (
        "Give 500 points?",
        "Then 600 points can be spent; now it is 100 points",
        "until 1 May 2025",
        "Чай пролился",
    ):
        assert words in text, words
    assert desk.has() == 10_000
    assert Adjustment.objects.count() == 1
    assert Posting.objects.count() == 1


def test_points_are_given_once_however_often_the_form_is_sent(desk: Desk) -> None:
    text = desk.send(desk.inside, **FORM, sure="yes")
    assert "Given: 500 points." in text
    assert "Given by Олег" in text
    desk.send(desk.inside, **FORM, sure="yes")
    assert desk.has() == 50_000
    line = AuditLogEntry.objects.filter(action=Action.POINTS_ADJUSTED.value).order_by("id").first()
    assert line is not None
    assert line.details["points_minor"] == 50_000
    assert "Чай" not in str(line.details), "reasons stay out of the audit log"


def test_points_are_taken(desk: Desk) -> None:
    desk.give(100)
    assert "Take 40.5 points?" in desk.send(desk.inside, **FORM | {"way": "take", "points": "40,5"})
    desk.send(desk.inside, **FORM | {"way": "take", "points": "40,5"}, sure="yes")
    assert desk.has() == 5_950


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": ""}, "as a number above zero"),
        ({"points": "-5"}, "as a number above zero"),
        ({"points": "1.005"}, "two places behind the comma"),
        ({"reason": " "}, "Say why"),
        ({"way": "take"}, "no points that can be taken"),
        ({"points": "1001"}, "at most 1,000 points at once"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(desk: Desk, changes: dict[str, str], words: str) -> None:
    for sure in ({}, {"sure": "yes"}):
        with clock.fixed(NOW):
            answer = desk.inside.post(desk.address, FORM | changes | sure)
        assert answer.status_code == 422
        assert words in shops.plain(answer.text)
        assert Adjustment.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "minor"), [("1 250,5", 125_050), ("1\u00a0000", 100_000), ("0.01", 1), ("7", 700)]
)
def test_numbers_as_people_write_them(text: str, minor: int) -> None:
    assert minor_of(text) == minor


@pytest.mark.parametrize("text", ["NaN", "inf", "1e999999999", "-1", "0", "five", "1,2,3", "9" * 30])
def test_what_is_no_number_of_points(text: str) -> None:
    with pytest.raises(CannotAdjust):
        minor_of(text)


def test_larger_amounts_wait_for_a_second_colleague(desk: Desk) -> None:
    large = FORM | {"points": "4000"}
    assert "A second colleague has to allow it first" in desk.send(desk.second, **large)
    assert "A second colleague looks at it now" in desk.send(desk.second, **large, sure="yes")
    assert desk.has() == 0
    row = Adjustment.objects.get()
    listed = reverse("loyalty-by-hand")
    decide = reverse("loyalty-by-hand-decide", args=[row.pk])
    with clock.fixed(NOW):
        mine = shops.plain(desk.second.get(listed).text)
        theirs = shops.browser_of(shops.colleague(Role.OWNER, "Вера"))
        owners = shops.plain(theirs.get(listed).text)
        card = shops.plain(desk.inside.get(reverse("customers-card", args=[desk.person])).text)
    assert "You asked for it" in mine
    assert decide not in mine
    assert decide in owners
    assert "wait for a second colleague" in card
    assert "asked for this yourself" in desk.send(desk.second, decide, answer="yes")
    assert desk.inside.post(decide, {"answer": "yes"}).status_code == 403
    assert "Given: 4,000 points." in desk.send(theirs, decide, answer="yes")
    assert desk.has() == 400_000
    said = AuditLogEntry.objects.get(action=Action.POINTS_DECIDED.value)
    assert said.details["accepted"] is True
    assert "allowed by Вера" in shops.plain(theirs.get(listed).text)
    assert "decided this already" in desk.send(theirs, decide, answer="no")


def test_my_day_tells_of_requests_to_those_who_may_decide(desk: Desk) -> None:
    desk.give(4_000, desk.marketer)
    day, words = reverse("tasks-my-day"), "request to give or take points waits"
    owner = shops.browser_of(shops.colleague(Role.OWNER))
    with clock.fixed(NOW):
        told = {name: words in client.get(day).text for name, client in
                (("owner", owner), ("who asked", desk.second), ("agent", desk.inside))}  # fmt: skip
    assert told == {"owner": True, "who asked": False, "agent": False}


def test_a_request_is_refused(desk: Desk) -> None:
    number = desk.give(4_000, desk.marketer)
    owner = shops.browser_of(shops.colleague(Role.OWNER))
    text = desk.send(owner, reverse("loyalty-by-hand-decide", args=[number]), answer="no")
    assert "Refused. Nothing has changed." in text
    assert desk.has() == 0
    assert loyalty.adjustments()[0].state is AdjustmentState.REFUSED


def test_undoing_from_the_statement(desk: Desk) -> None:
    number = desk.give(100)
    statement = reverse("customers-points", args=[desk.person])
    undo = f"{desk.address}?undo={number}"
    with clock.fixed(NOW):
        assert undo in desk.inside.get(statement).text
    assert "It is undone." in desk.send(desk.inside, undo, next=statement)
    assert desk.has() == 0
    with clock.fixed(NOW):
        text = desk.inside.get(statement).text
    assert "Taken back again, as it was undone" in text
    assert "?undo=" not in text


def test_what_is_of_somebody_else_is_not_undone_here(desk: Desk) -> None:
    number = desk.give(100)
    other = reverse("customers-points-adjust", args=[shops.person("Борис")])
    for asked in (f"{other}?undo={number}", f"{desk.address}?undo=x", f"{desk.address}?undo={'9' * 40}"):
        assert "There is nothing to undo" in desk.send(desk.inside, asked)
    assert desk.has() == 10_000


def test_without_a_programme_the_page_says_what_to_do_first(db: None) -> None:
    person = shops.person("Анна")
    address = reverse("customers-points-adjust", args=[person])
    text = shops.browser_of(shops.colleague(Role.OWNER)).get(address).text
    assert "There is no programme yet" in text
    assert reverse("loyalty-programme") in text


@pytest.mark.parametrize("role", [Role.ANALYST, Role.CASHIER])
def test_those_who_only_look_give_nothing(desk: Desk, role: Role) -> None:
    client = shops.browser_of(shops.colleague(role))
    assert client.get(desk.address).status_code == 403
    assert client.post(desk.address, FORM | {"sure": "yes"}).status_code == 403
    assert client.get(reverse("loyalty-by-hand")).status_code == 200


def test_list_as_a_workbook(desk: Desk) -> None:
    desk.give(100)
    desk.give(4_000, desk.marketer)
    with clock.fixed(NOW):
        rows = rows_of(desk.second.get(reverse("loyalty-by-hand-export")))
    assert [(row[1], row[2], row[5]) for row in rows[1:]] == [("Анна", 4_000, "waits"), ("Анна", 100, "done")]


def test_list_in_pages_and_narrowed(desk: Desk) -> None:
    numbers = [desk.give(1, key=f"form:{n}") for n in range(LINES + 2)]
    listed = reverse("loyalty-by-hand")
    with clock.fixed(NOW):
        first = desk.second.get(listed).text
        assert f"before={numbers[2]}" in first
        older = desk.second.get(f"{listed}?before={numbers[2]}").text
        refused = desk.second.get(f"{listed}?state=refused").text
    assert older.count("<tr>") == 1 + 2
    assert "Nothing of this kind." in refused


def test_what_the_list_costs(desk: Desk, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        desk.give(100, key=f"form:{number}")
        desk.give(4_000, desk.marketer, key=f"large:{number}")
    with django_assert_num_queries(QUERIES), clock.fixed(NOW):
        assert desk.second.get(reverse("loyalty-by-hand")).status_code == 200
