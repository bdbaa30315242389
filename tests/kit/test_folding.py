from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit import folding
from regulars.kit.folding import ALPHABETS_END, fold, folded


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("МОСКВА", "москва"),
        ("Орёл Ёлка", "орел елка"),
        ("ÀÉÎ Łódź", "àéî łódź"),
        ("ΣΑΣ", "σασ"),
        ("İstanbul I", "istanbul i"),
        ("ẞ ß", "ß ß"),
        ("ԱԲ", "աբ"),
        ("10 %", "10 %"),
        ("", ""),
    ],
)
def test_capitals_become_small_sign_by_sign(text: str, small: str) -> None:
    assert fold(text) == small
    assert len(fold(text)) == len(text)


@given(st.text())
def test_what_is_folded_stays(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) == len(text)


def _by_the_server(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {folded('t.x')} FROM (SELECT %s::text AS x) AS t", [text])
        (found,) = cursor.fetchone()
    return str(found)


@pytest.mark.django_db
@pytest.mark.parametrize("probe", ["", "never so"])
def test_the_server_folds_as_python_does(monkeypatch: pytest.MonkeyPatch, probe: str) -> None:
    """Also one whose lower() does not know these letters; that is the second round."""
    if probe:
        monkeypatch.setattr(folding, "_PROBED", probe)
    letters = "".join(sign for sign in map(chr, range(1, ALPHABETS_END)) if sign.isprintable())
    assert _by_the_server(letters) == fold(letters)
    assert _by_the_server("") == ""
