"""Handing out and erasing: what there is of somebody is found, and nothing of it stays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.conf import LazySettings
from django.db import connection
from tests.api.ingest.calling import call as tell
from tests.api.ingest.calling import forget, item, server_key, track
from tests.api.rest_calls import caller

from regulars.analytics.compute import lake
from regulars.analytics.compute.engine import connection as engine
from regulars.analytics.compute.postgres import snapshot
from regulars.commerce.models import Order
from regulars.customers import queries, services
from regulars.customers.errors import CannotErase
from regulars.customers.models import Erasure, Identity, Person, Profile
from regulars.customers.rules.personal_file import packed
from regulars.customers.types import ANONYMOUS, ErasureReason, IdentityType, NewConsent
from regulars.events import queries as marks
from regulars.events import services as log
from regulars.imports import services as imports
from regulars.imports.models import Import, RejectedRow
from regulars.imports.types import Origin
from regulars.kit import clock
from regulars.webhooks import services as webhooks
from regulars.work import services as work

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MARK = "Ззыкмарк"
"""Stands in all that is personal, and nowhere else."""
MAIL = "zzykmark@example.com"
PHONE = "+79161000333"
MARKS = (MARK, "zzykmark", "9161000333")
CUSTOMERS = (
    f"id,name,email,phone\nmark-zzykmark,{MARK} Анна,{MAIL},8 (916) 100-03-33\nc2,Борис,b@example.com,\n"
)
ORDERS = f"""who,number,date,sum,phone
mark-zzykmark,A1,2026-03-05,10,
mark-zzykmark,A2,{MARK},20,8 916 100 03 33
c2,B1,bad,30,
c2,B2,2026-03-06,40,
"""
COLUMNS = {"customer_id": "who", "order_id": "number", "ordered_at": "date", "amount": "sum"}
ABOUT = {"customer_id": "id", "name": "name", "email": "email", "phone": "phone"}


@pytest.fixture(autouse=True)
def _at_noon(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.HOME = tmp_path / "home"
    settings.WATCH_FOLDER = settings.HOME / "watch"
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    forget()
    with clock.fixed(NOW):
        yield


def bring_in(path: Path, text: str, kind: str, mapping: dict[str, str]) -> int:
    path.write_text(text, encoding="utf-8")
    number = imports.take_file(
        name=path.name, path=path, now=NOW, user_id=None, kind=kind, origin=Origin.COMMAND, mapping=mapping,
        examine=False,
    )  # fmt: skip
    imports.start(import_id=number, user_id=None, now=NOW)
    imports.advance(import_id=number, clock=lambda: NOW)
    return number


def marked(folder: Path) -> int:
    """Somebody who came in by every door there is; gives the person."""
    log.ensure_consumers(now=NOW)
    webhooks.create_endpoint(
        url="https://127.0.0.1:9/hook", events=["traits_changed", "order_completed"], user_id=None, now=NOW
    )
    bring_in(folder / "customers.csv", CUSTOMERS, "customers", ABOUT)
    bring_in(folder / "orders.csv", ORDERS, "orders", COLUMNS)
    profile = Profile.objects.get(external_id="mark-zzykmark")
    rest = caller()
    answer = rest(
        "PUT",
        "/customers/mark-zzykmark",
        {"name": f"{MARK} Анна", "traits": {"city": MARK, "pet": f"кот {MARK}"}},
        Idempotency_Key="one",
    )
    assert answer.status_code == 200, answer.content
    told = [
        item("identify", userId="mark-zzykmark", anonymousId="browser-zzykmark", traits={"hobby": MARK}),
        track("Survey Answered", "mark-zzykmark", properties={"answer": f"я {MARK}"}),
    ]
    assert tell("batch", {"batch": told}, server_key()).status == 200
    said = NewConsent(
        profile_id=profile.pk,
        channel="email",
        granted=False,
        at=NOW,
        source=f"письмо {MARK}",
        proof={"text": MARK},
    )
    services.record_consents(consents=[said], now=NOW)
    services.write_note(profile_id=profile.pk, author_id=None, text=f"Любит {MARK}", now=NOW)
    gone = services.write_note(profile_id=profile.pk, author_id=7, text=f"{MARK}", now=NOW)
    services.delete_note(note_id=gone, author_id=7, now=NOW)
    work.create_task(title=f"Позвонить: {MARK}", due_at=NOW, created_by=None, now=NOW, profile_id=profile.pk)
    log.drain(now=NOW)
    return Profile.objects.get(pk=profile.pk).person_id


def places_with_the_mark(home: Path) -> list[str]:
    """Tables, columns and files that have it, in whatever case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            for mark in MARKS:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" AS t WHERE strpos(lower(t::text), lower(%s)) > 0', [mark]
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}: {mark}")
    for path in home.rglob("*"):
        if path.is_file() and any(mark.encode() in path.read_bytes() for mark in MARKS):
            found.append(str(path))
    return found


