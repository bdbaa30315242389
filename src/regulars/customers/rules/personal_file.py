"""The file a customer is handed: all that is kept of them, as JSON and as pages to read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from regulars.customers.types import PersonalData, Section

LANGUAGES = ("ru", "en")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fff}h2{margin-top:2.5rem}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ddd;padding:.35rem .6rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}.wide{overflow-x:auto}"
)


def packed(data: PersonalData) -> bytes:
    """A ZIP of data.json and of a page in each language."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", as_json(data))
        for language in LANGUAGES:
            archive.writestr(f"{language}.html", as_page(data, language))
    return target.getvalue()


def as_json(data: PersonalData) -> str:
    """For other systems: tables by name, rows with the names of columns that stay."""
    told = {
        "shop": data.shop,
        "customer": data.person_id,
        "made_at": data.made_at.isoformat(),
        "data": {section.name: list(section.rows) for section in data.sections},
        "cut": [section.name for section in data.sections if section.more],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def as_page(data: PersonalData, language: str) -> str:
    """For the customer, in their language."""
    with translation.override(language):
        title = _("What is kept about you")
        return format_html(
            '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style></head>'
            "<body><h1>{}</h1><p>{}</p>{}</body></html>",
            language,
            title,
            SafeString(_STYLE),
            title,
            _("%(shop)s, as of %(moment)s (UTC)")
            % {"shop": data.shop or _("The shop"), "moment": f"{data.made_at:%Y-%m-%d %H:%M}"},
            format_html_join("", "{}", ((_section(section),) for section in data.sections)),
        )


def _section(section: Section) -> str:
    names = [name for name in section.words if any(_column(name) in row for row in section.rows)]
    head = format_html_join("", "<th>{}</th>", ((section.words[name],) for name in names))
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row, names),) for row in section.rows))
    more = (
        format_html("<p>{}</p>", _("There are more rows than fit here; ask for the rest."))
        if section.more
        else ""
    )
    return format_html(
        '<h2>{}</h2><div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}',
        section.label,
        head,
        body,
        more,
    )


def _cells(row: Mapping[str, object], names: Iterable[str]) -> str:
    return format_html_join("", "<td>{}</td>", ((_words(row.get(_column(name))),) for name in names))


def _column(name: str) -> str:
    return name.removesuffix("_minor")


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return str(value)
