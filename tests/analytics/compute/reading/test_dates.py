from __future__ import annotations

from datetime import datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analytics.compute.reading.reader import Evaluate

from regulars.analytics.compute.reading import dates
from regulars.analytics.compute.reading.date_shapes import form_of, is_date, is_written_date, shape_of
from regulars.analytics.compute.reading.dates import Evidence


class _DayFirst(dict[dates.Group, dates.Order]):
    def __missing__(self, group: dates.Group) -> dates.Order:
        return "dmy"


def _sql(value: str, zone: str = "Europe/Moscow") -> str:
    """What reads a column in which everything is written like `value`."""
    return dates.timestamp_sql("v", dates.plan(dates.forms([shape_of(value)]), _DayFirst()), zone)


def _given(written_as: str) -> str:
    return dates.timestamp_sql("v", dates.plan_of_format(written_as), "Europe/Moscow")


NOON = datetime(2024, 3, 5, 12)


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-05 12:00", "2024-03-05 12:00:00", "2024-03-05T12:00:00", "2024-03-05 12:00:00.000",
        "2024-3-5 12:00", "2024/03/05 12:00", "2024.03.05 12:00:00",
        "05.03.2024 12:00", "05.03.2024 12:00:00", "5.3.2024 12:00", "05.03.24 12:00", "05.03.2024, 12:00",
        "05.03.2024 в 12:00", "05/03/2024 12:00", "05-03-2024 12:00", "05/03/2024 12:00 PM",
        "5 марта 2024 12:00", "5 марта 2024 г. 12:00", "5 мар. 2024, 12:00", "вт, 5 марта 2024 в 12:00",
        "5 March 2024 12:00", "5 Mar 2024 12:00:00", "5-Mar-2024 12:00", "March 5, 2024 12:00",
        "Mar 5, 2024 12:00 PM", "Tue, 5 Mar 2024 12:00:00",
        "20240305120000", "20240305 12:00:00", "20240305T120000", "45356.5",
    ],
)  # fmt: skip
def test_a_moment_without_a_zone_is_the_shops_own(evaluate: Evaluate, value: str) -> None:
    assert evaluate(_sql(value), value) == NOON
    assert is_date(value)


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-05T09:00:00Z", "2024-03-05 12:00:00+03", "2024-03-05 12:00:00+0300",
        "2024-03-05T12:00:00+03:00", "2024-03-05 12:00:00 +0300", "2024-03-05 09:00:00 UTC",
        "2024-03-05 09:00 GMT", "2024-03-05T05:30:00.000-03:30",
        "05.03.2024 12:00 МСК", "05.03.2024 09:00 (UTC)", "Tue, 5 Mar 2024 12:00:00 +0300",
        "2024-03-05 12:00:00 GMT+03:00 (Moscow Standard Time)", "20240305T090000Z",
        "1709629200", "1709629200.0", "1709629200000", "1709629200000000",
    ],
)  # fmt: skip
def test_a_moment_with_a_zone_is_brought_to_the_shops(evaluate: Evaluate, value: str) -> None:
    assert evaluate(_sql(value), value) == NOON


def test_the_shops_own_summer_time_is_used(evaluate: Evaluate) -> None:
    query = _sql("2024-07-05T12:00:00Z", "Europe/Berlin")
    assert evaluate(query, "2024-07-05T12:00:00Z") == datetime(2024, 7, 5, 14)
    assert evaluate(query, "2024-01-05T12:00:00Z") == datetime(2024, 1, 5, 13)


@pytest.mark.parametrize(
    "value", ["2024-03-05", "05.03.2024", "05.03.24", "20240305", "45356", "5 марта 2024 года", "5-мар-24"]
)
def test_a_day_is_its_midnight(evaluate: Evaluate, value: str) -> None:
    assert evaluate(_sql(value), value) == datetime(2024, 3, 5)


