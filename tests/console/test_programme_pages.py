"""The basics of the programme: the form, what it says, looking it over, publishing, what held when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import loyalty_books as books
from tests.console import shops
from tests.console.forms import fields_of

from regulars.commerce.models import Order
from regulars.console.wording.log import sentences
from regulars.customers.models import Profile
from regulars.loyalty import queries
from regulars.loyalty.models import ProgrammeVersion
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earning import ByOrder, Rule
from regulars.loyalty.types.programme import AfterDays, AfterDelivery, AfterReturnWindow, AtOnce, Never, OnDay
from regulars.team import queries as team_queries
from regulars.team import services as team
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, LogFilter, Role, ShopProfile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW = shops.NOW
PATH = "/loyalty/programme/"
BASICS, LOOK = f"{PATH}basics/", f"{PATH}look/"
QUERIES_BASICS = 7  # session, user, what they may, shop; draft, versions; the example
QUERIES_PAGE = 9  # the same of the order that is tried, its coupons, and the shop: may it be published?


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _fields(client: Client) -> dict[str, str]:
    """What a browser would send of the form untouched; a choice is what is checked."""
    text = client.get(BASICS).text
    sent = dict(fields_of(text, "loy-form"))
    for name in ("usable", "expiry", "when_spent"):
        sent[name] = next(
            part.partition('value="')[2].partition('"')[0]
            for part in text.split("<input ")
            if f'name="{name}"' in part and " checked" in part.partition(">")[0]
        )
    return sent


def _newest() -> Programme:
    return queries.versions()[-1].programme


def _keep(client: Client, **said: str) -> None:
    """Fill in the basics and keep them in the draft; "-" leaves a field out, as a box that is not ticked."""
    sent = {name: value for name, value in (_fields(client) | said).items() if value != "-"}
    answer = client.post(BASICS, sent)
    assert answer.status_code == 302, shops.plain(answer.text)


def _look(client: Client, **said: str) -> HttpResponse:
    """Look the draft over and publish it."""
    kept = dict(fields_of(client.get(LOOK).text, "loy-over")) | {"since": "now"} | said
    return client.post(LOOK, kept, follow=True)  # type: ignore[return-value]


def _publish(client: Client, **said: str) -> str:
    _keep(client, **said)
    return _look(client).text


# --- three clicks --------------------------------------------------------------------------------------
def test_the_first_programme_takes_three_clicks(inside: Client) -> None:
    assert PATH in inside.get(reverse("loyalty")).text  # one: set it up
    page = inside.get(PATH).text
    assert LOOK in page  # two: look it over
    looked = shops.plain(inside.get(LOOK).text)
    assert "Are these the rules you mean?" in looked
    assert "An order of RUB 2,000 brings 100 points." in looked
    assert not ProgrammeVersion.objects.exists()
    page = _look(inside).text  # three: publish
    assert "Published. The rules hold for orders from now on." in page
    assert "holds now" in page
    (version,) = queries.versions()
    assert version.programme == Programme(currency="RUB", worth_minor=100)
    assert version.since == NOW
    (line,) = AuditLogEntry.objects.filter(action=Action.PROGRAMME_PUBLISHED.value)
    assert line.user_id == version.published_by == User.objects.get().pk


def test_what_was_published_stands_in_the_form_again(inside: Client) -> None:
    wanted = Programme(
        currency="RUB", cashback_percent=Decimal("2.5"), worth_minor=50, whole_points=False,
        spend_percent=Decimal(100), spend_from_minor=10_000, usable=AfterDelivery(days=3),
        expiry=OnDay(day=31, month=3, years=2), when_spent="take", given_back_days=0, hold_minutes=5,
        factor_above_minor=None, offline_minor=0, second_eyes_minor=10**12,
        adjust_minor={Role.OWNER: 10**12, Role.MARKETER: 5, Role.AGENT: 0},
    )  # fmt: skip
    books.publish(programme=wanted)
    _keep(inside)
    assert "Nothing differs from what was published last." in inside.get(LOOK).text
    draft = queries.draft()
    assert draft is not None
    assert draft.programme == wanted


def test_a_form_of_a_stopped_programme_stays_stopped(inside: Client) -> None:
    books.publish(programme=Programme(currency="RUB", running=False))
    _publish(inside, hold_minutes="7")
    assert not _newest().running
    _publish(inside, running="on")
    assert _newest().running


@pytest.mark.parametrize(
    ("said", "usable"),
    [
        ({"usable": "at_once"}, AtOnce()),
        ({"usable": "after_return_window", "usable_days": "5"}, AfterReturnWindow()),
        ({"usable": "after_days", "usable_days": "5"}, AfterReturnWindow(days=5)),
        ({"usable": "after_days", "usable_days": "0"}, AfterReturnWindow(days=0)),
        (
            {"usable": "after_delivery", "delivery_days": "2", "usable_days": "nonsense"},
            AfterDelivery(days=2),
        ),
    ],
)
def test_each_way_to_become_usable(inside: Client, said: dict[str, str], usable: object) -> None:
    _publish(inside, **said)
    assert _newest().usable == usable


def test_each_way_to_expire(inside: Client) -> None:
    _publish(inside, expiry="never", expiry_days="")
    assert _newest().expiry == Never()
    _publish(inside, expiry="after_days", expiry_days="1 000")
    assert _newest().expiry == AfterDays(days=1000)
    _publish(inside, expiry="on_day", expiry_day="29", expiry_month="2", expiry_years="1")
    assert _newest().expiry == OnDay(day=29, month=2, years=1)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"cashback_percent": "101"}, "Write a number from 0 to 100."),
        ({"cashback_percent": "five"}, "Write a number, such as 5 or 2.5."),
        ({"cashback_percent": "NaN"}, "Write a number, such as 5 or 2.5."),
        ({"cashback_percent": "1.234"}, "Write at most two decimals."),
        ({"cashback_percent": ""}, "Write a number."),
        ({"worth": "0"}, "Write a number from 0.01"),
        ({"hold_minutes": "2.5"}, "Write a whole number."),
        ({"usable": "after_days", "usable_days": ""}, "Say how many."),
        ({"expiry": "on_day", "expiry_day": "31", "expiry_month": "4"}, "This month has no such day."),
        ({"expiry": "by_magic"}, "Select a valid choice."),
        ({"offline": "1e30"}, "Write a number from 0 to"),
    ],
)
def test_what_cannot_be_read_is_said_where_it_stands(
    inside: Client, said: dict[str, str], problem: str
) -> None:
    sent = _fields(inside) | said
    answer = inside.post(BASICS, sent)
    assert (answer.status_code, problem in answer.text) == (422, True)
    assert queries.draft() is None
    live = inside.post(reverse("loyalty-programme-sentences"), sent).text
    assert problem in live
    assert '<ul class="loy-says">' not in live


# --- in words ------------------------------------------------------------------------------------------
def test_sentences_follow_the_form(inside: Client) -> None:
    sent = _fields(inside) | {"cashback_percent": "7,5", "spend_percent": "0", "expiry": "never"}
    said = shops.plain(inside.post(reverse("loyalty-programme-sentences"), sent).text)
    assert "7.5% comes back as points" in said
    assert "An order of RUB 2,000 brings 150 points. It cannot be paid with points." in said
    assert "Points do not expire." in said


def test_sentences_are_said_in_the_readers_language() -> None:
    inside = shops.browser_of(shops.colleague(), "ru")
    said = shops.plain(inside.post(reverse("loyalty-programme-sentences"), _fields(inside)).text)
    assert "5 %" in said
    assert "2 000 ₽" in said


# --- looking it over -----------------------------------------------------------------------------------
def test_changes_stand_beside_what_was(inside: Client) -> None:
    books.publish()
    _keep(inside, cashback_percent="10")
    looked = shops.plain(inside.get(LOOK).text)
    was, _middle, becomes = looked.partition("<del>")[2].partition("</del>")
    assert "5% comes back" in was
    assert "10% comes back" in becomes.partition("</li>")[0]
    assert looked.count("<del>") == 1
    assert 'name="cashback_percent" value="10"' in inside.get(BASICS).text


def test_what_somebody_changes_meanwhile_is_not_published_unseen(inside: Client) -> None:
    books.publish()
    _keep(inside, cashback_percent="10")
    kept = dict(fields_of(inside.get(LOOK).text, "loy-over")) | {"since": "now"}
    other = shops.browser_of(shops.colleague(Role.OWNER, "Пётр"))
    _keep(other, cashback_percent="20")
    answer = inside.post(LOOK, kept)
    assert answer.status_code == 422
    assert "Changed by Пётр, 1 May, 12:00." in shops.plain(answer.text)
    assert "20% comes back" in shops.plain(answer.text)
    assert _newest().cashback_percent == 5
    assert "Published." in _look(inside).text
    assert _newest().cashback_percent == 20
    assert queries.draft() is None


def _order(number: str, person: int, amount: int, **values: object) -> None:
    usual = {"ordered_at": NOW - timedelta(days=1), "status": "completed", "currency": "RUB"}
    profile = Profile.objects.get(person_id=person)
    Order.objects.create(
        source="shop", external_id=number, profile=profile, amount_minor=amount, **(usual | values)
    )


def test_rules_are_tried_on_orders_there_were(inside: Client) -> None:
    books.publish()
    anna, boris = shops.person("Anna"), shops.person("Boris")
    _order("A-1", anna, 100_150)
    _order("A-2", boris, 300_000)
    _order("A-3", boris, 500_000, ordered_at=NOW - timedelta(days=2))  # not his newest
    _order("A-4", anna, 700_000, status="cancelled", ordered_at=NOW)
    _order("A-5", anna, 900_000, currency="EUR", ordered_at=NOW)
    _keep(inside, cashback_percent="10")
    table = shops.plain(inside.get(LOOK).text).partition("<tbody>")[2].partition("</tbody>")[0]
    told = [list(map(_bare, row.split("<td")[1:])) for row in table.split("<tr>")[1:]]
    assert told == [["RUB 3,000", "150 points", "300 points"], ["RUB 1,002", "50 points", "100 points"]]
    assert all(name in table for name in ("A-1", "A-2"))
    assert not any(name in table for name in ("A-3", "A-4", "A-5"))


def _bare(cell: str) -> str:
    return cell.partition(">")[2].partition("<")[0]


def test_what_cannot_hold_is_said_in_words(inside: Client) -> None:
    _keep(inside, usable="after_days", usable_days="30", expiry="without_purchase", without_days="20")
    assert "Points would expire before they can be spent" in inside.get(PATH).text
    answer = _look(inside)
    assert answer.status_code == 422
    assert "Points would expire before they can be spent" in answer.text
    assert queries.draft() is not None


# --- from when on --------------------------------------------------------------------------------------
def test_rules_may_begin_with_a_day(inside: Client) -> None:
    page = _look(inside, since="day", day="2024-06-01").text
    assert "from 1 June on" in shops.plain(page)
    assert "not yet" in page
    (version,) = queries.versions()
    assert version.since.isoformat() == "2024-05-31T21:00:00+00:00"  # midnight in Moscow
    (line,) = sentences(team_queries.log_page(which=LogFilter(action="programme_published"), limit=9))
    assert shops.plain(line.text).endswith("published (they hold from 1 June 2024 on)")
    assert "It begins on 1 June." in shops.plain(inside.get(reverse("loyalty")).text)


@pytest.mark.parametrize("day", ["", "2024-05-01", "2020-01-01", "2030-01-01", "soon"])
def test_a_day_that_cannot_be_is_refused(inside: Client, day: str) -> None:
    answer = _look(inside, since="day", day=day)
    assert answer.status_code == 422
    assert "Choose" in answer.text.partition('id="day_error"')[2][:60]
    assert not ProgrammeVersion.objects.exists()


def test_what_is_to_begin_with_a_day_is_put_right_until_then(inside: Client) -> None:
    _look(inside, since="day", day="2024-06-01")
    _keep(inside, cashback_percent="9")
    _look(inside, since="day", day="2024-06-01")
    (version,) = queries.versions()
    assert version.programme.cashback_percent == 9


def test_who_publishes_while_others_wait_to_begin_is_told_until_when_it_holds(inside: Client) -> None:
    _look(inside, since="day", day="2024-06-01")
    _keep(inside, cashback_percent="7")
    assert "from now on, until 1 June: then others begin." in shops.plain(_look(inside, early="on").text)


def test_a_moment_that_is_taken_is_said_in_words(inside: Client) -> None:
    for day, percent in (("2024-06-01", "9"), ("2024-06-02", "8")):
        _look(inside, since="day", day=day)
        _keep(inside, cashback_percent=percent)
    answer = _look(inside, since="day", day="2024-06-01", early="on")
    assert answer.status_code == 422
    assert "another version holds already" in answer.text


# --- what held when ------------------------------------------------------------------------------------
def test_versions_say_what_changed_and_by_whom(inside: Client) -> None:
    books.publish()
    _publish(inside, cashback_percent="8")
    page = shops.plain(inside.get(reverse("loyalty-programme-versions")).text)
    newest, oldest = page.partition('id="versions"')[2].split("<h3")[1:]
    assert "Published by Ольга, 1 May, 12:00" in newest
    assert "8% comes back" in newest
    assert newest.count("<del>") == 1
    assert "for earlier orders" in oldest
    assert "The rules it began with" in oldest


def test_who_may_not_change_the_rules_reads_them() -> None:
    books.publish()
    cashier = shops.browser_of(shops.colleague(Role.CASHIER))
    page = cashier.get(reverse("loyalty-programme-versions")).text
    assert "The rules of today" in page
    assert PATH + '"' not in page
    assert cashier.get(PATH).status_code == 403
    assert cashier.post(LOOK, {"since": "now"}).status_code == 403


def test_before_the_first_version_there_is_nothing_to_read(inside: Client) -> None:
    assert "No programme has been published yet" in inside.get(reverse("loyalty-programme-versions")).text


def test_money_without_hundredths(inside: Client) -> None:
    team.save_shop(shop=ShopProfile(currency="JPY"), user_id=User.objects.get().pk, now=NOW)
    sent = _fields(inside)
    assert sent["worth"] == "1"
    assert inside.post(BASICS, sent | {"worth": "1.5"}).status_code == 422
    _look(inside)
    assert (_newest().worth_minor, _newest().currency) == (1, "JPY")


def test_pages_ask_as_often_whatever_there_is(
    inside: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    books.publish()
    rules = [Rule(key=f"r{n}", name="More", gives=ByOrder(points_minor=100)) for n in range(5)]
    books.publish(days_ago=30, programme=Programme(currency="RUB", rules=tuple(rules)))
    inside.get(BASICS)  # documents that were read once are kept
    with django_assert_max_num_queries(QUERIES_BASICS):
        inside.get(BASICS)
    with django_assert_max_num_queries(QUERIES_PAGE):
        inside.get(PATH)
