"""Lists in pages: how many, from where on, and where the next one begins."""

from __future__ import annotations

from typing import Annotated

from ninja import Query

LIMIT, LIMIT_MAX = 50, 200

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")]
After = Annotated[
    str | None, Query(description="Where to go on: `next` of the page before. Left out: from the beginning.")
]
NEXT = "Where the next page begins: give it as `after`. Null: this was the last page."
