from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from regulars.team import services
from regulars.team.models import User
from regulars.team.types import Role

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PASSWORD = "seven warm cups"

Make = Callable[[Role], User]


@pytest.fixture
def make(db: None) -> Make:
    """Somebody new of a role, each with an address of their own."""
    numbers = count(1)

    def person(role: Role) -> User:
        number = next(numbers)
        return services.create_user(
            email=f"{role.value}{number}@shop.example",
            password=PASSWORD,
            name=f"{role.value} {number}",
            language="en",
            role=role,
            now=NOW,
        )

    return person
