"""How names and identities are brought into the form in which they are compared and sorted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from regulars.customers.types import IdentityType, NewProfile

_NOT_A_WORD = re.compile(r"[^\w]+")
_BLANKS = re.compile(r"\s+")


def fold(text: str) -> str:
    """For sorting: compatible forms made equal, no case, ё as е, single blanks.

    Done here and not by the server, whose locale nothing may depend on.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _BLANKS.sub(" ", folded).strip()


def words(text: str) -> str:
    """For searching: the folded words alone, with single blanks between them."""
    return _NOT_A_WORD.sub(" ", fold(text)).replace("_", " ").strip()


def normalise(type_: IdentityType, value: str) -> str:
    """The form in which an identity is stored; empty if nothing is left of it."""
    if type_ is IdentityType.EMAIL:
        return _BLANKS.sub("", unicodedata.normalize("NFKC", value).casefold())
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", value))
    return f"+{digits}" if digits else ""


def merged(earlier: NewProfile, later: NewProfile) -> NewProfile:
    """Two rows of one customer taken together: the last name given, the first moment, all identities."""
    moments = [moment for moment in (earlier.created_at, later.created_at) if moment is not None]
    return replace(
        later,
        name=later.name or earlier.name,
        created_at=min(moments, default=None),
        identities=tuple(dict.fromkeys(earlier.identities + later.identities)),
    )
