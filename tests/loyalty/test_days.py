"""Personal days: whose, when by their own calendar, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.loyalty.shop_with_points import DAY, NOW, Shop

from regulars.customers import services as customers
from regulars.customers.types import NewTraits
from regulars.loyalty import queries, services
from regulars.loyalty.models import DayTurn, Grant
from regulars.loyalty.rules import days as rules
from regulars.loyalty.types.days import PersonalDay

POINTS = {"kind": "points", "points_minor": 50_000}
HOUR = timedelta(hours=1)
LIMIT = 1_000


class DaysShop(Shop):
    """A birthday that is told of from a week before to a week after."""

    def __init__(self, *days: dict[str, Any], since: datetime = NOW) -> None:
        birthday = {"which": "birthday", "before": 7, "after": 7}
        told = [
            {"key": f"day{n}", "name": "Day", "benefit": POINTS, **day}
            for n, day in enumerate(days or [birthday])
        ]
        super().__init__(cashback_percent=0, personal_days=told)

    def born(self, who: int, day: str, *, at: datetime = NOW, **traits: Any) -> None:
        """Somebody's birthday is known."""
        told = NewTraits(profile_id=who, values={"birthday": day, **traits}, verified=True, as_of=at)
        customers.set_traits(traits=[told], now=at)

    def given(self, now: datetime, *, late: bool = False) -> int:
        """Run what the worker does; how many benefits there are after it."""
        give = services.give_personal_days_late if late else services.give_personal_days
        give(now=now, limit=LIMIT)
        return Grant.objects.filter(mechanic="day").count()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.django_db
def test_a_birthday_is_given_for_when_its_window_opens_by_the_customers_calendar() -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-04-10", timezone="Asia/Vladivostok")  # ten hours ahead of UTC
    shop.born(shop.boris, "1990-04-10", timezone="America/New_York")  # four behind
    assert shop.given(moment("2026-04-02T13:59:00")) == 0
    assert shop.given(moment("2026-04-02T14:00:00")) == 1
    assert shop.given(moment("2026-04-03T03:59:00")) == 1
    assert shop.given(moment("2026-04-03T04:00:00")) == 2
    assert shop.points(shop.anna, at=moment("2026-04-03T05:00:00")) == 500
    for later in range(1, 20):
        assert shop.given(moment("2026-04-03T04:00:00") + later * 6 * HOUR) == 2


@pytest.mark.django_db
def test_the_year_after_it_is_given_again() -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-04-10")
    assert shop.given(moment("2026-04-04T00:00:00")) == 1
    assert shop.given(moment("2027-04-04T00:00:00"), late=True) == 2
    assert shop.given(moment("2027-04-05T00:00:00"), late=True) == 2
    assert set(DayTurn.objects.values_list("year", flat=True)) == {2026, 2027}


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "day"), [(2027, 28), (2028, 29)])
def test_the_29th_of_february_is_the_28th_where_there_is_none(year: int, day: int) -> None:
    shop = DaysShop({"which": "birthday"})
    shop.born(shop.anna, "1988-02-29", timezone="UTC")
    opens = datetime(year, 2, day, tzinfo=UTC)
    assert shop.given(opens - timedelta(minutes=1), late=True) == 0
    assert shop.given(opens) == 1
    assert DayTurn.objects.get().day == opens.date()


@pytest.mark.django_db
def test_a_birthday_told_later_is_given_for_while_the_window_is_open() -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-04-10", at=moment("2026-04-15T00:00:00"))
    shop.born(shop.boris, "1990-04-07", at=moment("2026-04-15T00:00:00"))
    assert shop.given(moment("2026-04-15T01:00:00"), late=True) == 1
    assert Grant.objects.get(mechanic="day").profile_id == shop.anna


@pytest.mark.django_db
def test_who_changes_their_birthday_has_no_other_one() -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-12-28")
    assert shop.given(moment("2026-12-22T00:00:00")) == 1
    shop.born(shop.anna, "1990-01-05", at=moment("2026-12-30T00:00:00"))
    assert shop.given(moment("2026-12-30T00:00:00"), late=True) == 1
    assert shop.given(moment("2027-12-30T00:00:00"), late=True) == 2


