"""Everybody is reckoned anew since the tiers became others: `python -m bench.loyalty.tiers_run TURN`."""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import timedelta  # noqa: E402

from bench.loyalty.tiers_fill import NOW, programme, reckon_all  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.loyalty import services  # noqa: E402


def main(turn: int) -> None:
    now = NOW + timedelta(minutes=turn)
    services.publish(programme=programme(turn), since=now, now=now, user_id=None)
    measured(lambda: reckon_all(now))


if __name__ == "__main__":
    main(int(sys.argv[1]))
