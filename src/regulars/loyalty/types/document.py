"""What parts of the programme's document are made of, beside `kit.documents`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

Days = Annotated[int, Field(ge=1, le=3_650)]
Points = Annotated[int, Field(ge=0, le=10**12)]
"""Minor units of points."""
SomePoints = Annotated[int, Field(ge=1, le=10**12)]
Factor = Annotated[Decimal, Field(ge=1, le=100, max_digits=5, decimal_places=2)]
Key = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
"""Names a part for ever: what it gave is keyed by it. Made when a part is added, never shown."""
