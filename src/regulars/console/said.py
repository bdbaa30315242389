"""What is said at the head of the next page: something was done, and how to take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo "


def done(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say that something was done; `undo` is the address of a form that takes it back."""
    messages.success(request, text, extra_tags=UNDO + undo if undo else "")


def refused(request: HttpRequest, text: str) -> None:
    """Say that nothing was done and why."""
    messages.error(request, text)
