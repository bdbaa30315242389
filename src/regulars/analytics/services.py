"""Every write of analytics: the audits that are kept, and asking for one."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import msgspec
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.analytics.models import MAKE_AUDIT, SHOP, KeptAudit
from regulars.analytics.types import Audit


def keep_audit(
    *, audit: Audit, charts: Mapping[str, Mapping[str, str]] | None = None, source: str = SHOP
) -> int:
    """Keep an audit beside the earlier ones; gives its id.

    `charts`: drawings by language and name. `source` is SHOP or a name.
    """
    document = msgspec.json.encode(audit).decode()
    kept = KeptAudit.objects.create(
        source=source,
        as_of=audit.as_of,
        made_at=audit.made_at,
        version=audit.version,
        document=document,
        charts=charts or {},
    )
    return kept.pk


def request_audit() -> None:
    """Have the worker audit the shop soon; asking again before it began changes nothing.

    Within a transaction the job comes into being with its commit.
    """
    # In a savepoint of its own: a job that waits already must not spoil the transaction around.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(MAKE_AUDIT, queueing_lock=MAKE_AUDIT).defer()
