"""The audit log: lines stay as they are, and are found by person, kind and day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from tests.team.conftest import NOW, Make

from regulars.team import queries, services
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, LogFilter, LogLine, Role

ALL = LogFilter()
HOUR = timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE team_auditlogentry SET action = 'nothing'",
        "DELETE FROM team_auditlogentry",
        "UPDATE team_auditlogentry SET details = '{}' WHERE id = -1",
    ],
)
def test_database_refuses_to_change_or_delete_lines(statement: str) -> None:
    services.log(user_id=None, action=Action.SIGNED_IN, now=NOW)
    refused = pytest.raises(IntegrityError, match="neither changed nor deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditLogEntry.objects.get().action == "signed_in"


def _lines(make: Make) -> list[LogLine]:
    """Seven lines, of which three share a moment; the newest first."""
    anna, boris = make(Role.OWNER).pk, make(Role.MARKETER).pk
    for hours, user, action in [
        (0, anna, Action.SIGNED_IN),
        (1, boris, Action.SIGNED_IN),
        (2, anna, Action.CARD_SEEN),
        (2, boris, Action.CARD_SEEN),
        (2, anna, Action.NOTE_WRITTEN),
        (30, boris, Action.CARD_SEEN),
        (31, None, Action.SIGN_IN_FAILED),
    ]:
        services.log(user_id=user, action=action, now=NOW + hours * HOUR, subject="person:1")
    return queries.log_page(which=ALL, limit=100)


def test_pages_meet_without_gaps_both_ways(make: Make) -> None:
    lines = _lines(make)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    for place in range(len(lines)):
        here = (lines[place].at, lines[place].id)
        assert queries.log_page(which=ALL, limit=100, older_than=here) == lines[place + 1 :]
        assert queries.log_page_before(which=ALL, limit=100, newer_than=here) == lines[:place]
    middle = (lines[3].at, lines[3].id)
    assert queries.log_page(which=ALL, limit=2, older_than=middle) == lines[4:6]
    assert queries.log_page_before(which=ALL, limit=2, newer_than=middle) == lines[1:3]


def test_lines_of_a_person_a_kind_and_a_span(make: Make) -> None:
    lines = _lines(make)
    boris = lines[1].user_id
    assert queries.log_page(which=LogFilter(user_id=boris), limit=9) == [lines[1], lines[3], lines[5]]
    seen = LogFilter(action="card_seen", since=NOW + 2 * HOUR, until=NOW + 30 * HOUR)
    assert queries.log_page(which=seen, limit=9) == [lines[3], lines[4]]
    assert list(queries.log_lines(which=LogFilter(user_id=boris), limit=2)) == [lines[1], lines[3]]
