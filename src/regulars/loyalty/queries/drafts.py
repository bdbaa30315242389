"""The draft of the programme."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.loyalty.models import ProgrammeDraft
from regulars.loyalty.types.drafts import Draft
from regulars.loyalty.types.programme import Programme


def draft() -> Draft | None:
    """How it stands; None where nothing is being changed."""
    return to_draft(list(ProgrammeDraft.objects.order_by("-id")[:2]))


def to_draft(newest: Sequence[ProgrammeDraft]) -> Draft | None:
    """The draft of its newest row and the one before."""
    if not newest or newest[0].document is None:
        return None
    row = newest[0]
    return Draft(
        number=row.pk,
        programme=Programme.model_validate(row.document),
        based_on=row.based_on,
        kept_at=row.kept_at,
        kept_by=row.kept_by,
        can_undo=len(newest) > 1,
    )
