"""Pure rules of the team."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from regulars.team.types import Permission, Role

_P = Permission

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MARKETER: frozenset(
        {
            _P.SEE_FIGURES,
            _P.SEE_CUSTOMERS,
            _P.SEE_CONTACTS,
            _P.WRITE_NOTES,
            _P.DO_TASKS,
            _P.TAKE_LISTS_OUT,
            _P.IMPORT,
            _P.MAKE_AUDIT,
        }
    ),
    Role.AGENT: frozenset({_P.SEE_CUSTOMERS, _P.SEE_CONTACTS, _P.WRITE_NOTES, _P.DO_TASKS}),
    Role.ANALYST: frozenset({_P.SEE_FIGURES, _P.SEE_CUSTOMERS, _P.TAKE_LISTS_OUT, _P.MAKE_AUDIT}),
    Role.CASHIER: frozenset({_P.SEE_CUSTOMERS}),
}
"""The one table of who may see and do what."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """All that these roles may see and do together."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def fold_email(email: str) -> str:
    """The address as it is stored and compared: no blanks around, no capitals."""
    return unicodedata.normalize("NFC", email.strip()).lower()


INVITATION_LASTS = timedelta(days=7)
PASSWORD_LINK_LASTS = timedelta(hours=24)


def hash_token(token: str) -> str:
    """What is kept of the token of a link: who reads the database, or a backup of it, opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_zone(name: str) -> bool:
    """Whether the tz database knows a time zone of this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; a folder of the tz database
        return False
    return True
