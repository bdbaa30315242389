from __future__ import annotations

import pytest

from regulars.events import registry
from regulars.events.errors import UnknownEvent
from regulars.events.types import EventClass, EventType


@pytest.mark.parametrize(
    "name", ["OrderCompleted", "order completed", "order-completed", "", "_a", "a__b", "заказ"]
)
def test_names_are_in_snake_case(name: str) -> None:
    with pytest.raises(ValueError, match="snake case"):
        registry.register(EventType(name))


def test_registering_again_changes_nothing_but_another_class_is_a_mistake() -> None:
    registry.register(EventType("lamp_lit"), EventType("lamp_lit"))
    registry.check(EventType("lamp_lit"))
    with pytest.raises(ValueError, match="lamp_lit"):
        registry.register(EventType("lamp_lit", EventClass.BROWSING))
    registry.check(EventType("lamp_lit"))


def test_what_nobody_registered_is_unknown() -> None:
    with pytest.raises(UnknownEvent):
        registry.check(EventType("never_heard_of"))
    registry.register(EventType("lamp_dimmed", EventClass.BROWSING))
    with pytest.raises(UnknownEvent):
        registry.check(EventType("lamp_dimmed"))  # of another class than registered
