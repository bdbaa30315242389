"""Removing what is kept for 30 days only, and what is left of deleted endpoints."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from regulars.webhooks.models import Delivery, Endpoint

KEPT = timedelta(days=30)
"""Bodies tell of customers; they are kept no longer, whatever became of them."""


def forget(*, now: datetime, limit: int) -> int:
    """Remove up to `limit` deliveries that are too old or whose endpoint was deleted; gives how many.

    Former secrets that no longer sign go, too.
    """
    Endpoint.objects.filter(old_secret_until__lte=now).update(old_secret="", old_secret_until=None)
    left = limit
    for endpoint_id, deleted_at in Endpoint.objects.order_by("id").values_list("id", "deleted_at"):
        rows = Delivery.objects.filter(endpoint_id=endpoint_id)
        if deleted_at is None:
            rows = rows.filter(created_at__lt=now - KEPT)
        with transaction.atomic():
            left -= rows.filter(id__in=rows.order_by("created_at", "id").values("id")[:left]).delete()[0]
            if left <= 0:
                break
            if deleted_at is not None:
                Endpoint.objects.filter(pk=endpoint_id).delete()
    return limit - left
