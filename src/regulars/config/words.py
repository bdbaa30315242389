"""Texts for the terminal, in its language: the catalogue of the pages, read without loading Django.

So the command line answers at once, and the database can be started before there are any settings.
"""

from __future__ import annotations

import os
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Literal

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def language() -> Literal["ru", "en"]:
    """Russian where the terminal's language is Russian, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"


def gettext(message: str) -> str:
    """The text in the terminal's language; import it as `_`, so that the translations find it."""
    return _catalogue(language()).gettext(message)


@cache
def _catalogue(chosen: str) -> NullTranslations:
    return translation("django", LOCALE, languages=[chosen], fallback=True)