def finish() -> None:
    while services.go_on_erasing(now=NOW, limit=1_000) >= 1_000:
        pass


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_somebody_who_came_in_by_every_door_nothing_stays(tmp_path: Path, settings: LazySettings) -> None:
    person = marked(tmp_path)
    before = places_with_the_mark(settings.HOME)
    for table in (
        "customers_profile", "customers_identity", "customers_traits", "customers_personattributes",
        "customers_consent", "customers_note", "work_task", "imports_rejectedrow", "imports_change",
        "api_answeredcall", "events", "webhooks_delivery",
    ):  # fmt: skip
        assert any(place.startswith((f"{table}:", f"{table}_")) for place in before), (table, before)
    assert any("imports" in place and place.endswith(".csv") for place in before)
    orders = list(Order.objects.order_by("id").values_list("external_id", "amount_minor", "profile_id"))
    refused = RejectedRow.objects.count()

    services.erase(person_id=person, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    finish()

    log.drain(now=NOW)
    assert places_with_the_mark(settings.HOME) == []
    assert (
        list(Order.objects.order_by("id").values_list("external_id", "amount_minor", "profile_id")) == orders
    )
    assert RejectedRow.objects.count() == refused
    assert RejectedRow.objects.exclude(values=[]).count() == 1
    other = Profile.objects.get(external_id="c2")
    assert other.name == "Борис"
    assert Identity.objects.filter(profile=other).count() == 1
    row = queries.erasure_of(person)
    assert row is not None
    assert row.done_at == NOW
    contacts = [(IdentityType.EMAIL, MAIL), (IdentityType.EMAIL, "b@example.com")]
    assert queries.refused_before(contacts) == {(IdentityType.EMAIL, MAIL): ["email"]}


def in_the_lake(home: Path) -> list[str]:
    """Files of the lake, as it stands now, that have the mark."""
    with engine(threads=1) as con, snapshot() as shop:
        lake.bring_up_to_date(con, shop, marks=marks.touched_months(1000), now=NOW)
    files = [str(path) for path in (home / "lake").rglob("*.parquet")]
    assert files
    found = []
    for file in files:
        rows = str(
            duckdb.execute("SELECT CAST(t AS VARCHAR) FROM read_parquet(?) AS t", [file]).fetchall()
        ).lower()
        found += [file for mark in MARKS if mark.lower() in rows]
    return found


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_lake_never_had_it(tmp_path: Path, settings: LazySettings) -> None:
    person = marked(tmp_path)
    assert in_the_lake(settings.HOME) == []
    services.erase(person_id=person, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    finish()
    assert in_the_lake(settings.HOME) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_customer_has_all_of_it(tmp_path: Path) -> None:
    person = marked(tmp_path)
    data = queries.personal_data(person, NOW)
    assert data is not None
    archive = zipfile.ZipFile(io.BytesIO(packed(data)))
    assert sorted(archive.namelist()) == ["data.json", "en.html", "ru.html"]
    told: dict[str, list[dict[str, Any]]] = json.loads(archive.read("data.json"))["data"]
    assert {"source": "shop", "external_id": "mark-zzykmark", "name": f"{MARK} Анна"}.items() <= told[
        "customers_profile"
    ][0].items()
    assert {row["value"] for row in told["customers_identity"]} == {MAIL, PHONE}
    assert told["customers_personattributes"][0]["city"] == MARK
    assert told["commerce_order"][0] | {"ordered_at": ""} == {
        "number": "A1",
        "ordered_at": "",
        "status": told["commerce_order"][0]["status"],
        "amount": "10.00",
        "currency": "RUB",
    }
    for name in ("customers_note", "customers_consent", "work_task", "events", "webhooks_delivery"):
        assert told[name], name
    russian, english = archive.read("ru.html").decode(), archive.read("en.html").decode()
    assert "How you can be reached" in english
    assert all(MARK in page and PHONE in page and "&lt;" not in page for page in (russian, english))
    assert "Борис" not in russian
    assert queries.personal_data(0, NOW) is None


def somebody(number: str = "k1", **more: Any) -> tuple[int, int]:
    """A profile and its person."""
    (profile,) = services.find_or_create_profiles(keys=[("shop", number)], now=NOW).values()
    return profile, Profile.objects.get(pk=profile).person_id


@pytest.mark.django_db
def test_who_is_erased_is_no_customer_any_more_and_their_id_is_free() -> None:
    profile, person = somebody()
    number = services.erase(person_id=person, reason=ErasureReason.MISTAKE, user_id=5, now=NOW)
    row = Profile.objects.get(pk=profile)
    assert (row.source, row.name) == (ANONYMOUS, "")
    assert row.external_id.startswith(f"erased-{profile}-")
    assert not Person.objects.get(pk=person).known
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM facts_customers")
        assert cursor.fetchone() == (0,)
    assert services.erase(person_id=person, reason=ErasureReason.ASKED, user_id=5, now=NOW) == number
    again, other = somebody()
    assert (again != profile, other != person) == (True, True)
    assert Erasure.objects.count() == 1


@pytest.mark.django_db
def test_who_is_not_there_cannot_be_erased() -> None:
    with pytest.raises(CannotErase):
        services.erase(person_id=0, reason=ErasureReason.ASKED, user_id=None, now=NOW)


@pytest.mark.django_db
def test_while_a_file_is_brought_in_nobody_is_erased() -> None:
    _profile, person = somebody()
    Import.objects.create(
        kind="orders", state="running", origin="command", name="a.csv", source="shop", language="ru",
        created_at=NOW,
    )  # fmt: skip
    with pytest.raises(CannotErase, match="brought in right now"):
        services.erase(person_id=person, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    assert Erasure.objects.count() == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_import_can_be_undone_after_it_and_brings_no_name_back(
    tmp_path: Path, settings: LazySettings
) -> None:
    bring_in(tmp_path / "first.csv", CUSTOMERS, "customers", ABOUT)
    changed = CUSTOMERS.replace(f"{MARK} Анна", "Анна Иная")
    number = bring_in(tmp_path / "customers.csv", changed, "customers", ABOUT)
    person = Profile.objects.get(external_id="mark-zzykmark").person_id
    services.erase(person_id=person, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    finish()
    imports.undo(import_id=number, user_id=None, now=NOW)
    imports.advance(import_id=number, clock=lambda: NOW)
    assert Import.objects.get(pk=number).state == "undone"
    assert places_with_the_mark(settings.HOME) == []
    assert Profile.objects.filter(person_id=person, name="").count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_too_much_for_one_go_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    profile, person = somebody()
    for number in range(5):
        services.write_note(profile_id=profile, author_id=None, text=f"{number}", now=NOW)
    monkeypatch.setattr("regulars.customers.services.erasing.AT_ONCE_MAX", 2)
    services.erase(person_id=person, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    assert len(queries.notes_of(person)) == 3
    finish()
    assert len(queries.notes_of(person)) == 0
    assert Erasure.objects.get().counts["customers_note"] == 5
    assert services.go_on_erasing(now=NOW, limit=10) == 0
