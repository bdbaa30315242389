"""Addresses below /api; the door resolves them by itself, `config.urls` does not know them."""

from __future__ import annotations

from django.urls import path

from regulars.api.rest import reference
from regulars.api.rest.application import api

urlpatterns = [
    path("api/v1/openapi.json", reference.openapi_json),
    path("api/v1/reference", reference.page),
    path("api/v1/", api.urls),
]
