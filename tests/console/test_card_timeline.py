"""The timeline of a card: visits as lines that open, lines of one order, kinds, pages, words for all."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

import regulars
from regulars.commerce import services as commerce
from regulars.commerce.types import NewProduct
from regulars.console.card_timeline import Position, position_of, timeline_page
from regulars.console.voice import Voice, voice
from regulars.console.wording.happenings import Happening, Told, happening
from regulars.console.wording.happenings_kinds import KINDS, sign_of
from regulars.console.wording.happenings_words import SENTENCES, sentence, short_words, visit_parts
from regulars.customers.models import Profile
from regulars.customers.types import SHOP
from regulars.events import registry, services
from regulars.events.types import EventClass, EventType, NewEvent, TimelineEvent
from regulars.kit import clock
from regulars.segments.models import Segment

VIDEO = EventType("video_watched_to_the_end", EventClass.FACT)
VIEW = EventType("page_viewed", EventClass.BROWSING)
GAME = EventType("game_played", EventClass.BROWSING)
registry.register(VIDEO, VIEW, GAME)
PRODUCT = EventType("product_viewed", EventClass.BROWSING)
ADDED = EventType("product_added", EventClass.BROWSING)


@pytest.fixture
def speak(db: None) -> Iterator[Voice]:
    with clock.fixed(shops.NOW):
        yield voice()


@pytest.fixture
def anna(db: None) -> int:
    return shops.person("Анна")


@pytest.fixture
def inside(db: None) -> Client:
    return shops.browser_of(shops.colleague())


def _profile(person: int) -> int:
    return Profile.objects.get(person_id=person).pk


class History:
    """What happened to somebody, by minutes before now."""

    def __init__(self, person: int) -> None:
        self.profile = _profile(person)
        self.events: list[NewEvent] = []

    def add(self, type_: str | EventType, minutes: float, **told: Any) -> History:
        type_ = EventType(type_) if isinstance(type_, str) else type_
        self.events.append(
            NewEvent(
                type=type_,
                source="test",
                key=str(len(self.events)),
                occurred_at=shops.NOW - timedelta(minutes=minutes),
                profile_id=self.profile,
                properties=told,
            )
        )
        return self

    def order(self, name: str, minutes: float, number: str, amount: int = 100_000) -> History:
        return self.add(name, minutes, number=number, order_id=number, amount_minor=amount, currency="RUB")

    def write(self) -> None:
        with transaction.atomic():
            services.record(self.events, now=shops.NOW, backfill=True)


def _lines(profile: int, speak: Voice, kind: str = "", limit: int = 100) -> list[Happening]:
    """All lines, over as many pages as it takes; the customer's first line is left out."""
    found: list[Happening] = []
    before = Position()
    for _ in range(500):
        page = timeline_page([profile], kind=kind, before=before, told=Told(), voice=speak, limit=limit)
        found += [line for day in page.days for line in day.lines]
        if not page.further:
            return [line for line in found if line.text != "Became known to the shop"]
        assert page.further != str(before)
        before = position_of(page.further)
    raise AssertionError("the pages have no end")


def _texts(lines: list[Happening]) -> list[str]:
    return [shops.plain(line.text) for line in lines]


def test_visit_is_one_line_with_what_was_done(anna: int, speak: Voice) -> None:
    history = History(anna)
    for minutes in (10, 20, 25):
        history.add(VIEW, minutes, path="/tea")
    history.add(PRODUCT, 12, name="Улун").add(ADDED, 11).add(ADDED, 5)
    history.write()
    (line,) = _lines(history.profile, speak)
    assert line.text == "On the site"
    assert line.more == "2 products to the cart · 1 product looked at · 3 pages"
    assert line.time == "11:35–11:55"
    assert line.steps == ()
    assert line.visit


def test_one_view_alone_is_told_as_such(anna: int, speak: Voice) -> None:
    history = History(anna).add(VIEW, 10, title="Чай", path="/tea").add(ADDED, 100)
    history.write()
    lines = _lines(history.profile, speak)
    assert _texts(lines) == ["Page “Чай”", "A product was put in the cart"]
    assert [line.visit for line in lines] == ["", ""]


