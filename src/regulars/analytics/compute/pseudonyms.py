"""Made-up names for customers, so that a report can be shown to others."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.translation import gettext as _

SHORTEST = 4


class Pseudonyms:
    """The same id has the same name within one report; from the name nobody finds the id.

    The key is new each time and kept nowhere, so names of two reports cannot be matched.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._codes: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, customer_id: str) -> str:
        if customer_id not in self._codes:
            digest = hashlib.blake2b(customer_id.encode(), key=self._key).hexdigest()
            # As short as can be told apart from those already named.
            length = next(n for n in range(SHORTEST, len(digest) + 1) if digest[:n] not in self._taken)
            self._codes[customer_id] = digest[:length]
            self._taken.add(digest[:length])
        return _("Customer %(code)s") % {"code": self._codes[customer_id]}
