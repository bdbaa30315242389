"""Proves the books after a benchmark: `python -m bench.loyalty.books`."""

from __future__ import annotations

import django

django.setup()

from bench.processes import measured  # noqa: E402
from regulars.loyalty.models import Hold  # noqa: E402
from regulars.loyalty.queries import verify  # noqa: E402


def prove() -> dict[str, int]:
    checked = verify()
    return {
        "findings": len(checked.findings),
        "postings": checked.postings,
        "holds": Hold.objects.count(),
    }


if __name__ == "__main__":
    measured(prove)