def test_order_placed_in_a_visit_stands_below_it(anna: int, speak: Voice) -> None:
    history = History(anna).add(VIEW, 10).add(VIEW, 30).order("order_completed", 20, "N1")
    history.write()
    for limit in (1, 2):
        lines = _lines(history.profile, speak, limit=limit)
        assert _texts(lines) == ["On the site", "Order N1 for RUB 1,000"]
        assert lines[0].more == "2 pages"


def test_what_became_of_an_order_in_a_day_is_one_line(anna: int, speak: Voice) -> None:
    history = History(anna)
    history.order("order_completed", 300, "N1", 100_000).order("order_updated", 200, "N1", 90_000)
    history.order("order_updated", 190, "N1", 95_000).add("order_shipped", 100, order_id="N1", number="N1")
    history.order("order_completed", 50, "N2")
    history.write()
    second, first = _lines(history.profile, speak)
    assert shops.plain(first.text) == "Order N1 for RUB 950"  # what it is worth now
    assert first.more == "changed 2 times, sent off"
    assert first.time == speak.time(shops.NOW - timedelta(minutes=100))
    assert _texts(list(first.steps)) == [
        "Order N1 was sent off",
        "Order N1 was changed, now RUB 950",
        "Order N1 was changed, now RUB 900",
        "Order N1 for RUB 1,000",
    ]
    assert (second.steps, second.more) == ((), "")


def test_lines_of_an_order_stay_apart_over_days_and_around_others(anna: int, speak: Voice) -> None:
    history = History(anna)
    history.order("order_completed", 3000, "N1").order("order_updated", 60, "N1")
    history.add(VIDEO, 50).order("order_cancelled", 40, "N1").order("order_refunded", 30, "N1")
    history.write()
    assert _texts(_lines(history.profile, speak)) == [
        "Order N1 for RUB 1,000 was cancelled",
        "Video watched to the end",
        "Order N1 was changed, now RUB 1,000",
        "Order N1 for RUB 1,000",
    ]


def test_order_that_was_cancelled_at_once_is_told_as_cancelled(anna: int, speak: Voice) -> None:
    history = History(anna).order("order_completed", 20, "N1").order("order_cancelled", 10, "N1")
    history.write()
    (line,) = _lines(history.profile, speak)
    assert (shops.plain(line.text), line.more) == ("Order N1 for RUB 1,000 was cancelled", "placed")


