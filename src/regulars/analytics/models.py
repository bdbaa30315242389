"""The audits the shop keeps."""

from __future__ import annotations

from django.db import models

SHOP = "shop"
"""The source of an audit of the shop's own orders; audits of files go by a name."""
MAKE_AUDIT = "analytics.make_audit"
"""The job that audits the shop."""


class KeptAudit(models.Model):
    """One audit as it was made; the document is `types.Audit` as JSON and is never changed.

    `charts`: its drawings by language and name, made with it, as no page draws.
    """

    source = models.TextField()
    as_of = models.DateField()
    made_at = models.DateTimeField()
    version = models.IntegerField()
    document = models.TextField()
    charts = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["source", "version", "made_at"], name="analytics_keptaudit_latest"),)
