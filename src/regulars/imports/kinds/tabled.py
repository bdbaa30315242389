"""Work whose units stand in a table of the engine: `units(unit, rows, …)`, numbered from 0 in their order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulars.imports.kinds.aside import first_aside, set_aside_counts
from regulars.imports.kinds.work import Contents, Opening, Tables, cut
from regulars.imports.ledger import Ledger, Refused

_SIZES = "SELECT rows FROM units ORDER BY unit"
_FINGERPRINT = "SELECT coalesce(bit_xor(hash(u)), 0), count(*) FROM units AS u"


class TabledWork:
    """See `kinds.work.Work`; a kind says in `apply` what its units are. `aside` holds what does not go in."""

    def __init__(self, con: Tables, opening: Opening, *, order: str, parts: Iterable[str], rows: int) -> None:
        """`order` names kind and order of work: another name when a release works in another order."""
        self._con = con
        self._source = opening.source
        self._zone = ZoneInfo(opening.timezone)
        self.contents = Contents(parts=list(parts), rows=rows, set_aside=set_aside_counts(con))
        self._sizes = [rows for (rows,) in con.execute(_SIZES).fetchall()]
        self._ends = cut(self._sizes)
        ((fingerprint, units),) = con.execute(_FINGERPRINT).fetchall()
        self.plan = f"{order}:{units}:{len(self._ends)}:{fingerprint}"

    @property
    def batches(self) -> int:
        return len(self._ends)

    def set_aside(self, limit: int) -> Iterable[Refused]:
        return first_aside(self._con, limit)

    def forget(self) -> None:
        return None

    def _span(self, number: int, ledger: Ledger) -> dict[str, int]:
        """First unit of a batch, and the one behind its last."""
        first, end = self._ends[number - 1] if number else 0, self._ends[number]
        ledger.rows += sum(self._sizes[first:end])
        return {"first": first, "end": end}

    def _moment(self, local: datetime) -> datetime:
        """A moment of the shop's clock."""
        return local.replace(tzinfo=self._zone).astimezone(UTC)