def test_same_thing_over_and_over_is_counted(anna: int, speak: Voice) -> None:
    history = History(anna).add(VIDEO, 10).add(VIDEO, 11).add(VIDEO, 12)
    history.add("consent_given", 20, channel="email").add("consent_given", 20, channel="sms")
    history.add("note_added", 30, note_id=1).add("note_added", 31, note_id=2)
    history.write()
    lines = _lines(history.profile, speak)
    assert [(line.text, line.more, len(line.steps)) for line in lines] == [
        ("Video watched to the end", "3 times", 3),
        ("Consent given: text messages, e-mail", "", 2),
        ("Note", "", 0),
        ("Note", "", 0),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_pages_show_everything_once_and_in_order(
    anna: int, speak: Voice, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of every size break between and within visits and orders."""
    rnd = random.Random(seed)  # noqa: S311 (a made-up history)
    monkeypatch.setattr("regulars.console.card_timeline.FACTS_READ", rnd.randint(3, 9))
    reading = importlib.import_module("regulars.events.queries.timeline")
    monkeypatch.setattr(reading, "VISITS_READ", rnd.randint(2, 10))
    monkeypatch.setattr(reading, "VISITS_READ_MAX", rnd.randint(11, 30))
    history, orders, views = History(anna), 0, 0
    for _ in range(120):
        minutes = rnd.choice((rnd.randint(0, 600), rnd.randint(0, 6000)))
        if rnd.random() < 0.5:
            history.add(VIEW, minutes)
            views += 1
        else:
            history.order("order_updated", minutes, f"N{rnd.randint(1, 3)}")
            orders += 1
    history.write()
    lines = _lines(history.profile, speak, limit=rnd.randint(1, 7))
    moments = [line.moment for line in lines]
    assert moments == sorted(moments, reverse=True)
    assert sum(len(line.steps) or 1 for line in lines if line.sign == "orders") == orders
    assert sum(_pages(line) for line in lines if line.sign == "site") == views
    assert sorted(_texts(_lines(history.profile, speak, "orders"))) == sorted(
        _texts([line for line in _lines(history.profile, speak) if line.sign == "orders"])
    )


def _pages(line: Happening) -> int:
    return int(line.more.split()[0]) if line.more else 1


def test_kinds_are_those_that_the_customer_has(anna: int, speak: Voice) -> None:
    def kinds() -> list[str]:
        return list(
            timeline_page(
                [_profile(anna)], kind="", before=Position(), told=Told(), voice=speak
            ).kinds.values()
        )

    assert kinds() == ["Details"]
    history = History(anna).add(ADDED, 10).add(VIDEO, 20)
    history.write()
    assert kinds() == ["Carts", "Site", "Details", "Other"]


def test_each_kind_shows_its_own(anna: int, speak: Voice) -> None:
    history = History(anna).order("order_completed", 1, "N1").order("order_refunded", 2, "N1")
    history.add(VIEW, 10).add(ADDED, 11).add(VIEW, 12).add(VIDEO, 20).add("task_created", 30, task_id=5)
    history.add("consent_given", 40, channel="email")
    history.add("points_earned", 50, points_minor=7_450, order="N1")
    history.write()
    shown = {kind: _texts(_lines(history.profile, speak, kind)) for kind in KINDS}
    assert shown == {
        "orders": ["Order N1 for RUB 1,000"],
        "carts": ["A product was put in the cart"],
        "site": ["On the site"],
        "points": ["74.5 points for order N1"],
        "about": ["Consent given: e-mail"],
        "segments": [],
        "notes": [],
        "tasks": ["A task was set"],
        "other": ["Video watched to the end"],
    }


def test_visit_opens_below_its_line_or_on_a_page_of_its_own(anna: int, inside: Client) -> None:
    history = History(anna)
    for n in range(60):
        history.add(VIEW, 100 + n, path=f"/tea/{n}")
    history.add(ADDED, 130.5).add(VIEW, 5).add(VIEW, 170)
    history.write()
    with clock.fixed(shops.NOW):
        page = inside.get(reverse("customers-card", args=[anna])).text
        address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
        part = inside.get(address, headers={"HX-Request": "true"}).text
        whole = inside.get(address).text
    assert "/visit/" in address
    assert "<html" not in part
    assert "<html" in whole
    assert "Visit of 1 May" in shops.plain(whole)
    assert 'href="' + reverse("customers-card", args=[anna]) in whole
    seen = _paths(part)
    assert seen == [f"/tea/{n}" for n in range(49)]
    assert part.index("/tea/30”") < part.index("A product was put in the cart") < part.index("/tea/31”")
    further = part.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    rest = inside.get(further, headers={"HX-Request": "true"}).text
    assert seen + _paths(rest) == [f"/tea/{n}" for n in range(60)]
    assert "hx-get" not in rest


def _paths(text: str) -> list[str]:
    return [part.split("”")[0] for part in text.split("Page “")[1:]]


def test_visit_of_a_kind_opens_to_that_kind(anna: int, inside: Client) -> None:
    History(anna).add(VIEW, 10).add(ADDED, 11).add(ADDED, 15).write()
    with clock.fixed(shops.NOW):
        page = inside.get(reverse("customers-card", args=[anna]) + "?kind=carts").text
    address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    part = inside.get(address, headers={"HX-Request": "true"}).text
    assert "A product was put in the cart" in part
    assert "2 times" in part
    assert "A page of the site" not in part


def test_what_the_shop_made_up_is_told_of_visits_too(anna: int, inside: Client) -> None:
    History(anna).add(VIEW, 10).add(GAME, 11).add(GAME, 15).write()
    with clock.fixed(shops.NOW):
        page = inside.get(reverse("customers-card", args=[anna]) + "?kind=other").text
    assert "2 actions" in page
    address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    part = inside.get(address, headers={"HX-Request": "true"}).text
    assert "Game played" in part
    assert "A page of the site" not in part


@pytest.mark.parametrize("visit", ["", "x", "1_1", "1_1-", "-1_1", "999999999999999999_1-1_1"])
def test_visit_that_is_none_leads_back_to_the_card(anna: int, inside: Client, visit: str) -> None:
    answer = inside.get(reverse("customers-visit", args=[anna]), {"visit": visit})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("customers-card", args=[anna]) + "#timeline"


def test_steps_of_a_visit_that_were_dropped(anna: int, inside: Client) -> None:
    answer = inside.get(
        reverse("customers-visit", args=[anna]), {"visit": "1714554000000000_9-1714554000000000_1"}
    )
    assert "no longer kept" in answer.text


def test_visit_of_somebody_else_is_not_shown(anna: int, inside: Client) -> None:
    history = History(anna).add(VIEW, 10, path="/secret").add(VIEW, 12, path="/secret")
    history.write()
    with clock.fixed(shops.NOW):
        page = inside.get(reverse("customers-card", args=[anna])).text
    query = page.split('hx-get="')[1].split('"')[0].split("?")[1]
    other = shops.person("Борис")
    assert "/secret" not in inside.get(reverse("customers-visit", args=[other]) + f"?{query}").text


def _declared() -> Mapping[str, EventType]:
    """Every type that a module of types names, whether alone, in a row or in a table."""
    found: dict[str, EventType] = {}
    root = Path(regulars.__file__).parent
    for path in (*root.rglob("types.py"), *root.rglob("types/*.py")):
        if "EventType(" not in path.read_text(encoding="utf-8"):
            continue
        name = ".".join(("regulars", *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
        for value in vars(importlib.import_module(name)).values():
            row = value.values() if isinstance(value, Mapping) else value
            for one in row if isinstance(row, tuple | list) or isinstance(value, Mapping) else [row]:
                if isinstance(one, EventType):
                    found[one.name] = one
    return found


def test_every_event_of_the_domains_has_words() -> None:
    declared = _declared()
    assert {"order_completed", "product_viewed", "consent_given"} <= declared.keys()
    assert sorted(declared.keys() - SENTENCES.keys()) == []
    assert sorted(SENTENCES.keys() - declared.keys()) == []
    # What is told by its name alone falls among the rest.
    assert [name for name in SENTENCES if sign_of(name) == "other"] == []
    offers = ("coupon_issued", "coupon_used", "coupon_returned")
    assert {sign_of(name) for name in offers} == {"offers"}


FULL = {
    "number": "A-1",
    "amount_minor": 120_000,
    "currency": "RUB",
    "carrier": "СДЭК",
    "promised_at": "2024-05-03T10:00:00+03:00",
    "product_id": "five",
    "products": [{"product_id": 5}, {"product_id": 6}],
    "coupon": "LETO",
    "title": "Чай\u202e",
    "name": "Улун",
    "query": "чёрный чай",
    "names": ["city", "size", "a", "b", "c", "d"],
    "type": "email",
    "channel": "sms",
    "group_id": "g",
    "segment_id": 7,
    "points_minor": 7_450,
    "short_minor": 100,
    "discount_minor": 5_000,
    "order": "A-1",
    "expires_at": "2024-05-03T21:00:00+00:00",
    "until": "2024-05-03T21:00:00+00:00",
    "then_name": "Silver",
    "reason": "same_device",
}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_sentences_stand_with_everything_told_and_with_nothing(speak: Voice, language: str) -> None:
    with translation.override(language):
        for name, variants in SENTENCES.items():
            told = sentence(name, [FULL, FULL], {5: "Габа", "five": "Шен"}, speak, segments={7: "Спят"})
            bare = sentence(name, [{}], {}, speak)
            assert "%" not in told + bare, name
            assert "\u202e" not in told, name
            assert (told != bare) == (len(variants) > 1), name
            assert short_words(name, 2), name


@pytest.mark.parametrize("wrong", [None, True, [], {}, {"a": 1}, "", "x" * 5000, -(2**62), 1.5])
def test_properties_of_any_shape_break_nothing(speak: Voice, wrong: Any) -> None:
    """The log takes what programs of the shop send."""
    for name in (*SENTENCES, "made_up"):
        assert len(sentence(name, [dict.fromkeys(FULL, wrong)], {}, speak)) < 400, name


@pytest.mark.parametrize(
    ("name", "told", "text", "more"),
    [
        ("points_earned", {"points_minor": 7_400, "order": "A-5", "usable_at": None},
         "74 points for order A-5", "can be spent once the order has arrived"),
        ("points_earned", {"points_minor": 100, "order": "", "usable_at": "2024-01-01T00:00:00+00:00"},
         "1 point earned", ""),
        ("points_spent", {"points_minor": 30_050, "order": "A-5"}, "300.5 points spent on order A-5", ""),
        ("points_taken_back", {"points_minor": 7_400, "order": "A-5", "owed_minor": 400},
         "74 points for order A-5 taken back", "4 points of them are owed"),
        ("points_adjusted", {"points_minor": 100, "adjustment_id": 3}, "1 point given by hand", ""),
        ("points_adjusted", {"points_minor": -200, "adjustment_id": 3}, "2 points taken by hand", ""),
        ("points_adjusted", {"points_minor": 50_000}, "500 points brought over from before", ""),
        ("points_expiring", {"points_minor": 500, "days": 7, "expires_at": "2024-05-31T21:00:00+00:00"},
         "5 points can be spent until 31 May only", ""),
    ],
)  # fmt: skip
def test_points_in_words(speak: Voice, name: str, told: dict[str, Any], text: str, more: str) -> None:
    line = happening([_event(name, told)], Told(), speak)
    assert (line.text.replace("\u00a0", " "), line.more.replace("\u00a0", " ")) == (text, more)
    assert line.sign == "points"


def _event(name: str, told: dict[str, Any]) -> TimelineEvent:
    at = datetime(2024, 5, 1, 12, tzinfo=UTC)
    return TimelineEvent(id=1, name=name, occurred_at=at, profile_id=1, properties=told)


def test_products_are_called_by_their_names(anna: int, speak: Voice) -> None:
    """Carts know them by our numbers, what is merely looked at by the shop's ids."""
    new = [
        NewProduct(source=SHOP, external_id=id_, name=name) for id_, name in (("7", "Улун"), ("8", "Габа"))
    ]
    ids = commerce.record_products(products=new).ids
    ours = [{"product_id": ids[SHOP, id_]} for id_ in ("7", "8", "7")]
    history = History(anna).add(ADDED, 10, products=ours).add(ADDED, 90, products=[{"product_id": 10**30}])
    history.add(PRODUCT, 180, product_id=7).add(PRODUCT, 300, product_id="9", name="Пуэр")
    history.add(PRODUCT, 400, product_id=ids[SHOP, "8"] + 10**6)
    history.write()
    assert _texts(_lines(history.profile, speak)) == [
        "Into the cart: “Улун”, “Габа”",
        "A product was put in the cart",
        "Looked at “Улун”",
        "Looked at “Пуэр”",
        "Looked at a product",
    ]


def test_counts_of_a_visit_in_words(speak: Voice) -> None:
    assert visit_parts({"page_viewed": 1}, speak) == ["1 page"]
    assert visit_parts({"made_up": 1}, speak) == ["1 action"]
    assert visit_parts({"page_viewed": 1200, "made_up": 2, "checkout_started": 1}, speak) == [
        "checkout started",
        "1,200 pages",
        "2 more actions",
    ]


def test_long_history_takes_no_more_questions(
    anna: int, inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """As many as a card without visits takes, and one: what visits of a single view are about."""
    history = History(anna)
    for n in range(300):
        history.add(VIEW, n * 40).order("order_completed", n * 40 + 1, f"N{n}").add(VIDEO, n * 40 + 2)
    for n in range(500):
        history.add(VIEW, 20_000 + n)
    history.write()
    address = reverse("customers-card", args=[anna])
    with clock.fixed(shops.NOW):
        inside.get(address)
        with django_assert_num_queries(35):
            page = inside.get(address).text
        further = page.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
        # The session, the user, what they may; profiles, identities, notes, tasks, the shop; the timeline.
        with django_assert_num_queries(12):
            assert "Order N" in inside.get(further).text


def test_segments_are_called_by_their_names(anna: int, speak: Voice) -> None:
    sleeping = Segment.objects.create(name="Спят", kind="static", state="ready", created_at=shops.NOW)
    history = History(anna)
    history.add("segment_entered", 10, segment_id=sleeping.pk).add("segment_entered", 10.5, segment_id=10**9)
    history.add("segment_left", 60 * 24 * 3, segment_id=sleeping.pk).add("segment_left", 60 * 24 * 9)
    history.write()
    lines = _lines(history.profile, speak, "segments")
    assert _texts(lines) == ["Came into segment “Спят”", "Left segment “Спят”", "Left a segment"]
    assert [line.sign for line in lines] == ["segments"] * 3
