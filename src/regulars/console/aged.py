"""Figures that take long to count in a large shop: pages give those of a while ago, and say of when."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from regulars.console.import_pages import moment
from regulars.console.voice import Voice
from regulars.kit.aged import BeingRead, aged

JUST_NOW = timedelta(minutes=1)
AGAIN_SECONDS = 5
"""A page whose figures are being counted asks for itself again after that."""

T = TypeVar("T")
P = ParamSpec("P")


def may_take_long(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """While figures of the page are counted for the first time, it says so."""

    @wraps(view)
    def patient(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BeingRead:
            return render(request, "console/being_counted.html", {"again": AGAIN_SECONDS})

    return patient


def aged_context(key: Hashable, read: Callable[[Voice], dict[str, Any]], speak: Voice) -> dict[str, Any]:
    """What `read` makes of a page in this language; `as_of` says since when it stands, if not just now.

    `key` names the page and what it was asked for. Raises BeingRead.
    """

    def again(now: datetime) -> dict[str, Any]:
        with translation.override(speak.language):
            return read(replace(speak, now=now))

    context, as_of = aged_figures((key, speak.language), again, speak)
    return context | {"as_of": as_of}


def aged_figures(key: Hashable, read: Callable[[datetime], T], speak: Voice) -> tuple[T, str]:
    """What `read` gives, and since when it stands in words; empty: just now. Raises BeingRead."""
    found = aged((key, speak.shop), read, now=speak.now)
    is_old = speak.now - found.as_of >= JUST_NOW
    return found.value, moment(found.as_of, speak) if is_old else ""
