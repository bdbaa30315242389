"""The programme as it is being changed, change by change."""

from __future__ import annotations

from django.db import models


class ProgrammeDraft(models.Model):
    """The draft after a change (`types.Programme` as JSON); the newest row is how it stands.

    Without a document there is none: it was thrown away or published. The rows before are what undo goes
    back to; `services.drafts.KEPT` of them stay.
    """

    document = models.JSONField(null=True)
    based_on = models.BigIntegerField(null=True)
    kept_at = models.DateTimeField()
    kept_by = models.BigIntegerField(null=True)
