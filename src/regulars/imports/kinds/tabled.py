"""Work whose units stand in a table of the engine: `units(unit, rows, …)`, numbered from 0 in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.analytics.previews import FileKind
from regulars.imports.kinds.aside import first_aside, set_aside_counts
from regulars.imports.kinds.work import Contents, Opening, Tables, cut
from regulars.imports.ledger import Ledger, Refused

if TYPE_CHECKING:
    from regulars.analytics.compute.reading import ReadingOptions

_SIZES = "SELECT rows FROM units ORDER BY unit"
_FINGERPRINT = "SELECT coalesce(bit_xor(hash(u)), 0), count(*) FROM units AS u"


Place = tuple[int, int]


def reading_options(opening: Opening) -> ReadingOptions:
    """What the reading is told of this file."""
    from regulars.analytics.compute.reading import ReadingOptions

    return ReadingOptions(timezone=opening.timezone, mapping=opening.mapping, with_details=True)


class TabledWork:
    """See `kinds.work.Work`; a kind says in `apply` what its units are. `aside` holds what does not go in."""

    def __init__(
        self, con: Tables, opening: Opening, *, kind: FileKind, order: int, parts: Iterable[str], rows: int
    ) -> None:
        """`order` is raised when a release works in another order."""
        self._con = con
        self._kind = kind
        self._opening = opening
        self._source = opening.source
        self._zone = ZoneInfo(opening.timezone)
        self.contents = Contents(parts=list(parts), rows=rows, set_aside=set_aside_counts(con))
        self._sizes = [rows for (rows,) in con.execute(_SIZES).fetchall()]
        self._ends = cut(self._sizes)
        ((fingerprint, units),) = con.execute(_FINGERPRINT).fetchall()
        self.plan = f"{kind}-{order}:{units}:{len(self._ends)}:{fingerprint}"

    @property
    def batches(self) -> int:
        return len(self._ends)

    def set_aside(self, limit: int) -> Sequence[Refused]:
        return first_aside(self._con, limit)

    def cells(self, places: Collection[Place]) -> Mapping[Place, Mapping[str, str]]:
        from regulars.analytics.compute.reading.raw import raw_rows

        return raw_rows([self._opening.path], self._kind, reading_options(self._opening), places)

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
