"""The pages of imports: the way of a file through them, for whom, and what they cost."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.console.wording.imports import kept_reason
from regulars.customers.registry import references
from regulars.imports import queries, services
from regulars.imports.models import Import
from regulars.imports.types import ImportRow, State
from regulars.kit import locks
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db

ORDERS = (
    "customer,order_id,date,amount,product,sku\n"
    "anna@example.com,A1,2024-03-05,100.50,Mug,M-1\nboris@example.com,A2,2024-03-15,20,Cup,C-1\n"
    "anna@example.com,A3,2024-04-05,35,Mug,M-1\nvera@example.com,A4,never,35,Mug,M-1\n"
)
OPEN = "customer,order_id,date,amount\nk1,A1,03/05/2024,10\nk2,A2,04/05/2024,20\n"
# Session, user, permissions, shop; the imports, who brought them.
QUERIES_OF_THE_LIST = 6
# Session, user, permissions, the import, the shop, who brought it.
QUERIES_OF_THE_COLUMNS = 6
# Session, user, permissions, the import, the shop, whether a worker is at it.
QUERIES_OF_THE_PROGRESS = 6


@pytest.fixture(autouse=True)
def _home(settings: LazySettings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    settings.WATCH_FOLDER = tmp_path / "watch"


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _send(client: Client, content: str | bytes, name: str = "orders.csv", kind: str = "") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(reverse("imports-upload"), {"file": SimpleUploadedFile(name, data), "kind": kind})


def _bring(client: Client, content: str | bytes, name: str = "orders.csv", kind: str = "") -> int:
    """Uploaded, and looked at by the worker."""
    _send(client, content, name, kind)
    number: int = Import.objects.latest("id").pk
    _work(number)
    return number


def _work(number: int) -> ImportRow:
    services.advance(import_id=number, clock=lambda: shops.NOW)
    return _row(number)


def _row(number: int) -> ImportRow:
    row = queries.import_row(number)
    assert row is not None
    return row


def _page(client: Client, name: str, *args: int, **choices: str) -> str:
    answer = client.get(reverse(name, args=args), choices)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _form(client: Client, number: int) -> dict[str, str]:
    """The form of columns as a browser would send it."""
    page = client.get(reverse("imports-detail", args=[number])).text
    values = {"kind": _selected(page.split('name="kind"')[1])}
    for part in page.split('<select class="select')[1:]:
        name = part.split('name="', 1)[1].split('"', 1)[0]
        values[name] = _selected(part)
    return values


def _selected(part: str) -> str:
    inside = part.split("</select>", 1)[0]
    chosen = [o for o in inside.split("<option ")[1:] if " selected" in o.split(">", 1)[0]]
    first = chosen[0] if chosen else inside.split("<option ")[1]
    return shops.plain(first.split('value="', 1)[1].split('"', 1)[0])


def _choose(client: Client, number: int, then: str = "look", **said: str) -> str:
    form = _form(client, number) | {"then": then} | said
    answer = client.post(reverse("imports-mapping", args=[number]), form, follow=True)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def test_the_first_page_invites_and_says_what_is_needed(inside: Client) -> None:
    page = _page(inside, "imports")
    assert "Bring your first file" in page
    assert "a customer (any id, phone or e-mail), a date, an amount" in page
    assert reverse("imports-example", args=["orders", "xlsx"]) in page


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", ["orders", "customers", "products", "returns", "costs", "points"])
def test_an_example_reads_as_what_it_is_of(language: str, kind: str) -> None:
    client = shops.browser_of(shops.colleague(), language)
    for format_ in ("csv", "xlsx"):
        answer = client.get(reverse("imports-example", args=[kind, format_]))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        row = _row(_bring(client, content, f"example.{format_}"))
        assert row.preview is not None
        assert (row.kind, row.preview["problem"]) == (kind, None)


def test_whatever_keeps_a_customer_has_words() -> None:
    codes = [f"has_{name}" for name in references()]
    assert [code for code in codes if kept_reason(code) == code] == []


def test_balances_say_that_rows_of_one_customer_add_up(inside: Client) -> None:
    number = _bring(inside, b"card;points\n2000123;100\n2000123;100\n", "balances.csv")
    assert "a row that stands there twice counts twice" in _page(inside, "imports-detail", number)


def test_no_other_examples(inside: Client) -> None:
    assert inside.get(reverse("imports-example", args=["orders", "pdf"])).status_code == 404
    assert inside.get(reverse("imports-example", args=["secrets", "csv"])).status_code == 404


def test_a_file_is_shown_before_anything_is_stored(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    page = _page(inside, "imports-detail", number)
    assert "Bring it in" in page
    assert "Check everything first" in page
    assert "4 rows" in page
    assert "Date that cannot be read: 1 row." in page
    assert "add up" not in page
    assert _form(inside, number) == {
        "kind": "orders",
        "field-customer_id": "customer",
        "field-order_id": "order_id",
        "field-ordered_at": "date",
        "field-amount": "amount",
        "field-unit_price": "",
        "field-quantity": "",
        "field-product": "product",
        "field-product_id": "sku",
        "field-category": "",
        "field-customer_name": "",
        "field-email": "customer",
        "field-phone": "",
        "field-currency": "",
        "field-status": "",
        "field-channel": "",
        "field-branch": "",
    }
    assert Import.objects.get().state == State.EXAMINED


def test_checked_brought_in_and_undone(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    assert "Waiting for the worker" in _choose(inside, number, "check")
    _work(number)
    page = _page(inside, "imports-detail", number)
    assert "Nothing is written yet. It would bring 2 customers, 3 orders and 2 products." in page
    assert "Would be set aside: 1 row" in page
    _choose(inside, number, "start")
    _work(number)
    page = _page(inside, "imports-detail", number)
    assert "2 customers, 3 orders and 2 products are new." in page
    assert reverse("overview") in page
    assert "Set aside: 1 row" in page
    page = _page(inside, "imports-undo", number)
    assert "Would be removed" in page
    assert "3 orders" in page
    inside.post(reverse("imports-undo", args=[number]))
    _work(number)
    page = _page(inside, "imports-detail", number)
    assert "Removed: 2 customers, 3 orders, 2 products" in page
    assert _row(number).state is State.UNDONE
    taken = [
        AuditLogEntry.objects.filter(action=a.value).count()
        for a in (Action.IMPORT_STARTED, Action.IMPORT_UNDONE)
    ]
    assert taken == [1, 1]


def test_columns_that_were_not_seen_are_not_brought_in(inside: Client) -> None:
    """Whoever changes a column and presses the button sees the rows first."""
    number = _bring(inside, ORDERS)
    page = _choose(inside, number, "start", **{"field-product": ""})
    assert "You chose other columns" in page
    assert _work(number).state is State.EXAMINED
    assert _form(inside, number)["field-product"] == ""
    _choose(inside, number, "start")
    assert _work(number).state is State.DONE


def test_day_or_month_first_is_asked_and_may_be_switched(inside: Client) -> None:
    number = _bring(inside, OPEN)
    page = _page(inside, "imports-detail", number)
    assert "Is it the day or the month first?" in page
    assert "Bring it in" not in page
    _choose(inside, number, **{"way-ordered_at": "%m/%d/%Y"})
    _work(number)
    page = _page(inside, "imports-detail", number)
    assert "5 Mar 2024" in page
    assert "Bring it in" in page
    _choose(inside, number, **{"way-ordered_at": "%d/%m/%Y"})
    _work(number)
    assert "3 May 2024" in _page(inside, "imports-detail", number)
    _choose(inside, number, "start")
    assert _work(number).mapping["ordered_at"] == "date:%d/%m/%Y"


def test_another_kind_is_looked_at_anew(inside: Client) -> None:
    number = _bring(inside, "id,name,email\n1,Ann,a@example.com\n2,Bob,b@example.com\n")
    assert _row(number).kind == "customers"
    _choose(inside, number, kind="orders")
    assert _work(number).kind == "orders"
    assert "One column is still missing" in _page(inside, "imports-detail", number)


@pytest.mark.parametrize("content", ["", "just words\nno table\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 500])
def test_a_file_that_is_none(inside: Client, content: str | bytes) -> None:
    answer = _send(inside, content, "photo.csv")
    number = Import.objects.latest("id").pk
    assert answer.url == reverse("imports-detail", args=[number])
    _work(number)
    page = _page(inside, "imports-detail", number)
    assert "Choose another file" in page
    assert reverse("imports-upload") in page


def test_nothing_chosen(inside: Client) -> None:
    answer = inside.post(reverse("imports-upload"), {"kind": "orders"})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_too_large_a_file_is_refused_with_its_limit(inside: Client, settings: LazySettings) -> None:
    settings.IMPORT_BYTES_MAX = 1024**2
    number = _bring(inside, "customer,order_id,date,amount\n" + "k,A,2024-01-01,1\n" * 70_000)
    assert _row(number).state is State.FAILED
    assert "larger than 1 MB" in _page(inside, "imports-detail", number)


def test_hostile_names_are_text(inside: Client) -> None:
    evil = "<script>alert(1)</script>"
    content = (
        f'customer,order_id,date,amount,"{evil}"\nk1,A1,2024-03-05,10,"<img src=x>"\nk2,A2,x,10,{evil}\n'
    )
    number = _bring(inside, content, f"{evil}{'x' * 400}.csv")
    for name in ("imports", "imports-detail"):
        text = inside.get(reverse(name, args=[number] if name != "imports" else [])).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    _choose(inside, number, "start", **{"field-product": evil})
    _work(number)
    _choose(inside, number, "start")
    _work(number)
    text = inside.get(reverse("imports-detail", args=[number])).text
    assert "<script>alert" not in text
    assert _row(number).state is State.DONE


def test_a_column_that_is_not_in_the_file_is_not_taken(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    _choose(inside, number, **{"field-category": "../etc/passwd", "field-amount": "sku + gone"})
    row = _work(number)
    assert "category" not in row.mapping
    assert "amount" not in row.mapping


def test_rows_set_aside_as_a_file(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    _choose(inside, number, "start")
    _work(number)
    answer = inside.get(reverse("imports-rejected", args=[number]))
    sheet = _strings(answer)
    assert "Date that cannot be read" in sheet
    assert AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value).count() == 1


def test_no_rows_set_aside_no_file(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    assert inside.get(reverse("imports-rejected", args=[number])).status_code == 404


def test_the_list_and_its_file(inside: Client) -> None:
    _bring(inside, ORDERS, "march.csv")
    page = _page(inside, "imports")
    assert "march.csv" in page
    assert "waits for you" in page
    assert "march.csv" in _strings(inside.get(reverse("imports-export")))


def test_the_list_goes_on(inside: Client) -> None:
    for _number in range(31):
        _send(inside, ORDERS)
    page = _page(inside, "imports")
    assert page.count('class="row-link"') == 30
    last = Import.objects.order_by("id").first()
    assert last is not None
    assert page.count(f"before={last.pk + 1}") == 1
    assert _page(inside, "imports", before=str(last.pk + 1)).count('class="row-link"') == 1
    assert "Nothing further back" in _page(inside, "imports", before="1")
    assert _page(inside, "imports", before="nonsense").count('class="row-link"') == 30


def test_progress_says_whether_a_worker_is_at_it(inside: Client) -> None:
    _send(inside, ORDERS)
    number = Import.objects.latest("id").pk
    assert "Waiting for the worker" in _page(inside, "imports-detail", number)
    with locks.alone(locks.Space.IMPORT, str(number)):
        page = _page(inside, "imports-state", number, seen="examining")
    assert "Looking at the columns" in page
    assert "Waiting" not in page
    _work(number)
    answer = inside.get(reverse("imports-state", args=[number]), {"seen": "examining"})
    assert answer.headers["HX-Refresh"] == "true"


def test_who_is_signed_out_loads_the_page_anew(inside: Client) -> None:
    _send(inside, ORDERS)
    number = Import.objects.latest("id").pk
    answer = Client().get(reverse("imports-state", args=[number]), {"seen": "examining"})
    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


def test_stopped_and_gone_on(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    _choose(inside, number, "start")
    inside.post(reverse("imports-stop", args=[number]))
    assert "Stopped halfway" in _page(inside, "imports-detail", number)
    inside.post(reverse("imports-start", args=[number]))
    assert _work(number).state is State.DONE


def test_a_step_that_cannot_be_taken_any_more_says_so(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    answer = inside.post(reverse("imports-stop", args=[number]), follow=True)
    assert "moved on meanwhile" in answer.text
    answer = inside.post(reverse("imports-undo", args=[number]), follow=True)
    assert "moved on meanwhile" in answer.text
    assert inside.get(reverse("imports-undo", args=[number])).status_code == 302


def test_nobody_else_may(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    for role in (Role.AGENT, Role.ANALYST, Role.CASHIER):
        client = shops.browser_of(shops.colleague(role))
        for name in ("imports", "imports-upload", "imports-watches", "imports-export"):
            assert client.get(reverse(name)).status_code == 403
        for name in ("imports-detail", "imports-undo", "imports-rejected"):
            assert client.get(reverse(name, args=[number])).status_code == 403
        for name in ("imports-mapping", "imports-start", "imports-stop", "imports-undo"):
            assert client.post(reverse(name, args=[number])).status_code == 403
        answer = client.get(reverse("imports-state", args=[number]), {"seen": "examined"})
        assert answer.content == b""


def test_forms_need_their_token(inside: Client) -> None:
    number = _bring(inside, ORDERS)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = inside.cookies
    for name in ("imports-mapping", "imports-start", "imports-stop", "imports-undo"):
        assert strict.post(reverse(name, args=[number])).status_code == 403
    file = SimpleUploadedFile("x.csv", ORDERS.encode())
    assert strict.post(reverse("imports-upload"), {"file": file}).status_code == 403
    assert Import.objects.count() == 1


def test_no_such_import(inside: Client) -> None:
    for name in ("imports-detail", "imports-undo", "imports-rejected"):
        assert inside.get(reverse(name, args=[17])).status_code == 404


def test_what_the_pages_cost(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    number = _bring(inside, ORDERS)
    _bring(inside, ORDERS)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        _page(inside, "imports")
    with django_assert_num_queries(QUERIES_OF_THE_COLUMNS):
        _page(inside, "imports-detail", number)
    _choose(inside, number, "check")
    with django_assert_num_queries(QUERIES_OF_THE_PROGRESS):
        _page(inside, "imports-state", number, seen="checking")


def _strings(answer: Any) -> str:
    content = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_columns_can_be_mended_when_the_whole_file_could_not_be_read(inside: Client) -> None:
    """What the first rows did not show: further down the dates could be either way."""
    number = _bring(inside, ORDERS)
    _choose(inside, number, "start")
    Import.objects.filter(pk=number).update(state=State.FAILED.value, error_text="Row 70,000 is odd.")
    page = _page(inside, "imports-detail", number)
    assert "Row 70,000 is odd." in page
    assert "Bring it in" not in page
    _choose(inside, number)
    _work(number)
    assert "Bring it in" in _page(inside, "imports-detail", number)
