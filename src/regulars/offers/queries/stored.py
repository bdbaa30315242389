"""Offers as they are stored, made ready to be asked of carts; those asked lately are kept by each process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from django.db import connection

from regulars.kit.sealing import signing_key
from regulars.offers.rules import codes
from regulars.offers.rules.taking import Ready
from regulars.offers.types import Terms

KEPT_MAX = 500
"""Offers a process keeps ready; the largest, of 5,000 prices, takes about a megabyte."""

_TERMS = "SELECT id, revision, terms FROM offers_offer WHERE id = ANY(%s)"

_lock = threading.Lock()
_kept: OrderedDict[tuple[int, int], Ready] = OrderedDict()


def ready(wanted: Iterable[tuple[int, int]]) -> dict[int, Ready]:
    """These offers by number, each as of its revision or a later one; the database is asked for new ones."""
    found: dict[int, Ready] = {}
    missing = []
    with _lock:
        for key in wanted:
            if key in _kept:
                _kept.move_to_end(key)
                found[key[0]] = _kept[key]
            else:
                missing.append(key[0])
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(_TERMS, [missing])
            rows = cursor.fetchall()
        for id_, revision, document in rows:
            found[id_] = Ready(Terms.model_validate_json(document))
            with _lock:
                _kept[id_, revision] = found[id_]
                while len(_kept) > KEPT_MAX:
                    _kept.popitem(last=False)
    return found


def forget() -> None:
    """Keep none; for tests, whose databases count from 1 again."""
    with _lock:
        _kept.clear()


def hash_of(code: str) -> bytes:
    """What is stored of a code."""
    return codes.hashed(code, key=signing_key(purpose="offers/hash"))


def codes_of(offer_id: int, serials: Sequence[int]) -> list[str]:
    """The codes of these serials of an offer."""
    key = signing_key(purpose="offers/code")
    return [codes.code_of(offer_id, serial, key=key) for serial in serials]


def hashes_of(printed: Sequence[str]) -> list[bytes]:
    """What is stored of codes of ours, which are written as they are printed."""
    key = signing_key(purpose="offers/hash")
    return [codes.hashed_plain(code.replace("-", ""), key=key) for code in printed]


def code_of(offer_id: int, serial: int) -> str:
    """The code of that serial of an offer, as it is printed."""
    return codes.code_of(offer_id, serial, key=signing_key(purpose="offers/code"))
