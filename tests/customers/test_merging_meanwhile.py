"""Rules, colleagues and an import, all at once."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest
from django.db import connection, transaction
from tests.customers.test_merging_by_rule import CARD, MAIL, NOW, PHONE, come, drain_committed, groups, told
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.errors import CannotUnmerge
from regulars.customers.handlers import MERGE
from regulars.customers.models import Merge, Person, Profile
from regulars.customers.queries.sharing import _HAVING
from regulars.events import registry as log
from regulars.events import services as events
from regulars.events.models import EventSetAside

PEOPLE = 40
BATCHES = 12


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_an_import_brings_is_merged_while_it_runs_and_colleagues_merge_and_separate() -> None:
    """Each of some people comes under four numbers, by an e-mail, a phone and a card they have in common."""
    links = [((MAIL, "{}@mail.ru"), 0, 1), ((PHONE, "+7916{:07}"), 1, 2), ((CARD, "77{:05}"), 2, 3)]
    rows = []
    for one in range(PEOPLE):
        for number in range(4):
            own = [(t, v.format(one + 1)) for (t, v), *ends in links if number in ends]
            rows.append(told(f"{one:02}-{number}", *own, name=f"Имя{one}", days=number))
    Random(5).shuffle(rows)  # noqa: S311 (the same every time)

    def bring_in() -> None:
        size = len(rows) // BATCHES
        for start in range(0, len(rows), size):
            with transaction.atomic(), events.only_backfill():
                come(*rows[start : start + size], backfill=True)

    def worker() -> None:
        for _ in range(60):
            events.consume(now=NOW, limit=9)

    def colleague(turn: int) -> None:
        chance = Random(turn)  # noqa: S311
        for _ in range(15):
            found = dict(Profile.objects.values_list("external_id", "person_id"))
            one = f"{chance.randrange(PEOPLE):02}"
            theirs = sorted({person for id_, person in found.items() if id_.startswith(one)})
            if len(theirs) > 1:
                services.merge(pairs=[(theirs[0], theirs[-1])], now=NOW, user_id=turn)
            if merge := Merge.objects.filter(undone_at=None, by_id=turn).order_by("?").first():
                try:
                    services.unmerge(merge_id=merge.pk, now=NOW, user_id=turn)
                except CannotUnmerge:
                    continue

    with log.only_consumers(MERGE):
        events.ensure_consumers(now=NOW)
        results = together([bring_in, worker, worker, partial(colleague, 1), partial(colleague, 2)])
    assert [result for result in results if result is not None] == []
    drain_committed()
    assert not EventSetAside.objects.exists()
    # Nobody is with a stranger, nobody is lost, and every old id leads to somebody who is there.
    for group in groups():
        assert len({id_.partition("-")[0] for id_ in group.split()}) == 1
    assert Profile.objects.count() == PEOPLE * 4
    live = set(Person.objects.values_list("id", flat=True))
    open_merges = Merge.objects.filter(undone_at=None)
    gone = list(open_merges.values_list("gone_id", flat=True))
    assert len(gone) == len(set(gone)) == PEOPLE * 4 - len(live)
    assert not live & set(gone)
    assert set(queries.persons_of_merged(gone)) == set(gone)
    assert set(queries.persons_of_merged(gone).values()) <= live


@pytest.mark.django_db
def test_who_has_a_value_is_found_by_an_index_of_each_type() -> None:
    come(
        *(
            told(str(n), (MAIL, f"{n}@mail.ru"), (PHONE, f"+7916{n:07}"), (CARD, f"{n:05}"))
            for n in range(1_500)
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_identity, customers_profile")
        values = {"types": ["email", "phone", "card"], "values": ["1@mail.ru", "+79160000001", "00001"]}
        cursor.execute("EXPLAIN " + _HAVING, values | {"most": 200})
        plan = str(cursor.fetchall())
    for index in ("email", "phone", "other"):
        assert f"customers_identity_{index}" in plan
    assert "Seq Scan on customers_identity" not in plan
