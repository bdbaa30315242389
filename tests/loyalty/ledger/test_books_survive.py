"""Workers are killed after any statement; who comes next ends where nobody had died."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from regulars.loyalty import queries

SECONDS_MAX = 600

_STATE = """
SELECT split_part(l.key, ':', 1), l.usable_at, l.expires_at, l.got_minor, l.settled_minor, l.elsewhere_minor,
       l.pending_minor, l.available_minor, l.held_minor, l.redeemed_minor, l.expired_minor, l.warned_days
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
JOIN customers_profile AS p ON p.id = w.profile_id WHERE p.external_id = %s ORDER BY l.id
"""
_WALLET = """
SELECT w.pending_minor, w.available_minor, w.held_minor, w.debt_minor, w.issued_minor, w.redeemed_minor,
       w.expired_minor, (SELECT count(*) FROM loyalty_posting AS t WHERE t.wallet_id = w.id)
FROM loyalty_wallet AS w JOIN customers_profile AS p ON p.id = w.profile_id WHERE p.external_id = %s
"""
_TOLD = """
SELECT e.name, count(*) FROM events AS e JOIN customers_profile AS p ON p.id = e.profile_id
WHERE p.external_id = %s GROUP BY e.name ORDER BY e.name
"""


def state(name: str) -> list[Any]:
    found = []
    for statement in (_STATE, _WALLET, _TOLD):
        with connection.cursor() as cursor:
            cursor.execute(statement, [name])
            found.append(cursor.fetchall())
    return found


@pytest.mark.slow
@pytest.mark.timeout(SECONDS_MAX)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("what", "step"), [("services", 1), ("log", 9)])
def test_killed_after_any_statement_and_done_again(what: str, step: int) -> None:
    values = connection.settings_dict
    user = f"{values['USER']}:{values['PASSWORD']}"
    url = f"postgresql://{user}@/{values['NAME']}?host={values['HOST']}&port={values['PORT']}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.loyalty.ledger.dying", what, "kill", str(step)],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "regulars.config.settings"},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr
    statements, *died = (int(line) for line in done.stdout.split())
    assert died == list(range(1, died[-1] + 1, step))
    assert died[-1] > statements * 0.8  # the first one had a few things to do that hold for all
    assert statements > 30  # it did something
    whole = state("kill-whole")
    assert len(whole[0]) >= 3
    for number in died:
        assert state(f"kill-{number}") == whole, number
    assert queries.verify().findings == ()