@pytest.mark.parametrize(
    "value",
    ["2024-02-30", "32.01.2024", "2024-13-01", "1970-01-01", "0001-01-01", "2100-01-01", "05.03.2024 25:00",
     "99999999", "0000-00-00", "infinity", "вчера"],
)  # fmt: skip
def test_what_is_no_day_is_unreadable(evaluate: Evaluate, value: str) -> None:
    assert evaluate(_sql(value), value) is None


@pytest.mark.parametrize(
    "value", ["12", "13085", "12.50", "abc", "2024", "+79991234567", "10:30", "12345678", "1.2.3"]
)
def test_what_does_not_look_like_a_date(value: str) -> None:
    assert not is_date(value)
    assert not is_written_date(value)


def test_one_value_settles_the_order_of_all() -> None:
    assert Evidence(day_first=1, month_first=0, open=99).order == "dmy"
    assert Evidence(day_first=0, month_first=1, open=99).order == "mdy"
    assert Evidence(day_first=1, month_first=50, open=9).order == "mdy"
    assert Evidence(open=1).order is None
    assert Evidence().order == "dmy", "only days such as 05/05: both orders say the same"


def test_points_are_day_first_unless_the_data_say_otherwise() -> None:
    assert dates.settle((".", "%Y"), Evidence(open=5), Evidence(open=5)) == "dmy"
    assert dates.settle((".", "%Y"), Evidence(month_first=1, open=5), Evidence(month_first=1)) == "mdy"
    assert dates.settle(("/", "%Y"), Evidence(open=5), Evidence(open=5)) is None
    assert dates.settle(("/", "%Y"), Evidence(open=5), Evidence(day_first=2, open=5)) == "dmy"


def test_evidence_is_counted_in_the_database() -> None:
    forms = dates.forms(["00/00/0000"])
    values = ["05/13/2024", "13/05/2024", "14/05/2024", "03/04/2024", "05/05/2024", "99/99/2024"]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT unnest(?) AS v", [values])
        row = con.execute(f"SELECT {dates.evidence_sql('v', forms)} FROM t").fetchall()[0]
    assert Evidence(*row) == Evidence(day_first=2, month_first=1, open=1)


def test_a_given_format_also_reads_values_with_a_time(evaluate: Evaluate) -> None:
    query = _given("%m/%d/%Y")
    assert evaluate(query, "03/05/2024") == datetime(2024, 3, 5)
    assert evaluate(query, "03/05/2024 12:00") == NOON
    assert evaluate(query, "03/05/2024 12:00 PM") == NOON
    assert evaluate(query, "2024-03-05") is None


def test_a_given_format_may_have_an_offset(evaluate: Evaluate) -> None:
    query = _given("%d.%m.%Y %H:%M %z")
    assert evaluate(query, "05.03.2024 09:00 +0000") == NOON


def test_a_column_may_hold_several_ways_of_writing(evaluate: Evaluate) -> None:
    values = ["2024-03-05", "05.03.2024 12:00", "5 марта 2024", "2024-03-05T09:00:00Z"]
    query = dates.timestamp_sql(
        "v", dates.plan(dates.forms(shape_of(v) for v in values), _DayFirst()), "Europe/Moscow"
    )
    assert [evaluate(query, v) for v in values] == [datetime(2024, 3, 5), NOON, datetime(2024, 3, 5), NOON]


_WAYS = [
    "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d/%m/%y %H:%M:%S", "%Y%m%d%H%M%S", "%d %B %Y %H:%M:%S",
    "%b %d, %Y %I:%M:%S %p",
]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(moment=st.datetimes(datetime(1980, 1, 1), datetime(2068, 12, 31)), written_as=st.sampled_from(_WAYS))
def test_any_moment_survives_being_written(evaluate: Evaluate, moment: datetime, written_as: str) -> None:
    moment = moment.replace(microsecond=0)
    written = moment.strftime(written_as)
    assert evaluate(_sql(written), written) == moment


@given(st.text(max_size=40))
def test_any_text_has_a_shape_that_can_be_looked_at(value: str) -> None:
    form_of(shape_of(value))
    is_date(value)
