"""The runtime as an app: it has a table of its own and jobs of its own."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "regulars.config"
    label = "config"
