"""Ready segments in two clicks, lists out of files and of what is pasted, what was not found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.console import shops
from tests.console.workbooks import book, rows_of

from regulars.console.segment_pages import references
from regulars.console.segment_pages.references import CannotRead, of_file, of_text
from regulars.kit import clock
from regulars.segments import queries
from regulars.segments.models import Segment
from regulars.segments.ready import READY
from regulars.segments.types import Kind, State
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


# --- which column of which text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "column"),
    [
        ("a@b.ru\nc@d.ru\n", ["a@b.ru", "c@d.ru"], ""),
        ("E-mail\na@b.ru\n\n  c@d.ru \na@b.ru", ["a@b.ru", "c@d.ru"], "E-mail"),
        (
            "a@b.ru, c@d.ru; \n+7 916 123-45-67, e@f.ru",
            ["a@b.ru", "c@d.ru;", "+7 916 123-45-67", "e@f.ru"],
            "",
        ),
        ("a@b.ru; c@d.ru", ["a@b.ru", "c@d.ru"], ""),
        ("Имя;Почта;Сумма\nАнна;a@b.ru;10,5\nБорис;;7", ["a@b.ru"], "Почта"),
        (
            "name,phone\nАнна,89161234567\nБорис,8 (916) 123-45-68",
            ["89161234567", "8 (916) 123-45-68"],
            "phone",
        ),
        ("id\tamount\nK-1\t5\nK-2\t6", ["K-1", "K-2"], "id"),
        ("amount\tclient_id\n5\tK-1\n6\tK-2", ["K-1", "K-2"], "client_id"),
        ('"Иванов; И.";a@b.ru\n"Петров; П.";c@d.ru', ["a@b.ru", "c@d.ru"], ""),
        ("K-1\nK-2", ["K-1", "K-2"], ""),
        ("номер\n000123\n000124", ["000123", "000124"], "номер"),
        ("Список\na@b.ru\nc@d.ru", ["a@b.ru", "c@d.ru"], "Список"),
    ],
)
def test_who_is_meant_is_found_in_a_text(text: str, values: Sequence[str], column: str) -> None:
    found = of_text(text)
    assert (list(found.values), found.column) == (list(values), column)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_encodings_of_files(codec: str) -> None:
    found = of_file("Клиент\nИванов-1\nПетров-2".encode(codec))
    assert found.values == ("Иванов-1", "Петров-2")


def test_workbook_is_read() -> None:
    found = of_file(book(["Имя", "Телефон"], ["Анна", 89161234567], ["Борис", "+79161234568"]))
    assert (found.values, found.column) == (("89161234567", "+79161234568"), "Телефон")


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\x00\x01\x02" * 50, b"PK\x03\x04 broken", book()])
def test_nothing_in_it_is_said(content: bytes) -> None:
    with pytest.raises(CannotRead):
        of_file(content)


def test_too_many_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "REFERENCES_MAX", 3)
    assert len(of_text("a\nb\nc").values) == 3
    with pytest.raises(CannotRead, match="More than 3 customers"):
        of_text("a\nb\nc\nd")


# --- lists --------------------------------------------------------------------------------------------------


def _upload(client: Client, content: bytes | None = None, **said: str) -> str:
    form: dict[str, object] = dict(said)
    if content is not None:
        form["file"] = SimpleUploadedFile("Майская акция.csv", content)
    with clock.fixed(shops.NOW):
        return shops.plain(client.post(reverse("segments-upload"), form, follow=True).text)


def test_list_out_of_a_file_and_what_was_not_found(inside: Client) -> None:
    anna = shops.person("Анна", email="anna@example.com")
    boris = shops.person("Борис", phone="+79161234567")
    vera = shops.person("Вера", number="K-7")
    content = "Клиент\nAnna@Example.com\n8 916 123-45-67\nK-7\nnobody@example.com\n=evil\n".encode()
    page = _upload(inside, content)
    assert "3 customers are in the list. For 2 lines nobody was found. The column “Клиент” was read." in page
    made = Segment.objects.get()
    assert (made.name, made.kind, made.state) == ("Майская акция", Kind.STATIC.value, State.READY.value)
    assert queries.member_ids(made.pk) == sorted([anna, boris, vera])
    address = reverse("segments-not-found", args=[made.pk])
    assert f'href="{address}"' in page
    answer = inside.get(address)
    rows = rows_of(answer.streaming_content)  # type: ignore[attr-defined]
    assert rows == [["Found nobody for"], ["nobody@example.com"], ["=evil"]]
    line = AuditLogEntry.objects.get(action=Action.SEGMENT_MADE.value)
    assert (line.subject, line.details) == (f"segment:{made.pk}", {"people": 3})


def test_what_was_not_found_is_for_whoever_brought_it(inside: Client) -> None:
    _upload(inside, b"nobody@example.com")
    address = reverse("segments-not-found", args=[Segment.objects.get().pk])
    assert shops.browser_of(shops.colleague(Role.OWNER)).get(address).status_code == 404
    assert b"".join(inside.get(address).streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_pasted_list_with_a_name(inside: Client) -> None:
    shops.person("Анна", email="anna@example.com")
    page = _upload(inside, pasted="anna@example.com", name="Гости вечера <b>")
    assert "1 customer is in the list." in page
    assert "Гости вечера &lt;b&gt;" in page
    assert "nobody was found" not in page


@pytest.mark.parametrize("said", [{}, {"pasted": "  \n "}])
def test_nothing_given_is_said_and_kept(inside: Client, said: dict[str, str]) -> None:
    page = _upload(inside, name="Гости", **said)
    assert "Choose a file or paste the list first." in page
    assert 'value="Гости"' in page
    assert not Segment.objects.exists()


def test_file_too_large_is_refused(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "BYTES_MAX", 1024**2)
    page = _upload(inside, b"a@b.ru\n" * 200_000)
    assert "The file is larger than 1 MB." in page
    assert not Segment.objects.exists()


# --- ready ones ---------------------------------------------------------------------------------------------


def test_all_ready_ones_are_offered_with_their_sentences(inside: Client) -> None:
    page = shops.plain(inside.get(reverse("segments-ready")).text)
    for offer in READY:
        assert str(offer.name) in page.replace("&#x27;", "'")
        assert f'href="{reverse("segments-new")}?ready={offer.key}"' in page


def test_ready_one_is_kept_in_one_click(inside: Client) -> None:
    page = inside.post(reverse("segments-ready"), {"key": "regulars"}, follow=True).text
    made = Segment.objects.get()
    assert (made.kind, made.state, made.name) == (Kind.LIVE.value, State.BUILDING.value, "Regulars")
    assert "“Regulars” is kept from now on." in page
    assert f'action="{reverse("segments-archive", args=[made.pk])}"' in page  # undo
    offered = inside.get(reverse("segments-ready")).text
    assert f'href="{reverse("segments-one", args=[made.pk])}"' in offered
    assert "Kept already: show it" in offered
    assert AuditLogEntry.objects.get(action=Action.SEGMENT_MADE.value).details == {"ready": "regulars"}


def test_every_ready_one_can_be_kept(inside: Client) -> None:
    for offer in READY:
        inside.post(reverse("segments-ready"), {"key": offer.key})
    assert Segment.objects.count() == len(READY)


def test_there_is_no_such_ready_one(inside: Client) -> None:
    assert inside.post(reverse("segments-ready"), {"key": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["segments-ready", "segments-upload"])
def test_nobody_else_may(name: str) -> None:
    client = shops.browser_of(shops.colleague(Role.AGENT))
    assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse(name)).status_code == 403
