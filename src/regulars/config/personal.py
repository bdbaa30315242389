"""What the runtime and the libraries keep: of colleagues, and of no customer."""

from __future__ import annotations

from regulars.kit import personal


def declare() -> None:
    """Say what names no customer."""
    personal.free("schedule_states", "name", "error")
    # Limits of calls, and what pages share for minutes; what names people in it is sealed.
    personal.free("cache_entries", "key", "value")
    personal.free("django_session", "session_key", "session_data")
    personal.free("django_content_type", "app_label", "model")
    personal.free("auth_permission", "name", "codename")
    personal.free("auth_group", "name")
    personal.free("account_emailaddress", "email")
    personal.free("account_emailconfirmation", "key")
    personal.free("mfa_authenticator", "type", "data")
    # Jobs are named by numbers of rows.
    personal.free("procrastinate_jobs", "queue_name", "task_name", "lock", "args", "status", "queueing_lock")
    personal.free("procrastinate_events", "type")
    personal.free("procrastinate_periodic_defers", "task_name", "periodic_id")
