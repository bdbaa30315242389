"""Every write to webhooks."""

from __future__ import annotations

from regulars.webhooks.services.endpoints import (
    change_endpoint,
    change_secret,
    create_endpoint,
    delete_endpoint,
    send_test,
    switch_off,
    switch_on,
)
from regulars.webhooks.services.jobs import wake
from regulars.webhooks.services.keeping import forget
from regulars.webhooks.services.lines import put_in_line
from regulars.webhooks.services.resending import resend, resend_dead
from regulars.webhooks.services.sending import send_due

__all__ = [
    "change_endpoint",
    "change_secret",
    "create_endpoint",
    "delete_endpoint",
    "forget",
    "put_in_line",
    "resend",
    "resend_dead",
    "send_due",
    "send_test",
    "switch_off",
    "switch_on",
    "wake",
]
