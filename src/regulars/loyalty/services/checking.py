"""Has the books proved, keeps that it was done, and raises the alarm where something is wrong."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from regulars.loyalty.models import LedgerCheck
from regulars.loyalty.queries.verifying import verify
from regulars.loyalty.types import Checked
from regulars.team import services as team
from regulars.team.types import Action

logger = logging.getLogger(__name__)

KEPT_FINDINGS = 100


def check_books(*, now: datetime, user_id: int | None = None) -> Checked:
    """Prove the books and write down what was found; `user_id`: the colleague who asked for it.

    Reading comes first, in a statement of its own, so that a long look holds no reader of the log back.
    Anything that does not agree is a bug, or somebody wrote to the database by hand: an error in the log.
    """
    checked = verify(limit_findings=KEPT_FINDINGS)
    with transaction.atomic():
        LedgerCheck.objects.create(
            at=now, postings=checked.postings, findings=[asdict(one) for one in checked.findings]
        )
        if user_id is not None:
            team.log(
                action=Action.BOOKS_CHECKED,
                user_id=user_id,
                now=now,
                details={"postings": checked.postings, "findings": len(checked.findings)},
            )
    if checked.findings:
        kinds = sorted({one.kind.value for one in checked.findings})
        logger.error(
            "the books of points do not agree: %s findings (%s); see `regulars ledger verify`",
            f"{len(checked.findings)}{'+' if checked.more else ''}",
            ", ".join(kinds),
        )
    return checked
