"""The offers app."""

from __future__ import annotations

from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "regulars.offers"
