"""The audit in a terminal of 80 columns."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console
from tests.analytics.audits import audit, growth_point

from regulars.analytics import types
from regulars.analytics.terminal import print_audit


def printed(document: types.Audit, language: str = "en", **options: Any) -> str:
    out = io.StringIO()
    print_audit(document, language, Console(file=out, width=80, **options))
    return out.getvalue()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_fits_eighty_columns_and_is_plain(language: str) -> None:
    text = printed(audit(), language)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert "%(" not in text


def test_leads_with_the_answer() -> None:
    text = printed(audit())
    assert (
        text.index("How retention stands")
        < text.index("What is worth doing first")
        < text.index("The figures")
    )
    assert "42.0%" in text
    assert "customer            ← Клиент" in text
    assert "21: no customer (orders.csv, row 17)" in text


def test_names_from_files_have_no_effect() -> None:
    hostile = "[bold red]x[/bold red]\x1b[2J\x1b]8;;http://example.com\x07"
    document = audit(
        mapping={"customer_id": hostile},
        rejected_examples={"no_customer": [hostile]},
        source=[types.SourcePart(name=hostile, rows=1)],
        growth_points=[growth_point(top=[hostile])],
    )
    document = msgspec.structs.replace(document, timezone=hostile)
    text = printed(document, force_terminal=True, color_system=None)
    assert "[bold red]x[/bold red]" in text
    assert "\x1b[2J" not in text
    assert "\x1b]8" not in text


def test_colour_only_where_it_is_a_terminal() -> None:
    assert "\x1b[32m" in printed(audit(), force_terminal=True, color_system="standard")
