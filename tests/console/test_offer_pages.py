"""Offers in the console: made, read, started, their codes saved as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook
from tests.console import shops
from tests.console.workbooks import rows_of
from tests.offers.coupon_shop import cart, terms

from regulars.console.offers_pages.codes_workbook import workbook_in_pieces
from regulars.console.wording.log import sentences
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.offers import queries, services
from regulars.offers.types import CodeState, NewUse, Offer, OfferKind, OfferState, OffPercent, OfPrices
from regulars.team import queries as team
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, LogFilter, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW = shops.NOW
# Session, user, permissions, shop; offers, what became of them.
QUERIES_LIST = 6
# Session, user, permissions, shop; offer, figures, uses, days, names.
QUERIES_ONE = 9


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def running(code: str = "SPRING", **values: object) -> Offer:
    made = services.make_offer(terms=terms(**values), shared_code=code, now=NOW, user_id=None)  # type: ignore[arg-type]
    return services.start(offer_id=made.id)


def use(offer: Offer, key: str, profile_id: int | None = None) -> None:
    new = NewUse(
        key=key,
        cart=cart(),
        codes=(offer.shared_code,),
        profile_id=profile_id,
        at=NOW,
        lasts_until=NOW,
        order_id=key,
        order_source="shop",
    )
    services.capture(use_id=services.reserve(new=new, now=NOW).id, now=NOW)


def customer(name: str) -> int:
    return Profile.objects.get(person_id=shops.person(name)).pk


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return shops.plain(answer.text)


def only() -> Offer:
    (found,) = queries.offers()
    return found


FORM = {"name": "Spring", "off": "10", "off_in": "percent", "with_tier": "on", "with_points": "on"}


def test_an_empty_page_says_what_to_do_first(inside: Client) -> None:
    assert "No offer yet" in page(inside, "offers")


def test_an_offer_is_made_step_by_step(inside: Client) -> None:
    assert "One code for everybody" in page(inside, "offers-new")
    sent = FORM | {
        "code": " spring-26 ",
        "categories": ["Tea", ""],
        "total_from": "1000",
        "first": "2026-03-01",
        "last": "2026-03-31",
        "uses": "100",
        "uses_each": "1",
        "budget": "5000",
    }
    said = inside.post(
        reverse("offers-says", args=["shared"]), sent | {"cart_amount": ["2000"], "cart_goods": ["Tea"]}
    )
    text = shops.plain(said.text)
    assert "10% off goods of the category “Tea”." in text
    assert "For orders of RUB 1,000 or more." in text.replace("₽", "RUB ")
    assert "100 times altogether" in text
    answer = inside.post(reverse("offers-new-kind", args=["shared"]), sent)
    offer = only()
    assert answer.headers["Location"] == reverse("offers-one", args=[offer.id])
    assert (offer.state, offer.shared_code) == (OfferState.DRAFT, "SPRING-26")
    assert offer.terms.goods.categories == ("Tea",)
    assert (offer.terms.total_from_minor, offer.terms.uses, offer.terms.budget_minor) == (100000, 100, 500000)
    assert offer.terms.given_back is False
    assert "until 31 March 2026" in page(inside, "offers-one", offer.id)
    inside.post(reverse("offers-state", args=[offer.id]), {"do": "start"})
    assert only().state is OfferState.RUNNING
    actions = AuditLogEntry.objects.order_by("id").values_list("action", "details__what")
    assert [what for action, what in actions if action == Action.OFFER_CHANGED.value] == ["made", "start"]


def test_the_audit_log_says_what_was_done_to_which_offer(inside: Client) -> None:
    def do(what: str) -> None:
        inside.post(reverse("offers-state", args=[offer.id]), {"do": what})

    sent = FORM | {"code": "SPRING"}
    inside.post(reverse("offers-new-kind", args=["shared"]), sent)
    offer = only()
    change = reverse("offers-change", args=[offer.id])
    inside.post(change, sent | {"code": "MAY", "budget": "500", "last": "2026-03-31", "revision": "0"})
    inside.post(change, sent | {"code": "MAY", "budget": "500", "last": "2026-03-31"})  # the same again
    for what in ("start", "pause", "stop", "start"):  # the last is refused
        do(what)
    rows_of(inside.get(reverse("offers-uses-export", args=[offer.id])))
    inside.post(reverse("offers-new-kind", args=["codes"]), FORM | {"name": "Cards"})
    gone = offer.id
    (offer,) = (one for one in queries.offers() if one.id != gone)
    inside.post(reverse("offers-codes", args=[offer.id]), {"count": "1,000"})
    inside.post(reverse("offers-new-kind", args=["codes"]), FORM | {"name": "Slip"})
    offer = queries.offers()[0]
    do("drop")
    lines = sentences(team.log_page(which=LogFilter(), limit=20))[::-1]
    assert [line.text for line in lines if "offer" in line.line.subject] == [
        "Offer changed: Spring (made, as a draft)",
        "Offer changed: Spring (changed: code, last day, budget)",
        "Offer changed: Spring (started)",
        "Offer changed: Spring (paused)",
        "Offer changed: Spring (stopped for good)",
        "List saved as a file: Spring (uses of an offer; rows: 0)",
        "Offer changed: Cards (made, as a draft)",
        "Offer changed: Cards (1000 codes ordered)",
        "Offer changed: Slip (made, as a draft)",
        "Offer changed: Slip (draft thrown away)",
    ]
    assert [line.url for line in lines if line.subject == "Slip"] == ["", ""]


def test_moments_within_a_day_stay_when_something_else_is_changed(inside: Client) -> None:
    offer = running(since=NOW, until=NOW + timedelta(hours=3))
    change = reverse("offers-change", args=[offer.id])
    day = clock.now().date().isoformat()
    sent = FORM | {"code": "SPRING", "name": "May", "first": day, "last": day}
    inside.post(change, sent | {"revision": str(offer.revision)})
    assert (only().terms.name, only().terms.since) == ("May", NOW)
    assert only().terms.until == NOW + timedelta(hours=3)
    inside.post(change, sent | {"first": ""})
    assert only().terms.since is None


def test_a_cart_is_tried_on_what_is_written(inside: Client) -> None:
    sent = FORM | {"code": "SPRING", "cart_amount": ["1500", "500", ""], "cart_goods": ["", "", ""]}
    text = shops.plain(inside.post(reverse("offers-says", args=["shared"]), sent).text)
    assert "1,800" in text
    assert "200" in text
    wrong = inside.post(reverse("offers-says", args=["shared"]), sent | {"off": "ten"})
    assert "cannot be read yet" in shops.plain(wrong.text)


def test_a_wrong_form_says_what_is_wrong(inside: Client) -> None:
    answer = inside.post(reverse("offers-new-kind", args=["shared"]), FORM | {"code": "!", "off": "120"})
    assert answer.status_code == 200
    assert "More than 100 percent cannot be taken off." in shops.plain(answer.text)
    answer = inside.post(reverse("offers-new-kind", args=["shared"]), FORM | {"code": "!"})
    assert "Write a code of 3 to 32 letters and digits" in shops.plain(answer.text)
    assert queries.offers() == []


def test_a_code_that_another_offer_has_is_refused(inside: Client) -> None:
    running()
    answer = inside.post(reverse("offers-new-kind", args=["shared"]), FORM | {"code": "spring"})
    assert "Another offer has this code" in shops.plain(answer.text)


def test_prices_come_as_lines(inside: Client) -> None:
    sent = {"name": "Wholesale", "prices": "Product;Price\nGreen tea; 450\nCup;1 200,50\n"}
    inside.post(reverse("offers-new-kind", args=["prices"]), sent)
    offer = only()
    assert offer.terms.kind is OfferKind.PRICES
    assert offer.terms.takes == OfPrices(prices={"Green tea": 45000, "Cup": 120050})
    assert "Own prices: “Cup” for" in page(inside, "offers-one", offer.id)
    assert "Green tea; 450" in page(inside, "offers-change", offer.id)


def test_a_line_of_prices_that_cannot_be_read_is_named(inside: Client) -> None:
    sent = {"name": "Wholesale", "prices": "Green tea; 450\nCup; dear\n"}
    answer = inside.post(reverse("offers-new-kind", args=["prices"]), sent)
    assert "Line 2: “dear” is no price." in shops.plain(answer.text)


def test_two_who_change_one_offer_are_told(inside: Client) -> None:
    offer = running()
    sent = FORM | {"code": "SPRING", "off": "20", "revision": offer.revision}
    inside.post(reverse("offers-change", args=[offer.id]), sent)
    takes = only().terms.takes
    assert isinstance(takes, OffPercent)
    assert takes.percent == 20
    answer = inside.post(reverse("offers-change", args=[offer.id]), sent)
    assert "Somebody changed this offer meanwhile" in shops.plain(answer.text)


def test_the_list_shows_what_became_of_offers(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = running(uses=10)
    running("SUMMER", name="Summer")
    person = customer("Анна")
    use(offer, "1001", person)
    use(offer, "1002", person)
    use(offer, "1003")
    with django_assert_num_queries(QUERIES_LIST):
        text = page(inside, "offers")
    assert "Spring" in text
    assert "300" in text
    rows = rows_of(inside.get(reverse("offers-export")))
    assert [row[:2] + row[4:7] for row in rows[1:]] == [
        ["Summer", "One code for everybody", 0, 0, 0],
        ["Spring", "One code for everybody", 3, 1, 300],
    ]


def test_a_list_says_how_many_codes_are_left(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = running("", kind="codes")
    services.order_codes(offer_id=offer.id, count=1_200)
    services.fill_codes(now=NOW, limit=1_200)
    first, second, *_rest = (one.code for one in queries.printed_codes(offer.id))
    for key, code in (("1001", first), ("1002", second)):
        new = NewUse(key=key, cart=cart(), codes=(code,), at=NOW, lasts_until=NOW)
        services.reserve(new=new, now=NOW)
    services.cancel(use_id=services.reserve(new=new, now=NOW).id, now=NOW)
    running("", kind="codes", uses=5)
    with django_assert_num_queries(QUERIES_LIST):
        text = page(inside, "offers")
    assert "1,199 of 1,200" in text
    assert [row[8] for row in rows_of(inside.get(reverse("offers-export")))[1:]] == [0, 1_199]
    open_codes = [one for one in queries.printed_codes(offer.id) if one.state is CodeState.OPEN]
    assert len(open_codes) == 1_199


def test_an_offer_shows_who_used_it(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = running(uses=10)
    use(offer, "1001", customer("Анна"))
    use(offer, "1002")
    with django_assert_num_queries(QUERIES_ONE):
        text = page(inside, "offers-one", offer.id)
    assert "Анна" in text
    assert "not known" in text
    rows = rows_of(inside.get(reverse("offers-uses-export", args=[offer.id])))
    assert [row[1:4] for row in rows[1:]] == [["", 1002, 100], ["Анна", 1001, 100]]


def test_codes_are_made_and_saved_as_a_file(inside: Client) -> None:
    offer = running("", kind="codes")
    inside.post(reverse("offers-codes", args=[offer.id]), {"count": "1 200"})
    assert "0 of 1,200 codes are made" in page(inside, "offers-one", offer.id)
    services.fill_codes(now=NOW, limit=700)
    assert "700 of 1,200 codes are made" in shops.plain(
        inside.get(reverse("offers-codes-state", args=[offer.id])).text
    )
    services.fill_codes(now=NOW, limit=10_000)
    done = inside.get(reverse("offers-codes-state", args=[offer.id]))
    assert done.headers["HX-Refresh"] == "true"
    answer = inside.get(reverse("offers-codes-csv", args=[offer.id]))
    assert isinstance(answer, StreamingHttpResponse)
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["number", "code", "state"]
    codes = {row[1] for row in rows[1:]}
    assert len(codes) == 1_200
    found = queries.apply(cart=cart(), codes=[rows[7][1].lower()], profile_id=None, at=NOW)
    assert found.discounts[0].amount_minor == 10_000
    sheet = rows_of(inside.get(reverse("offers-codes-xlsx", args=[offer.id])))
    assert {row[1] for row in sheet[1:]} == codes
    actions = list(AuditLogEntry.objects.values_list("action", flat=True))
    assert actions.count(Action.LIST_TAKEN_OUT.value) == 2


def test_more_codes_than_one_offer_may_have_are_refused(inside: Client) -> None:
    offer = running("", kind="codes")
    answer = inside.post(reverse("offers-codes", args=[offer.id]), {"count": "2000001"}, follow=True)
    assert "at most two million codes" in shops.plain(answer.text)


def test_an_offer_is_paused_stopped_and_a_draft_thrown_away(inside: Client) -> None:
    offer = running()
    for wanted, state in (("pause", "paused"), ("start", "running"), ("stop", "stopped")):
        inside.post(reverse("offers-state", args=[offer.id]), {"do": wanted})
        assert only().state == state
    again = running()  # the code is free
    assert again.shared_code == "SPRING"
    draft = services.make_offer(terms=terms(), shared_code="SUMMER", now=NOW, user_id=None)
    inside.post(reverse("offers-state", args=[draft.id]), {"do": "drop"})
    assert queries.offer(draft.id) is None


def test_who_may_not_set_up_loyalty_only_reads() -> None:
    offer = running()
    client = shops.browser_of(shops.colleague(Role.AGENT))
    assert "Make an offer" not in page(client, "offers")
    for name, args in (("offers-state", [offer.id]), ("offers-codes", [offer.id])):
        assert client.post(reverse(name, args=args), {"do": "stop", "count": "1"}).status_code == 403
    assert client.get(reverse("offers-codes-csv", args=[offer.id])).status_code == 403


def test_a_workbook_in_pieces_goes_on_in_another_sheet() -> None:
    rows = [[n, f"<{n}>&"] for n in range(5)]
    made = b"".join(workbook_in_pieces("codes", ["N", "Code"], rows, rows_max=3))
    with CalamineWorkbook.from_filelike(io.BytesIO(made)) as book:
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert sheets == [
        [["N", "Code"], [0, "<0>&"], [1, "<1>&"]],
        [["N", "Code"], [2, "<2>&"], [3, "<3>&"]],
        [["N", "Code"], [4, "<4>&"]],
    ]
    with CalamineWorkbook.from_filelike(io.BytesIO(b"".join(workbook_in_pieces("c", ["N"], [])))) as book:
        assert [book.get_sheet_by_name(name).to_python() for name in book.sheet_names] == [[["N"]]]
