"""What was told to other systems of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

DELIVERIES = Table(
    name="webhooks_delivery",
    label=_("What we told other systems about you"),
    whose="t.endpoint_id IN (SELECT id FROM webhooks_endpoint) AND t.event_id IN "
    "(SELECT e.id FROM events AS e WHERE e.profile_id = ANY(%(profiles)s))",
    tells={
        "created_at": Told(_("When"), "t.created_at"),
        "to": Told(
            _("To whom"),
            "(SELECT substring(w.url FROM '^https?://([^/?#]+)') FROM webhooks_endpoint AS w "
            "WHERE w.id = t.endpoint_id)",
        ),
        "name": Told(_("What"), "t.name"),
    },
    personal=("body", "answer"),
    free=("message_id", "name", "state", "code"),
    remove=True,
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(DELIVERIES)
    personal.free(
        "webhooks_endpoint", "url", "events", "secret", "old_secret", "language", "off_reason", "last_code"
    )
