"""What conditions are turned into finds whom an evaluator in plain Python finds, at every moment."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from tests.depth import tries
from tests.segments.oracle import strategies
from tests.segments.oracle.attributes import ATTRIBUTES
from tests.segments.oracle.evaluator import everybody
from tests.segments.oracle.running import found, found_once
from tests.segments.oracle.steps import Catalogue, Scene, Step, catalogue
from tests.segments.oracle.world import World

from regulars.commerce.types import BROWSING_EVENTS
from regulars.customers.queries import zones_of_customers
from regulars.events import registry
from regulars.events.types import EventClass
from regulars.kit.attributes import registered
from regulars.segments.compiling import Surroundings, compile_condition
from regulars.segments.queries.fitting import Asked, asked_by_rows
from regulars.segments.types import Condition

CONDITIONS_EACH = 6
"""Conditions are asked many at a time: writing a history costs more than asking."""


class _Done(Exception):
    """Takes the history out of the database again."""


@st.composite
def plays(draw: st.DrawFn) -> tuple[list[datetime], str, list[Step], list[Condition]]:
    """A clock, the shop's zone, what happens before any of its moments is asked about, and questions."""
    clock = draw(strategies.clocks())
    asked = strategies.Asked()
    conditions = draw(
        st.lists(strategies.conditions(clock, asked), min_size=CONDITIONS_EACH, max_size=CONDITIONS_EACH)
    )
    return clock, draw(st.sampled_from(strategies.SHOP_ZONES)), draw(strategies.histories(clock)), conditions


TYPES = {
    "product_viewed": BROWSING_EVENTS["product_viewed"],
    "coupon_applied": BROWSING_EVENTS["coupon_applied"],
    "oracle_called": registry.outside("oracle_called", EventClass.FACT),
}


def play(
    clock: list[datetime], zone: str, history: list[Step], conditions: list[Condition], sold: Catalogue
) -> None:
    """Write a history, then ask every condition of everybody, and of each, at every moment."""
    scene = Scene(World(zone=zone), sold, TYPES)
    for step in history:
        scene.take(step, clock[-1])
    world = scene.world
    members = {person.id for person in world.people.values()}
    profiles = scene.profiles_of
    for condition in conditions:
        real = scene.named(condition)
        compiled = compile_condition(real, surroundings=Surroundings(zone=zone, currency=world.currency))
        event(type(condition).__name__)
        before: set[int] | None = None
        rows = [Asked(number, id_, now) for number, (now, id_) in enumerate(product(clock, sorted(members)))]
        (fitting,) = asked_by_rows([compiled], rows)
        for place, now in enumerate(clock):
            wanted = world.ids(everybody(condition, world, now))
            assert {row.person_id for row in rows if row.at == now and row.number in fitting} == wanted
            assert found_once(compiled.everybody(now)) & members == wanted, (now, condition)
            for person in world.people.values():
                one = found_once(compiled.among(now, [person.id], profiles(person)))
                assert one == wanted & {person.id}, (now, condition, person)
            if before is not None and (moved := before ^ wanted):
                statement = compiled.may_have_changed(clock[place - 1], now)
                assert statement is not None, ("nobody can change by time", condition)
                assert moved <= found(statement), (clock[place - 1], now, condition)
                statement = compiled.may_have_changed(clock[place - 1], now, zones_of_customers())
                assert statement is not None, ("nobody can change by time", condition)
                assert moved <= found(statement), (clock[place - 1], now, condition)
            before = wanted


@pytest.fixture
def sold(db: None) -> Catalogue:
    return catalogue(strategies.PRODUCTS, strategies.BRANCHES, strategies.STARTS[3])


def _run(played: tuple[list[datetime], str, list[Step], list[Condition]], sold: Catalogue) -> None:
    try:
        with transaction.atomic():
            play(*played, sold)
            raise _Done
    except _Done:
        pass


_SETTINGS = settings(
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(_SETTINGS, max_examples=6)
@given(played=plays())
def test_a_few_conditions_find_whom_the_oracle_finds(
    sold: Catalogue, played: tuple[list[datetime], str, list[Step], list[Condition]]
) -> None:
    _run(played, sold)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(3_600)
@settings(_SETTINGS, max_examples=tries(120))
@given(played=plays())
def test_conditions_find_whom_the_oracle_finds(
    sold: Catalogue, played: tuple[list[datetime], str, list[Step], list[Condition]]
) -> None:
    _run(played, sold)


@pytest.mark.django_db
def test_the_oracle_knows_every_attribute_of_a_new_shop() -> None:
    ours = {key for key in registered() if key.startswith(("customers.", "commerce."))}
    assert ours <= set(ATTRIBUTES)
