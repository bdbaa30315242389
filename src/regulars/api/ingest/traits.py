"""What identify tells of a customer: their name, how to reach them, and what they are like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regulars.api.ingest import allowed
from regulars.api.ingest.naming import snake
from regulars.customers.types import IdentityType, TraitValue

_NAME_CHARACTERS_MAX = 200
_CONTACTS = {
    "email": IdentityType.EMAIL,
    "phone": IdentityType.PHONE,
}


@dataclass(frozen=True, slots=True)
class Told:
    """Traits taken apart. `dropped`: names of those that may not be taken from a browser."""

    name: str = ""
    contacts: tuple[tuple[IdentityType, str], ...] = ()
    values: Mapping[str, TraitValue | None] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()


def take_apart(told: Mapping[str, Any], *, trusted: bool) -> Told:
    """From a server all counts. From a browser, where anybody can write anything, no contact or name does.

    Objects are taken apart by a level: `address: {city: …}` is the trait `address_city`.
    """
    name, contacts = "", []
    values: dict[str, TraitValue | None] = {}
    dropped: list[str] = []
    names: dict[str, str] = {}
    for key, value in _flat(told):
        plain = snake(key) if len(key) <= allowed.KEY_CHARACTERS_MAX else ""
        if plain in _CONTACTS and isinstance(value, str | int) and trusted:
            contacts.append((_CONTACTS[plain], str(value).replace("\x00", "")))
        elif plain in ("name", "first_name", "last_name") and isinstance(value, str) and trusted:
            names[plain] = value.replace("\x00", "").strip()[:_NAME_CHARACTERS_MAX]
        elif not trusted and (plain == "name" or not plain or _personal(key, value)):
            dropped.append(key[: allowed.KEY_CHARACTERS_MAX])
        else:
            values[key] = _clean(value)
    name = names.get("name") or " ".join(filter(None, (names.get("first_name"), names.get("last_name"))))
    return Told(name, tuple(contacts), values, tuple(dropped))


def _flat(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in told.items():
        if isinstance(value, dict):
            pairs += [(f"{key}_{inner}", part) for inner, part in value.items()]
        else:
            pairs.append((key, value))
    return [(key.replace("\x00", "").strip(), value) for key, value in pairs]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [part.replace("\x00", "") if isinstance(part, str) else part for part in value]
    return value


def _personal(key: str, value: Any) -> bool:
    if allowed.personal_key(key):
        return True
    parts = value if isinstance(value, list) else [value]
    return any(isinstance(part, str) and allowed.looks_personal(part) for part in parts)
