"""Pure rules of the team."""

from __future__ import annotations

import hashlib
import string
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from regulars.team.types import KeyKind, Permission, Role, Scope

_P = Permission

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MARKETER: frozenset(
        {
            _P.SEE_FIGURES,
            _P.SEE_CUSTOMERS,
            _P.SEE_CONTACTS,
            _P.WRITE_NOTES,
            _P.KEEP_CONSENTS,
            _P.CHANGE_CUSTOMERS,
            _P.MERGE_CUSTOMERS,
            _P.MAKE_SEGMENTS,
            _P.SET_UP_LOYALTY,
            _P.ADJUST_POINTS,
            _P.APPROVE_POINTS,
            _P.HAND_OUT_REWARDS,
            _P.DO_TASKS,
            _P.TAKE_LISTS_OUT,
            _P.IMPORT,
            _P.MAKE_AUDIT,
        }
    ),
    Role.AGENT: frozenset(
        {
            _P.SEE_CUSTOMERS,
            _P.SEE_CONTACTS,
            _P.WRITE_NOTES,
            _P.KEEP_CONSENTS,
            _P.CHANGE_CUSTOMERS,
            _P.MERGE_CUSTOMERS,
            _P.ADJUST_POINTS,
            _P.HAND_OUT_REWARDS,
            _P.DO_TASKS,
        }
    ),
    Role.ANALYST: frozenset(
        {_P.SEE_FIGURES, _P.SEE_CUSTOMERS, _P.MAKE_SEGMENTS, _P.TAKE_LISTS_OUT, _P.MAKE_AUDIT}
    ),
    Role.CASHIER: frozenset({_P.SEE_CUSTOMERS, _P.HAND_OUT_REWARDS}),
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


KEY_PREFIXES: Mapping[KeyKind, str] = {KeyKind.BROWSER: "pk_", KeyKind.SERVER: "sk_", KeyKind.TILL: "tk_"}
"""By it people and searches for leaked secrets tell what a key is."""
IDENTITY_PREFIX = "is_"
SECRET_ALPHABET = string.ascii_letters + string.digits  # one word to a double click
SECRET_SIGNS = 32
"""Of 62 signs: 190 random bits, so nobody guesses one and a plain hash of it is enough."""
HINT_SIGNS = 4
KEYS_MAX = 100
"""Keys in use; more than anybody oversees."""
KEY_NAME_MAX = 100
IDENTITY_SECRET_LASTS_ON = timedelta(days=7)
"""How long the secret before a new one holds: the site is changed over meanwhile, and pages stay open."""

KIND_SCOPES: Mapping[KeyKind, frozenset[Scope]] = {
    KeyKind.BROWSER: frozenset({Scope.EVENTS_WRITE}),
    KeyKind.SERVER: frozenset(Scope),
    KeyKind.TILL: frozenset(
        {
            Scope.CUSTOMERS_READ,
            Scope.CUSTOMERS_WRITE,
            Scope.CONSENTS_WRITE,
            Scope.ORDERS_READ,
            Scope.ORDERS_WRITE,
            Scope.PRODUCTS_READ,
            Scope.FIGURES_READ,
            Scope.LOYALTY_READ,
            Scope.LOYALTY_WRITE,
        }
    ),
}
"""What a key of a kind may be allowed at most."""


def hint_of(secret: str) -> str:
    """What is shown of a secret afterwards: its kind and its last signs, "sk_…k3Xp"."""
    return f"{secret[:3]}…{secret[-HINT_SIGNS:]}"


def is_zone(name: str) -> bool:
    """Whether the tz database knows a time zone of this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; a folder of the tz database
        return False
    return True
