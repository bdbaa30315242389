"""The report as one HTML file that needs nothing else: styles, fonts and drawings are inside it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from regulars.analytics.report.context import report_context
from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats, plain

GENERATOR = "Regulars"
"""Stands in the head of every report, so that a report can be told from another file of that name."""

TITLE_PARTS_MAX = 3
# The letters a report needs: the subsets of the console's build, each with the characters it serves.
_FONTS = {
    "golos-text-latin.woff2": (
        "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, "
        "U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD"
    ),
    "golos-text-cyrillic.woff2": "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116",
    "golos-text-cyrillic-ext.woff2": "U+0460-052F, U+1C80-1C8A, U+20B4, U+2DE0-2DFF, U+A640-A69F",
    "golos-text-latin-ext.woff2": "U+20A0-20AB, U+20AD-20C0",  # the signs of currencies
}


def render_report(
    audit: Audit, language: str, charts: Mapping[str, str] | None = None, title: str | None = None
) -> str:
    """The whole page; `title` is the shop's name, by default the names of the files."""
    formats = Formats(language, audit.currency)
    subject = plain(title) if title else _files(audit)
    with translation.override(language):
        style = _style(subject)
        context = report_context(audit, language, charts) | {
            "generator": GENERATOR,
            "style": mark_safe(style),  # noqa: S308 (our own style sheet; the subject in it is escaped)
            "style_hash": mark_safe(_hash(style)),  # noqa: S308 (base64)
            "heading": _("Retention audit"),
            "title": subject,
            "subtitle": _("Orders %(period)s · %(customers)s · %(orders)s")
            % {
                "period": formats.period(audit.from_, audit.to),
                "customers": formats.customers(audit.customers),
                "orders": formats.orders(audit.orders),
            },
            "made": _("Made with Regulars on %(day)s.") % {"day": formats.day(audit.made_at.date())},
        }
        return render_to_string("analytics/audit/report.html", context)


def _files(audit: Audit) -> str:
    names = [plain(part.name) for part in audit.source]
    shown = ", ".join(names[:TITLE_PARTS_MAX])
    return shown if len(names) <= TITLE_PARTS_MAX else f"{shown}, …"


def _style(subject: str) -> str:
    """Fonts, the style sheet, and the line at the head of each printed page."""
    sheet = get_template("analytics/audit/report.css").template.source  # type: ignore[attr-defined]
    running = f'@page {{ @top-left {{ content: "{_css_text(subject)}"; }} }}'
    return f"{_fonts()}{sheet}{running}"


def _css_text(text: str) -> str:
    """Text for a CSS string: letters and digits as they are, anything else by its number."""
    return "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text)


@cache
def _fonts() -> str:
    """The console's font, where the assets were built; else the system's own does."""
    manifest = finders.find("built/manifest.json")
    if not manifest:
        return ""
    folder = Path(manifest).parent
    names = json.loads(Path(manifest).read_text(encoding="utf-8"))
    faces = []
    for name, characters in _FONTS.items():
        file = folder / names.get(name, name)
        if file.is_file():
            encoded = base64.b64encode(file.read_bytes()).decode()
            faces.append(
                '@font-face{font-family:"Golos Text";font-weight:400 900;'
                f"src:url(data:font/woff2;base64,{encoded}) format('woff2');unicode-range:{characters}}}\n"
            )
    return "".join(faces)


def _hash(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
