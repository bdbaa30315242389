"""In a process of its own: times every page over the database Django is told of, and prints the seconds.

`python -m bench.pages.measure fill SIZE` makes the shop, `python -m bench.pages.measure time` asks for pages.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.pages import fill  # noqa: E402
from regulars.kit import clock  # noqa: E402
from regulars.team.models import User  # noqa: E402

TIMES = 15
ORDINARY, HEAVY = 4321, 1
PAGES = {
    "overview": "/",
    "list by last order": "/customers/",
    "list by revenue": "/customers/?sort=revenue",
    "list by orders": "/customers/?sort=orders",
    "list by first order": "/customers/?sort=first_day",
    "list by name": "/customers/?sort=name",
    "list of a stage by revenue": "/customers/?stage=at_risk&sort=revenue",
    "list of a segment by last order": "/customers/?segment=champions",
    "list of a segment at a stage": "/customers/?segment=champions&stage=regular&sort=orders",
    "list of a stage by name": "/customers/?stage=at_risk&sort=name",
    "page in the middle": "",
    "page near the end": "",
    "search by a common name": "/customers/?q=анна",
    "search by two words": "/customers/?q=иванов+петр",
    "search by a rare name": "/customers/?q=редкий",
    "search by two letters": "/customers/?q=ан",
    "search by e-mail": "/customers/?q=customer4321@",
    "search by phone": "/customers/?q=4321",
    "search by number": "/customers/?q=K4321",
    "search that finds nobody": "/customers/?q=никогосовсем",
    "card": f"/customers/{ORDINARY}/",
    "card of somebody with hundreds of orders": f"/customers/{HEAVY}/",
    "tasks": "/tasks/",
}


def main(command: str, size: str = "0") -> None:
    with clock.fixed(fill.NOW):
        if command == "fill":
            call_command("migrate", verbosity=0)
            fill.fill(int(size))
        else:
            json.dump(_times(), sys.stdout)


def _times() -> dict[str, float]:
    """Seconds of each page: the median of TIMES, after one that warms the caches."""
    client = Client()
    client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    pages = PAGES | _deep_pages()
    for path in pages.values():
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(TIMES):
        for name, path in pages.items():
            started = time.perf_counter()
            client.get(path)
            taken[name].append(time.perf_counter() - started)
    return {name: median(seconds) for name, seconds in taken.items()}


def _deep_pages() -> dict[str, str]:
    """Pages from the middle and near the end of the list, where keyset paging has to be as quick."""
    found = {}
    with connection.cursor() as cursor:
        for name, place in (("page in the middle", 0.5), ("page near the end", 0.99)):
            cursor.execute(
                "SELECT revenue_minor, person_id FROM analytics_customerfigures "
                "ORDER BY revenue_minor DESC, person_id DESC "
                "OFFSET (SELECT count(*) FROM analytics_customerfigures) * %s LIMIT 1",
                [place],
            )
            revenue, person = cursor.fetchone()
            found[name] = f"/customers/?sort=revenue&after={revenue}_{person}"
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
