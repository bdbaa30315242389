"""Documents people write in the console: typed parts, stored as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Money = Annotated[int, Field(ge=0, le=10**12)]
"""Minor units of the document's currency."""
SomeMoney = Annotated[int, Field(ge=1, le=10**12)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
"""What the shop calls it; customers read it."""
Texts = Annotated[tuple[Name, ...], Field(max_length=200)]
Condition = dict[str, Any]
"""A condition of the condition language, as JSON; whoever stores the document checks it."""


class Part(BaseModel):
    """A part of a document, or all of it; what is not understood is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
