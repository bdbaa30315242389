"""Goals over events: which event, and what it has to be like to count, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import loyalty_books as books
from tests.console import shops
from tests.console.forms import fields_of

from regulars.console.forms.programme_tests import ROWS_MAX
from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import EventClass, NewEvent
from regulars.loyalty import queries
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Badge, PointsGiven
from regulars.loyalty.types.challenges import Challenge, OfEvents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NEW = reverse("loyalty-programme-part-new", args=["challenges"])
LIVE = reverse("loyalty-programme-part-says", args=["challenges"])
# Session, user, what they may, shop; draft; segments; the sentence (shop, attributes); names of goods (3);
# names of events, details of this one. Versions are kept.
QUERIES_GOAL = 13
Sent = dict[str, list[str]]


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _reviews(count: int = 3) -> None:
    told = [
        NewEvent(
            type=registry.outside("review_left", EventClass.FACT),
            source="site",
            key=f"r{n}",
            occurred_at=shops.NOW - timedelta(days=n + 1),
            properties={"rating": n + 1, "topic": ("tea", "cups")[n % 2], "price_minor": 100, "photo": True},
        )
        for n in range(count)
    ]
    events.record(told, now=shops.NOW)


def _sent(text: str) -> Sent:
    sent: Sent = {}
    for name, value in fields_of(text, "prog-form"):
        sent.setdefault(name, []).append(value)
    return sent


def _review(client: Client, **said: object) -> HttpResponse:
    address = f"{NEW}?begin=review"
    form = _sent(client.get(address).text) | {"name": "Reviews"} | _rows(said)
    return client.post(address, form)  # type: ignore[return-value]


def _rows(said: dict[str, object]) -> dict[str, Any]:
    """`where_0_way` stands for the field `where-0-way`, which is no name of an argument."""
    return {name.replace("_", "-") if name.startswith("where_") else name: one for name, one in said.items()}


def _where() -> tuple[dict[str, Any], ...]:
    draft = queries.draft()
    assert draft is not None
    (goal,) = draft.programme.challenges
    assert isinstance(goal.counted, OfEvents)
    assert goal.counted.event == "review_left"
    return goal.counted.where


def _test(said: Sent | dict[str, Any]) -> dict[str, Any]:
    return {"field": "x", "test": said}


def test_points_for_joining_are_a_step_away(inside: Client) -> None:
    """What most shops begin with must not need to know what the log calls a new customer."""
    assert "Points for joining" in inside.get(reverse("loyalty-programme")).text
    address = f"{NEW}?begin=joining"
    inside.post(address, _sent(inside.get(address).text) | {"given_points": "300"})
    draft = queries.draft()
    assert draft is not None
    (goal,) = draft.programme.challenges
    assert (goal.name, goal.counted, goal.repeats) == ("Welcome", OfEvents(event="profile_created"), False)
    assert goal.benefit == PointsGiven(points_minor=30_000)


@pytest.mark.parametrize(
    ("way", "values", "test"),
    [
        ("one_of", ["tea", " ", "cups", "tea"], {"is": "one_of", "values": ["tea", "cups"]}),
        ("none_of", ["tea; or coffee"], {"is": "none_of", "values": ["tea; or coffee"]}),
        ("contains", ["te", "left over"], {"is": "contains", "text": "te"}),
        ("at_least", ["4,5"], {"is": "range", "low": "4.5"}),
        ("at_most", ["4"], {"is": "range", "high": "4"}),
        ("between", ["1", "1 000"], {"is": "range", "low": "1", "high": "1000"}),
        ("exactly", ["0"], {"is": "range", "low": "0", "high": "0"}),
        ("yes", ["", ""], {"is": "yes"}),
        ("no", ["nonsense"], {"is": "yes", "yes": False}),
        ("known", [], {"is": "known"}),
        ("unknown", [], {"is": "known", "known": False}),
    ],
)
def test_each_comparison_is_kept_and_opened_again(
    inside: Client, way: str, values: list[str], test: dict[str, Any]
) -> None:
    answer = _review(inside, where_0_name="*", where_0_other="x", where_0_way=way, where_0_value=values)
    assert answer.status_code == 302, shops.plain(answer.text)
    (kept,) = _where()
    assert kept == _test(test)
    address = reverse("loyalty-programme-part", args=["challenges", "c1"])
    assert inside.post(address, _sent(inside.get(address).text)).status_code == 302
    assert _where() == (kept,)


@pytest.mark.parametrize(
    "test",
    [
        {"is": "on_days", "first": "2024-03-01", "last": "2024-03-31"},
        {"is": "days_ago", "at_least": 0, "at_most": 5},
        {"is": "days_ago", "at_least": -3, "at_most": 5},
        {"is": "anniversary", "before": 2},
        {"is": "one_of", "values": ["a", "b", "c", "d"]},
    ],
)
def test_what_the_form_does_not_offer_is_kept_as_it_is(inside: Client, test: dict[str, Any]) -> None:
    counted = OfEvents(event="review_left", where=(_test(test), {"field": "y", "test": {"is": "yes"}}))
    goal = Challenge(key="c7", name="Named", counted=counted, benefit=Badge())
    books.publish(programme=Programme(currency="RUB", challenges=(goal,)))
    address = reverse("loyalty-programme-part", args=["challenges", "c7"])
    answer = inside.post(address, _sent(inside.get(address).text))
    assert answer.status_code == 302, shops.plain(answer.text)
    assert [dict(one) for one in _where()] == [dict(one) for one in counted.where]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"where_0_name": "rating", "where_0_way": "at_least", "where_0_value": "many"}, "is not a number."),
        ({"where_0_name": "rating", "where_0_way": "at_least"}, "Say a number."),
        ({"where_0_name": "topic", "where_0_way": "one_of"}, "Say at least one value."),
        (
            {"where_0_name": "rating", "where_0_way": "between", "where_0_value": ["5", "4"]},
            "The second number is smaller than the first.",
        ),
        ({"where_0_name": "*", "where_0_value": "tea"}, "Choose what it is about."),
        ({"where_0_value": "tea"}, "Choose what it is about."),
        ({"event": "*"}, "Write the name of the event."),
        ({"event": ""}, "This is missing."),
    ],
)
def test_what_cannot_be_is_said_at_its_row(inside: Client, said: dict[str, Any], problem: str) -> None:
    _reviews()
    answer = _review(inside, **said)
    assert (answer.status_code, problem in shops.plain(answer.text)) == (422, True)
    assert queries.draft() is None
    for name in ("name", "value"):  # what was written stands there still
        written = said.get(f"where_0_{name}")
        assert (
            written is None or f'value="{written if isinstance(written, str) else written[0]}"' in answer.text
        )


def test_rows_of_goals_over_orders_are_not_looked_at(inside: Client) -> None:
    assert _review(inside, counted="orders", where_0_name="x", where_0_way="at_least").status_code == 302


def test_a_row_is_left_out_by_its_first_choice(inside: Client) -> None:
    _review(
        inside,
        where_0_name="a",
        where_0_way="contains",
        where_0_value="tea",
        where_1_name="b",
        where_1_way="no",
    )
    assert [one["field"] for one in _where()] == ["a", "b"]
    address = reverse("loyalty-programme-part", args=["challenges", "c1"])
    inside.post(address, _sent(inside.get(address).text) | {"where-0-name": "-"})
    assert [one["field"] for one in _where()] == ["b"]


def test_rows_keep_their_numbers_while_others_go(inside: Client) -> None:
    """A browser keeps what was chosen in a field of the same name: another row may not come under it."""
    sent = _sent(inside.get(f"{NEW}?begin=review").text)
    rows = {"where-0-name": "-", "where-0-value": "4", "where-4-name": "topic", "where-4-way": "known"}
    page = inside.post(f"{LIVE}?tests", sent | rows).text
    assert [f'name="where-{n}-name"' in page for n in (0, 4, 5)] == [False, True, True]


def test_what_is_known_of_an_event_is_offered(inside: Client) -> None:
    _reviews()
    sent = _sent(inside.get(f"{NEW}?begin=review").text)
    page = inside.post(f"{LIVE}?tests", sent | {"where-0-name": "topic"}).text
    names = page.partition('name="where-0-name"')[2].partition("</select>")[0]
    assert [name in names for name in ("Rating", "Topic", "Price", "“photo”")] == [True] * 4
    ways = page.partition('name="where-0-way"')[2].partition("</select>")[0]
    assert [f'value="{way}"' in ways for way in ("one_of", "contains", "at_least", "yes")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert '<option value="cups"></option><option value="tea"></option>' in page
    assert 'name="where-1-name"' in page  # a row for the next one
    page = inside.post(f"{LIVE}?tests", sent | {"where-0-name": "price_minor"}).text
    assert "RUB" in page.partition('name="where-0-value"')[2]
    page = inside.post(f"{LIVE}?tests", sent | {"event": "other", "where-0-name": "topic"}).text
    assert "Rating" not in page  # nothing of that is known of another event
    assert '<option value="topic" selected>' in page  # but what was chosen stays


def test_there_is_an_end_of_rows(inside: Client) -> None:
    rows = {
        f"where_{n}_{part}": one for n in range(ROWS_MAX) for part, one in (("name", f"p{n}"), ("way", "yes"))
    }
    _review(inside, **rows)
    page = inside.get(reverse("loyalty-programme-part", args=["challenges", "c1"])).text
    assert f'name="where-{ROWS_MAX - 1}-name"' in page
    assert f'name="where-{ROWS_MAX}-name"' not in page


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "For every review (rating: 4 or more; topic: tea or cups), once a month: 100 points."),
        ("ru", "4 и больше; тема: tea или cups)"),
    ],
)
def test_the_sentence_says_what_counts(language: str, says: str) -> None:
    _reviews()
    client = shops.browser_of(shops.colleague(), language)
    said = {
        "where-0-name": "rating", "where-0-way": "at_least", "where-0-value": "4",
        "where-1-name": "topic", "where-1-way": "one_of", "where-1-value": ["tea", "cups"],
    }  # fmt: skip
    form = _sent(client.get(f"{NEW}?begin=review").text) | {"name": "Reviews"}
    live = shops.plain(client.post(LIVE, form | said).text)
    assert says in live
    client.post(f"{NEW}?begin=review", form | said)
    assert says in shops.plain(client.get(reverse("loyalty-programme")).text)


def test_an_event_nobody_heard_of_is_pointed_out(inside: Client) -> None:
    sent = _sent(inside.get(f"{NEW}?begin=review").text) | {"name": "Reviews"}
    hint = "No “%s” has come yet."
    assert hint % "review_left" in shops.plain(inside.post(LIVE, sent).text)
    other = sent | {"event": "*", "event_named": "reviewed"}
    assert hint % "reviewed" in shops.plain(inside.post(LIVE, other).text)
    _reviews(1)
    assert "has come yet" not in shops.plain(inside.post(LIVE, sent).text)
    assert "has come yet" not in shops.plain(inside.post(LIVE, sent | {"event": "product_viewed"}).text)


def test_an_event_is_named_where_the_list_has_none(inside: Client) -> None:
    answer = _review(inside, event="*", event_named=" app_rated ")
    assert answer.status_code == 302, shops.plain(answer.text)
    draft = queries.draft()
    assert draft is not None
    assert draft.programme.challenges[0].counted == OfEvents(event="app_rated")


def test_a_goal_over_events_asks_as_often_whatever_there_is(
    inside: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _reviews(5)
    rows = {f"where_{n}_{part}": one for n in range(5) for part, one in (("name", f"p{n}"), ("way", "yes"))}
    _review(inside, **rows)
    address = reverse("loyalty-programme-part", args=["challenges", "c1"])
    with django_assert_max_num_queries(QUERIES_GOAL):
        inside.get(address)
