"""Prices of an offer that come as a file: read, looked at, then saved."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.console import shops
from tests.console.workbooks import book, rows_of
from tests.offers.coupon_shop import cart, line

from regulars.console.forms.price_lists import minor_of
from regulars.offers import queries, services
from regulars.offers.models import Price, PriceList
from regulars.offers.types import Offer, OfPrices

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW = shops.NOW
FORM = {"name": "Опт", "with_tier": "on", "with_points": "on"}
NEW = "/offers/new/prices/"


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def read(client: Client, body: bytes, address: str = NEW, **values: object) -> tuple[str, str]:
    """What the form says of a file, and the number of the list it was kept as."""
    file = SimpleUploadedFile("prices", body)
    answer = client.post(address, FORM | values | {"prices_file": file})
    assert answer.status_code == 200
    found = re.search(r'name="list" value="(\d+)"', answer.text)
    return shops.plain(answer.text), found[1] if found else ""


def saved(client: Client, number: str, address: str = NEW, **values: object) -> Offer:
    answer = client.post(address, FORM | values | {"list": number})
    assert answer.status_code == 302, shops.plain(answer.text)
    return queries.offers()[0]


def costs(offer: Offer, product: str, roubles: float = 1000) -> int:
    """What a piece costs with the offer, which would cost so much."""
    bought = cart(line(roubles, product))
    return (
        bought.total_minor
        - queries.apply(cart=bought, codes=(), profile_id=None, at=NOW).discounts[0].amount_minor
    )


ROWS = (("Наименование", "Цена, руб."), ("Зелёный чай", "450"), ("Чашка", "1 200,50"))
TEXT = "\n".join(";".join(row) for row in ROWS)


@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode("cp1251"),
        ("\ufeff" + TEXT).encode(),
        TEXT.replace(";", "\t").encode("utf-16"),
        b"Price list\n\nproduct name,PRICE (RUB)\n" + "Зелёный чай,450\nЧашка,\"1,200.50\"\n".encode(),
        "Зелёный чай,450\nЧашка,1200.5".encode(),
        book(("Прайс от 1 марта",), (), ("№", "Товар", "Цена", "Запас"), (1, *ROWS[1]), (2, "Чашка", 1200.5)),
    ],
    ids=["cp1251", "utf-8", "tabs", "commas under a title", "no titles", "workbook"],
)  # fmt: skip
def test_a_file_is_shown_before_it_counts(inside: Client, body: bytes) -> None:
    text, number = read(inside, body)
    assert "2 prices" in text
    assert "Зелёный чай" in text
    assert queries.offers() == []
    offer = saved(inside, number)
    assert dict(queries.prices_of(_prices(offer))) == {"Зелёный чай": 45000, "Чашка": 120050}
    services.start(offer_id=offer.id)
    assert costs(offer, "ЗЕЛЕНЫЙ чай") == 45000


def _prices(offer: Offer) -> OfPrices:
    assert isinstance(offer.terms.takes, OfPrices)
    return offer.terms.takes


def test_lines_that_cannot_be_read_are_named_and_left_out(inside: Client) -> None:
    rows = ["Product;Price", "Tea;450", ";7", "Cup;dear", "Pot;", "tea;500", "TEA;450", f"{'x' * 81};1"]
    text, number = read(inside, "\n".join(rows).encode())
    for said in (
        "5 lines are left out",
        "Line 3 names no product.",
        "Line 4: “dear” is no price. Write a number",
        "Line 5 has no price.",
        "Line 6: “tea” has another price in line 2, which counts.",
        "Line 8: the name is longer than 80 signs.",
    ):
        assert said in text
    assert dict(queries.prices_of(_prices(saved(inside, number)))) == {"Tea": 45000}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The submitted file is empty|The file is empty."),
        (b" \n", "The file is empty."),
        (b"PK\x03\x04nothing", "no table that can be read"),
        (b"\x00\x01\x02", "no table that can be read"),
        (book(), "no sheet with anything in it"),
        (b"Product;Price\n", "no price in this file"),
        (b"x" * 20_000_001, "larger than 20 MB"),
    ],
)
def test_what_is_no_list_of_prices_is_said_to_be_none(inside: Client, body: bytes, said: str) -> None:
    text, number = read(inside, body)
    assert any(one in text for one in said.split("|")), text[-2000:]
    assert number == ""


def test_another_list_says_what_it_changes(inside: Client) -> None:
    inside.post(NEW, FORM | {"prices": "Tea; 450\nCup; 100\nPot; 300"})
    (offer,) = queries.offers()
    address = reverse("offers-change", args=[offer.id])
    text, number = read(inside, b"tea;500\nCup;100\nSpoon;20\nFork;30", address)
    assert "2 products are new; 1 price changes; 1 product is there no more" in text
    offer = saved(inside, number, address, revision=offer.revision)
    assert offer.terms.takes.size == 4  # type: ignore[union-attr]
    text, number = read(inside, b"Cup;100\nSpoon;21", address)
    assert "1 price changes; 2 products are there no more" in text
    assert "Tea" not in shops.plain(inside.get(address).text)
    assert "4 prices" in shops.plain(inside.get(address).text)
    rows = rows_of(inside.get(reverse("offers-prices", args=[offer.id])))
    assert rows[1:] == [["Cup", 100, "RUB"], ["Fork", 30, "RUB"], ["Spoon", 20, "RUB"], ["tea", 500, "RUB"]]


def test_lists_nobody_goes_by_are_thrown_away(inside: Client) -> None:
    _text, kept = read(inside, b"Tea;450")
    offer = saved(inside, kept)
    _text, number = read(inside, b"Tea;1\nCup;2")
    later = NOW + timedelta(days=2)
    assert services.forget_price_lists(now=later, limit=1) == 1
    assert services.forget_price_lists(now=later, limit=100) == 1
    assert services.forget_price_lists(now=later, limit=100) == 0
    assert [str(row.pk) for row in PriceList.objects.all()] == [kept]
    answer = inside.post(NEW, FORM | {"list": number})
    assert "not there any more. Take the file again." in shops.plain(answer.text)
    services.start(offer_id=offer.id)
    assert costs(offer, "tea") == 45000


def test_a_list_is_asked_only_for_what_is_in_the_cart() -> None:
    number = services.keep_prices(prices={f"Tea {n}": n for n in range(6_000)}, now=NOW)
    takes = queries.price_list(number)
    assert takes is not None
    assert (takes.size, len(takes.prices)) == (6_000, 5)
    assert Price.objects.filter(list_id=number).count() == 6_000


def test_prices_are_read_as_people_write_them() -> None:
    written = {
        "450": 45000,
        "1 200,50": 120050,
        "1\u00a0200.5 ₽": 120050,
        "1,200.50": 120050,
        "1.200,50 руб.": 120050,
        "1'200.50 RUB": 120050,
        "0": 0,
        "-1": None,
        "dear": None,
        "": None,
        "NaN": None,
        "1e99": None,
    }
    assert {text: minor_of(text, "RUB") for text in written} == written


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_hundred_thousand_lines(inside: Client, kind: str) -> None:
    rows: list[tuple[object, object]] = [
        ("Товар", "Цена"),
        *((f"Чай номер {n}", n + 0.5) for n in range(100_000)),
    ]
    body = book(*rows) if kind == "xlsx" else "\n".join(f"{a};{b}" for a, b in rows).encode("cp1251")
    begun = time.monotonic()
    text, number = read(inside, body)
    print(f"{kind}: read in {time.monotonic() - begun:.1f} s, {len(body) / 1e6:.1f} MB")
    assert "100,000 prices" in text
    offer = saved(inside, number)
    services.start(offer_id=offer.id)
    assert costs(offer, "чай НОМЕР 77", 1_000_000) == 7750
    if kind == "csv":
        assert len(list(queries.prices_of(_prices(offer)))) == 100_000
        text, _number = read(inside, body + b"\nMore;1")
        assert "At most 100,000 prices" in text
