"""In a process of its own, on the database Django is told of: the condition against the SQL by hand.

`python -m bench.segments.sql fill CUSTOMERS` makes the shop, `… time ROUNDS` prints the seconds of both.
They take turns, so that whatever else the machine does touches both alike.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.segments.fill import NOW, fill  # noqa: E402
from bench.segments.question import BY_HAND, CONDITION, VALUES  # noqa: E402
from regulars.segments.compiling import Surroundings, compile_condition  # noqa: E402


def timed(rounds: int) -> dict[str, Any]:
    """Seconds of each side, and how many they found, which are the same people."""
    surroundings = Surroundings(zone="Europe/Moscow", currency="RUB")
    statement = compile_condition(CONDITION, surroundings=surroundings).everybody(NOW)
    sides = {"ours": (statement.query, statement.params), "by_hand": (BY_HAND, VALUES)}
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for round_ in range(rounds + 1):
            people = {}
            for side, (query, values) in sides.items():
                started = time.perf_counter()
                cursor.execute(query, values)
                people[side] = {id_ for (id_,) in cursor.fetchall()}
                if round_:  # the first reads the tables into memory
                    seconds[side].append(time.perf_counter() - started)
            if people["ours"] != people["by_hand"]:
                raise RuntimeError("the condition and the SQL by hand find different people")
    return {"seconds": seconds, "found": len(people["ours"])}


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        json.dump(timed(int(sys.argv[2])), sys.stdout)
