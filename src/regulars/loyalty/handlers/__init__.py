"""What loyalty does with the log.

Each reader has a second one for history, which waits for whoever brings history in; what happens now shall
not wait.
"""

from __future__ import annotations

from regulars.events.types import Consumer
from regulars.loyalty.handlers import challenges, friends, grants, orders

CONSUMERS: list[Consumer] = [
    *orders.CONSUMERS,
    *challenges.CONSUMERS,
    *friends.CONSUMERS,
    *grants.CONSUMERS,
]
