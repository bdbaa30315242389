"""Several colleagues publish at the same moment: one of them does, the others are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests.together import WAIT_SECONDS_MAX, together

from regulars.kit import sql
from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme, DraftChanged
from regulars.loyalty.models import ProgrammeVersion
from regulars.loyalty.types import Programme, Version
from regulars.loyalty.types.drafts import Draft

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLLEAGUES = 8


def of(percent: int) -> Programme:
    return Programme(currency="RUB", cashback_percent=Decimal(percent))


def drafted() -> Draft:
    return services.keep_draft(programme=of(7), seen=None, now=NOW, user_id=None)


def careless(seen: int, all_looked: Barrier) -> Version | None:
    """What it would be without the lock: the draft is looked at first, and published then."""
    draft = queries.draft()
    if draft is None or draft.number != seen:
        return None
    all_looked.wait(WAIT_SECONDS_MAX)
    version = services.publish(programme=draft.programme, since=None, now=NOW, user_id=None)
    services.drop_draft(seen=seen, now=NOW, user_id=None)
    return version


def all_of(functions: Sequence[Callable[[], Version | Draft | None]]) -> list[Exception]:
    return [one for one in together(list(functions)) if isinstance(one, Exception)]


def test_who_looks_first_and_publishes_then_publishes_many_times() -> None:
    all_of([partial(careless, drafted().number, Barrier(COLLEAGUES))] * COLLEAGUES)
    assert len(queries.versions()) == COLLEAGUES


@pytest.mark.parametrize("is_gone", [False, True])
def test_versions_are_read_while_others_publish_and_withdraw(is_gone: bool) -> None:
    first = services.publish(programme=of(5), since=None, now=NOW, user_id=None)
    assert queries.versions() == (first,)
    later = NOW + timedelta(days=1)
    row = ProgrammeVersion.objects.create(
        since=later, document=of(6).model_dump(mode="json"), published_at=NOW
    )

    def meanwhile(execute: Callable[..., Any], statement: str, *told: Any) -> Any:
        if '"document"' in statement:
            queries.forget_versions()
            if is_gone:
                sql.run("DELETE FROM loyalty_programmeversion WHERE id = %s", [row.pk])
        return execute(statement, *told)

    with connection.execute_wrapper(meanwhile):
        assert [one.id for one in queries.versions()] == [first.id] + [row.pk] * (not is_gone)


def test_one_draft_is_published_once() -> None:
    seen = drafted().number
    publish = partial(services.publish_draft, programme=of(7), seen=seen, since=None, now=NOW, user_id=None)
    told = all_of([publish] * COLLEAGUES)
    assert [type(error) for error in told] == [DraftChanged] * (COLLEAGUES - 1)
    assert ([one.programme for one in queries.versions()], queries.draft()) == ([of(7)], None)


def test_a_draft_that_is_changed_at_that_moment_is_not_published_unseen() -> None:
    seen = drafted().number
    publish = partial(services.publish_draft, programme=of(7), seen=seen, since=None, now=NOW, user_id=None)
    keep = partial(services.keep_draft, programme=of(9), seen=seen, now=NOW, user_id=None)
    told = all_of([publish, keep] * 4)
    assert [type(error) for error in told] == [DraftChanged] * 7
    draft, versions = queries.draft(), queries.versions()
    assert (len(versions), draft is None) in {(1, True), (0, False)}
    assert draft is None or draft.programme == of(9)


def test_ready_programmes_published_at_one_moment_all_have_a_moment_of_their_own() -> None:
    publish = [
        partial(services.publish, programme=of(percent), since=None, now=NOW, user_id=None)
        for percent in range(1, COLLEAGUES + 1)
    ]
    assert not all_of(publish)
    found = queries.versions()
    assert {one.programme.cashback_percent for one in found} == set(range(1, COLLEAGUES + 1))
    assert [one.since - NOW for one in found] == [timedelta(microseconds=n) for n in range(COLLEAGUES)]


def test_of_those_who_choose_one_moment_ahead_one_has_it() -> None:
    publish = [
        partial(services.publish, programme=of(n), since=NOW + timedelta(days=1), now=NOW, user_id=None)
        for n in range(1, COLLEAGUES + 1)
    ]
    assert [type(error) for error in all_of(publish)] == [BadProgramme] * (COLLEAGUES - 1)
    assert len(queries.versions()) == 1
