"""A worker that makes codes, in a process of its own: `python -m tests.offers.codes_worker`."""

from __future__ import annotations

from datetime import UTC, datetime

if __name__ == "__main__":
    import django

    django.setup()
    from regulars.offers import services

    services.fill_codes(now=datetime(2026, 3, 15, 12, tzinfo=UTC), limit=1_000_000)
