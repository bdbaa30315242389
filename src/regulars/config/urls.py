"""Addresses of everything: for now, of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("regulars.console.urls"))]