@pytest.mark.django_db
def test_who_tells_another_birthday_each_half_year_has_one_a_year() -> None:
    shop = DaysShop({"which": "birthday"})
    given = []
    for told, day in (
        ("1990-10-10", "2026-10-10"),
        ("1990-04-09", "2027-04-09"),
        ("1990-10-06", "2027-10-06"),
    ):
        shop.born(shop.anna, told, at=moment(f"{day}T00:00:00") - 10 * DAY)
        given.append(shop.given(moment(f"{day}T12:00:00")))
    assert given == [1, 1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("kept", ["anna", "boris"])
def test_who_became_one_with_somebody_of_another_birthday_has_one_a_year(kept: str) -> None:
    shop = DaysShop({"which": "birthday"})
    shop.born(shop.anna, "1990-12-20")
    shop.born(shop.boris, "1990-02-10")
    assert shop.given(moment("2027-02-10T12:00:00")) == 1
    pair = (person_of(shop.anna), person_of(shop.boris))
    customers.merge(pairs=[pair if kept == "anna" else pair[::-1]], now=moment("2027-03-01T12:00:00"))
    # Farther apart than any changed birthday needs to be, but of the same year.
    for day in ("2027-12-20", "2028-02-10", "2028-12-20"):
        shop.given(moment(f"{day}T12:00:00"))
    years = sorted(DayTurn.objects.values_list("year", flat=True))
    assert years == [2027, 2028]


@pytest.mark.django_db
@pytest.mark.parametrize("before", [0, 7, 60])
@pytest.mark.parametrize("after", [0, 7])
def test_a_birthday_told_on_the_last_day_of_its_window_is_given_for(before: int, after: int) -> None:
    """The worker of the night would come when the window is closed."""
    shop = DaysShop({"which": "birthday", "before": before, "after": after})
    last = moment("2026-04-10T09:00:00") + after * DAY
    shop.born(shop.anna, "1990-04-10", at=last, timezone="Pacific/Apia")  # is over at 11:00 UTC
    shop.born(shop.boris, "1990-04-10", at=last, timezone="America/Los_Angeles")
    assert shop.given(last + HOUR) == 2
    assert shop.given(last + HOUR, late=True) == 2


@pytest.mark.django_db
def test_a_new_year_within_the_window_makes_no_second_turn() -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-01-02")
    assert shop.given(moment("2026-12-27T00:00:00")) == 1
    for later in range(14):
        assert shop.given(moment("2026-12-27T00:00:00") + later * DAY, late=True) == 1
    assert DayTurn.objects.get().year == 2027


@pytest.mark.django_db
@pytest.mark.parametrize("kept", ["anna", "boris"])
def test_who_became_one_is_given_once(kept: str) -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-04-10")
    assert shop.given(moment("2026-04-05T00:00:00")) == 1
    shop.born(shop.boris, "1990-04-10", at=moment("2026-04-06T00:00:00"))
    persons = {"anna": person_of(shop.anna), "boris": person_of(shop.boris)}
    gone = next(name for name in persons if name != kept)
    customers.merge(pairs=[(persons[kept], persons[gone])], now=moment("2026-04-06T00:00:00"))
    assert shop.given(moment("2026-04-06T01:00:00"), late=True) == 1


@pytest.mark.django_db
def test_who_moves_to_another_zone_is_given_once() -> None:
    shop = DaysShop({"which": "birthday"})
    shop.born(shop.anna, "1990-04-10", timezone="Asia/Vladivostok")
    assert shop.given(moment("2026-04-09T15:00:00")) == 1
    shop.born(shop.anna, "1990-04-10", timezone="America/New_York", at=moment("2026-04-09T20:00:00"))
    assert shop.given(moment("2026-04-10T12:00:00"), late=True) == 1


@pytest.mark.django_db
def test_the_anniversary_of_the_first_order_is_not_the_day_of_the_order() -> None:
    shop = DaysShop({"which": "first_order"})
    shop.tell(shop.order(ordered_at=moment("2026-04-10T12:00:00")), now=moment("2026-04-10T12:00:00"))
    assert shop.given(moment("2026-04-10T13:00:00"), late=True) == 0
    shop.tell(
        shop.order(external_id="2", ordered_at=moment("2026-06-01T12:00:00")),
        now=moment("2026-06-01T12:00:00"),
    )
    assert shop.given(moment("2027-04-09T20:59:00"), late=True) == 0
    assert shop.given(moment("2027-04-09T21:00:00")) == 1  # midnight in Moscow
    assert shop.given(moment("2027-06-01T12:00:00"), late=True) == 1


@pytest.mark.django_db
def test_the_day_somebody_came_is_remembered_each_year() -> None:
    shop = DaysShop({"which": "registered", "after": 3})
    assert shop.given(NOW + DAY, late=True) == 0
    came = NOW.replace(year=2027)
    assert shop.given(came) == 2
    assert shop.given(came + DAY, late=True) == 2


@pytest.mark.django_db
def test_customer_day_is_everybodys() -> None:
    shop = DaysShop({"which": "date", "month": 6, "day": 12})
    customers.find_or_create_profiles(keys=[("anonymous", "device")], now=NOW)
    assert shop.given(moment("2026-06-11T20:00:00")) == 0
    assert shop.given(moment("2026-06-11T22:00:00")) == 2
    assert shop.given(moment("2026-06-13T22:00:00"), late=True) == 2


@pytest.mark.django_db
def test_whom_it_is_not_for_is_given_nothing_and_looked_at_once() -> None:
    kazan = {
        "node": "attribute",
        "attribute": "customers.city",
        "test": {"is": "one_of", "values": ["казань"]},
    }
    shop = DaysShop({"which": "birthday", "after": 3, "who": kazan})
    shop.born(shop.anna, "1990-04-10", city="Пермь")
    shop.born(shop.boris, "1990-04-10", city="Казань")
    assert shop.given(moment("2026-04-10T00:00:00")) == 1
    assert Grant.objects.get(mechanic="day").profile_id == shop.boris
    shop.born(shop.anna, "1990-04-10", city="Казань", at=moment("2026-04-10T02:00:00"))
    assert shop.given(moment("2026-04-11T00:00:00"), late=True) == 1
    assert DayTurn.objects.filter(given=False).count() == 1
    (figures,) = queries.days_overview(now=moment("2026-04-10T01:00:00"))
    assert (figures.given, figures.known) == (1, 2)


@pytest.mark.django_db
def test_many_are_given_for_in_portions() -> None:
    DaysShop({"which": "date", "month": 6, "day": 12})
    keys = [("shop", f"N-{n}") for n in range(30)]
    customers.find_or_create_profiles(keys=keys, now=NOW)
    now = moment("2026-06-12T06:00:00")
    assert services.give_personal_days(now=now, limit=20) == 20
    assert services.give_personal_days(now=now, limit=20) < 20
    assert Grant.objects.filter(mechanic="day").count() == 32


@pytest.mark.django_db
def test_the_next_day_of_somebody_is_known() -> None:
    shop = DaysShop({"which": "birthday", "before": 3}, {"which": "date", "month": 6, "day": 12})
    shop.born(shop.anna, "1990-04-10")
    birthday, customer_day = queries.days_of(
        person_id=person_of(shop.anna), now=moment("2026-04-01T12:00:00")
    )
    assert (birthday.on, birthday.days, birthday.had) == (date(2026, 4, 10), 9, False)
    assert customer_day.on == date(2026, 6, 12)
    (only,) = queries.days_of(person_id=person_of(shop.boris), now=moment("2026-06-12T12:00:00"))
    assert only.days == 0


def test_the_window_is_found_around_any_day() -> None:
    of = PersonalDay.model_validate(
        {"key": "k", "name": "n", "benefit": POINTS, "which": "birthday", "before": 10, "after": 5}
    )
    today = date(2024, 1, 1)
    while today < date(2025, 3, 5):
        for month, day in ((1, 1), (2, 28), (2, 29), (12, 31), (7, 15)):
            found = rules.open_day(of, month=month, day=day, today=today)
            # By counting: which of the days around is it?
            around = [today + timedelta(days=n) for n in range(-5, 11)]
            wanted = [
                one
                for one in around
                if (one.month, one.day) == (month, day)
                or ((month, day) == (2, 29) and (one.month, one.day) == (2, 28) and one.year == 2025)
            ]
            assert found == (wanted[0] if wanted else None)
        today += timedelta(days=1)


def person_of(profile_id: int) -> int:
    from regulars.customers.models import Profile

    return Profile.objects.get(pk=profile_id).person_id
