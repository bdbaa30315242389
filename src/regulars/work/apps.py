"""The work app."""

from __future__ import annotations

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "regulars.work"
