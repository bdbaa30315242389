"""Points that customers bring over: whose they are, once however often told, taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.imports.conftest import NOW, Files

from regulars.customers import services as customer_services
from regulars.customers.types import IdentityType, NewProfile
from regulars.events.models import Event
from regulars.imports import queries, services
from regulars.imports.kinds import work
from regulars.imports.types import Counts, State, Undone
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services as loyalty_services
from regulars.loyalty.types import Account, Cause, Programme
from regulars.loyalty.types.programme import AfterDays

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CONTENT = """customer_id,card,phone,email,points,expires
C1,,,,100.50,2026-12-31
C1,,,,20,2026-12-31
C1,,,,7,
,22-01,,,50,2026-12-31
,,8 921 000-00-02,,10,2026-12-31
,,,anna@example.com,5,2026-12-31
,99-99,,,1,2026-12-31
C3,,,,9,2026-03-14
C4,,,,,2026-12-31
"""


def known(name: str, *identities: tuple[IdentityType, str]) -> int:
    new = NewProfile(source="shop", external_id=name, identities=identities)
    return customer_services.upsert_profiles(profiles=[new], now=NOW).ids["shop", name]


def has(profile: int, days: int = 0) -> int:
    return loyalty.balance(profile_id=profile, at=NOW + days * DAY).spendable_minor


def undo(files: Files, number: int) -> Undone:
    services.undo(import_id=number, user_id=None, now=NOW)
    row = files.advance(number)
    assert (row.state, row.error_text) == (State.UNDONE, "")
    assert row.undone is not None
    return row.undone


def agrees() -> bool:
    return loyalty.verify().findings == ()


def test_points_come_to_whom_the_file_names_until_the_day_it_names(files: Files) -> None:
    first = known("C1")
    card = known("K1", (IdentityType.CARD, "2201"))
    phone = known("K2", (IdentityType.PHONE, "+79210000002"))
    anna = known("K3", (IdentityType.EMAIL, "anna@example.com"))
    row = files.bring_in(files.write(CONTENT, "points.csv"), "points")
    assert (row.state, row.error_text) == (State.DONE, "")
    assert row.report.things == {"profile": Counts(created=1, same=1), "points": Counts(created=5)}
    assert {r.row: r.reason for r in queries.rejected_rows(row.id).rows} == {
        8: "unknown_customer",
        9: "points_over",
        10: "bad_points",
    }
    assert row.report.used == 6
    assert [has(one) for one in (first, card, phone, anna)] == [12_750, 5_000, 1_000, 500]
    last = (date(2026, 12, 31) - NOW.date()).days
    assert has(card, last) == 5_000, "all of the last day"
    assert has(card, last + 1) == 0
    assert has(first, last + 1) == 700, "without a day and without a programme they stay"
    events = Event.objects.filter(name="points_adjusted")
    assert (events.count(), events.filter(backfill=True).count()) == (5, 5)
    assert agrees()


def test_without_a_day_they_last_as_the_programme_says(files: Files) -> None:
    profile = known("C1")
    programme = Programme(expiry=AfterDays(days=10))
    loyalty_services.publish(programme=programme, since=None, now=NOW - DAY, user_id=None)
    files.bring_in(files.write("customer_id,points\nC1,5\n", "points.csv"), "points")
    assert (has(profile, 10), has(profile, 11)) == (500, 0)


def test_the_same_file_again_changes_nothing(files: Files) -> None:
    files.bring_in(files.write(CONTENT, "points.csv"), "points")
    before = loyalty.verify().postings
    again = files.bring_in(files.write(CONTENT, "points.csv"), "points")
    assert again.report.things["points"] == Counts(same=2)
    assert loyalty.verify().postings == before


def test_a_corrected_file_takes_the_place_of_the_one_before(files: Files) -> None:
    first, second = known("C1"), known("C2")
    told = "customer_id,points,expires\nC1,100,2026-12-31\nC2,50,2026-12-31\n"
    files.bring_in(files.write(told, "points.csv"), "points")
    spend(first, 80)
    corrected = "customer_id,points,expires\nC1,70,2027-06-30\n"
    row = files.bring_in(files.write(corrected, "points.csv"), "points")
    assert row.report.things["points"] == Counts(created=1, changed=1)
    assert has(first) == 7_000, "what was spent of the former is let go"
    assert has(second) == 5_000, "who is not in it keeps theirs"
    assert agrees()


def test_who_stands_in_the_file_twice_counts_once(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "ROWS_MAX", 1)
    monkeypatch.setattr(work.cut, "__defaults__", (1,))
    profile = known("C1", (IdentityType.CARD, "2201"))
    told = "customer_id,card,points\nC1,,100\n,2201,100\n"
    number = files.take(files.write(told, "points.csv"), "points")
    services.start(import_id=number, user_id=None, now=NOW)
    stops = iter([False, True, True])
    services.advance(import_id=number, clock=lambda: NOW, enough=lambda: next(stops))
    assert files.row(number).position == 1, "it goes on in another process, which has not seen the first"
    row = files.advance(number)
    assert (row.state, row.report.set_aside) == (State.DONE, {"customer_told_before": 1})
    assert has(profile) == 10_000


def test_a_card_of_two_customers_is_nobodys(files: Files) -> None:
    both = {known(name, (IdentityType.CARD, "2201")) for name in ("C1", "C2")}
    row = files.bring_in(files.write("card,points\n2201,100\n", "points.csv"), "points")
    assert row.report.set_aside == {"several_customers": 1}
    assert [has(one) for one in both] == [0, 0]


def test_a_trial_run_writes_nothing(files: Files) -> None:
    number = files.take(files.write(CONTENT, "points.csv"), "points")
    services.check(import_id=number, now=NOW)
    row = files.advance(number)
    assert row.state is State.CHECKED
    assert row.report.things["points"] == Counts(created=2)
    assert loyalty.verify().postings == 0


def test_it_is_undone(files: Files) -> None:
    first, second = known("C1"), known("C2")
    told = "customer_id,points,expires\nC1,100,2026-12-31\nC2,50,2026-12-31\n"
    row = files.bring_in(files.write(told, "points.csv"), "points")
    spend(first, 30)
    assert services.plan_undo(import_id=row.id).removed == {"points": 2}
    done = undo(files, row.id)
    assert (done.removed, done.kept) == ({"points": 1}, {"points": {"points_used": 1}})
    assert (has(first), has(second)) == (7_000, 0)
    assert agrees()
    files.bring_in(files.write(told, "points.csv"), "points")
    assert has(second) == 5_000, "it can be brought in again"


def test_customers_it_brought_stay_in_the_books_and_that_is_told_before(files: Files) -> None:
    row = files.bring_in(files.write("customer_id,points\nC1,100\n", "points.csv"), "points")
    plan = services.plan_undo(import_id=row.id)
    assert (plan.removed, plan.caused) == ({"points": 1, "profile": 1}, {"points": 1})
    assert undo(files, row.id).kept == {"profile": {"has_points": 1}}


def test_undoing_a_correction_brings_back_what_was_before(files: Files) -> None:
    profile = known("C1")
    files.bring_in(files.write("customer_id,points\nC1,100\n", "points.csv"), "points")
    row = files.bring_in(files.write("customer_id,points\nC1,40\n", "points.csv"), "points")
    assert has(profile) == 4_000
    assert undo(files, row.id).restored == {"points": 1}
    assert has(profile) == 10_000


def test_what_a_later_file_changed_is_left_alone(files: Files) -> None:
    profile = known("C1")
    first = files.bring_in(files.write("customer_id,points\nC1,100\n", "points.csv"), "points")
    files.bring_in(files.write("customer_id,points\nC1,40\n", "points.csv"), "points")
    assert undo(files, first.id).kept == {"points": {"changed_since": 1}}
    assert has(profile) == 4_000


def spend(profile: int, points: int) -> None:
    taken = loyalty_services.take(
        profile_id=profile, points_minor=points * 100, key=f"test:{profile}", cause=Cause.BY_HAND,
        account=Account.ADJUSTMENTS, at=NOW, now=NOW,
    )  # fmt: skip
    assert taken == points * 100
