"""Addresses of pages; below /v1 and /api programs are answered before these are asked."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regulars.api import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("site/regulars.js", site.script, name="site-script"),
    path("", include("regulars.console.urls")),
]

handler400 = "regulars.console.views.errors.bad_request"
handler403 = "regulars.console.views.errors.forbidden"
handler404 = "regulars.console.views.errors.not_found"
handler500 = "regulars.console.views.errors.broken"
