"""What answers to programs keep of customers for a day."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import connection

from regulars.kit import personal
from regulars.kit.personal import Whom

# The row stays: the same call again must not take effect twice. Programs write JSON both ways.
_BLANK = """
UPDATE api_answeredcall SET body = '{}' WHERE id IN (
    SELECT a.id FROM api_answeredcall AS a
    WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS t(told) WHERE strpos(a.body, t.told) > 0)
    LIMIT %s
)
"""


def blank_answers(whom: Whom, now: datetime, limit: int) -> int:
    """Take what was answered about somebody out of the calls that are kept for a day."""
    told = {
        json.dumps(value, ensure_ascii=plain)
        for value in (*whom.ids, *whom.values)
        for plain in (True, False)
    }
    with connection.cursor() as cursor:
        cursor.execute(_BLANK, [sorted(told), limit])
        return int(cursor.rowcount)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register_step("api.answers", blank_answers, api_answeredcall=("body",))
    personal.free("api_answeredcall", "key", "fingerprint")
