"""Watched places: what is said of them, adding, changing, leaving off."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.imports import queries, services
from regulars.imports.models import Import, Watch
from regulars.imports.types import Origin
from regulars.team.types import Role

pytestmark = pytest.mark.django_db
ORDERS = "who,number,date,sum\nk1,A1,2024-03-05,10\n"
MAPPING = {"customer_id": "who", "order_id": "number", "ordered_at": "date", "amount": "sum"}
# Session, user, permissions, shop; the watches, their last imports.
QUERIES = 6


@pytest.fixture(autouse=True)
def watched(settings: LazySettings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    settings.WATCH_FOLDER = tmp_path / "watch"
    settings.WATCH_FOLDER.mkdir()
    return tmp_path / "watch"


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _add(client: Client, **said: str | int) -> str:
    form = {"place": "orders-*.csv", "kind": "orders", "at_hour": 6, "columns": 0} | said
    return client.post(reverse("imports-watch-new"), form, follow=True).text


def _done(folder: Path) -> int:
    path = folder.parent / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    number = services.take_file(
        name="orders.csv", path=path, now=shops.NOW, user_id=None, kind="orders", origin=Origin.COMMAND,
        mapping=MAPPING, examine=False,
    )  # fmt: skip
    services.start(import_id=number, user_id=None, now=shops.NOW)
    services.advance(import_id=number, clock=lambda: shops.NOW)
    return number


def test_nothing_is_watched_yet(inside: Client, watched: Path) -> None:
    page = inside.get(reverse("imports-watches")).text
    assert "Nothing is watched yet" in page
    assert str(watched) in page


def test_a_place_is_added_changed_and_left_off(inside: Client) -> None:
    page = _add(inside)
    assert "From now on it is read each day." in page
    assert "orders-*.csv" in page
    assert "each day at 6:00" in page
    assert "not looked at yet" in page
    (watch,) = queries.watches()
    form = {"place": "march.csv", "kind": "orders", "at_hour": 7, "columns": 0}
    page = inside.post(reverse("imports-watch", args=[watch.id]), form, follow=True).text
    assert "switched off" in page
    changed = queries.watch(watch.id)
    assert changed is not None
    assert (changed.place, changed.at_hour, changed.active) == ("march.csv", 7, False)
    page = inside.post(reverse("imports-watch-delete", args=[watch.id]), follow=True).text
    assert "What it brought stays." in page
    assert queries.watches() == []


def test_columns_are_those_of_an_import_that_went_well(inside: Client, watched: Path) -> None:
    number = _done(watched)
    page = inside.get(reverse("imports-watch-new"), {"import": number}).text
    assert f'value="{number}" selected' in page
    _add(inside, columns=number)
    (watch,) = queries.watches()
    assert watch.mapping == MAPPING
    page = inside.get(reverse("imports-watch", args=[watch.id])).text
    assert f'value="{number}" selected' in page


def test_columns_stay_when_their_import_is_gone(inside: Client, watched: Path) -> None:
    number = _done(watched)
    _add(inside, columns=number)
    (watch,) = queries.watches()
    Import.objects.filter(pk=number).update(mapping={})
    assert "As until now" in inside.get(reverse("imports-watch", args=[watch.id])).text
    form = {"place": "x.csv", "kind": "orders", "at_hour": 7, "columns": -1, "active": "on"}
    inside.post(reverse("imports-watch", args=[watch.id]), form)
    changed = queries.watch(watch.id)
    assert changed is not None
    assert (changed.place, changed.mapping) == ("x.csv", MAPPING)


@pytest.mark.parametrize("place", ["", "../orders.csv", "/etc/passwd", "http://example.com/a.csv"])
def test_places_that_may_not_be_read(inside: Client, place: str) -> None:
    page = _add(inside, place=place)
    assert 'id="id_place_error"' in page
    assert queries.watches() == []


def test_looking_now(inside: Client) -> None:
    _add(inside)
    (watch,) = queries.watches()
    page = inside.post(reverse("imports-watch-check", args=[watch.id]), follow=True).text
    assert "It is looked at within a minute" in page


def test_what_does_not_work_is_said(inside: Client) -> None:
    _add(inside)
    Watch.objects.update(last_error="There is no such <file>.", last_checked_at=shops.NOW)
    page = inside.get(reverse("imports-watches")).text
    assert "does not work" in page
    assert "There is no such &lt;file&gt;." in page


def test_nobody_else_may(inside: Client) -> None:
    _add(inside)
    (watch,) = queries.watches()
    client = shops.browser_of(shops.colleague(Role.ANALYST))
    for name in ("imports-watch-check", "imports-watch-delete"):
        assert client.post(reverse(name, args=[watch.id])).status_code == 403
    assert client.get(reverse("imports-watch", args=[watch.id])).status_code == 403
    assert client.get(reverse("imports-watch-new")).status_code == 403
    assert inside.get(reverse("imports-watch", args=[watch.id + 1])).status_code == 404


def test_what_the_list_costs(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _add(inside)
    _add(inside, place="b.csv")
    inside.get(reverse("imports-watches"))  # what was said is read and gone
    with django_assert_num_queries(QUERIES):
        inside.get(reverse("imports-watches"))
