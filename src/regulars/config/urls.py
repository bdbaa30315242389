"""Addresses of everything: for now, of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("regulars.console.urls"))]

handler400 = "regulars.console.views.errors.bad_request"
handler403 = "regulars.console.views.errors.forbidden"
handler404 = "regulars.console.views.errors.not_found"
handler500 = "regulars.console.views.errors.broken"
