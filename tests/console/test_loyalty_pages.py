"""How the programme stands, what is owed, the books and the tills, as pages and as files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.console import loyalty_books as books
from tests.console import shops

from regulars.kit import clock
from regulars.loyalty import queries
from regulars.team.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(clock, "now", lambda: shops.NOW)
    queries.forget_versions()
    yield
    queries.forget_versions()


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _page(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return shops.plain(answer.text)


@pytest.mark.parametrize("name", ["loyalty", "loyalty-liability", "loyalty-books", "loyalty-tills", "loyalty-programme", "loyalty-programme-versions"])
def test_smoke(inside: Client, name: str) -> None:
    _page(inside, name)
    books.publish()
    person = shops.person()
    old = books.lot(person, 100, at=shops.NOW - timedelta(days=40), expires=shops.NOW + timedelta(days=5), order="A-1")
    books.spend(old, 30)
    _page(inside, name)
