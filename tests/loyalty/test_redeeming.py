"""A reward for points: points, stock and what is handed out go together, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.loyalty.books_of_points import customer, told
from tests.loyalty.shop_with_points import LogReader
from tests.loyalty.shop_with_rewards import (
    BEGAN,
    DAY,
    NOW,
    asking,
    cup,
    giving,
    points_of,
    publish,
    with_points,
)

from regulars.customers import queries as customer_queries
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.kit.attributes import Kind
from regulars.kit.errors import Conflict
from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadReward, CannotCancel, CannotRedeem, KeyReused, NoSuchMember, NotEnough
from regulars.loyalty.models import RewardOrder
from regulars.loyalty.types import MINOR, Cause, GrantState
from regulars.loyalty.types.rewards import NewReward, RewardKind, RewardRow, RewardState, WhyNot
from regulars.work import queries as tasks
from regulars.work import services as work

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> int:
    publish()
    return with_points("C-1", 1000)


def person_of(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def seen(reward: RewardRow) -> RewardRow:
    found = queries.reward(reward.id)
    assert found is not None
    return found


def refusal(profile_id: int, reward: RewardRow, **more: Any) -> str:
    with pytest.raises(CannotRedeem) as refused:
        services.redeem(new=asking(profile_id, reward, **more), now=NOW)
    return refused.value.code


def test_points_are_spent_stock_falls_and_it_waits_to_be_handed_out(anna: int) -> None:
    one = cup()
    order = services.redeem(new=asking(anna, one, pieces=2), now=NOW)
    assert (order.points_minor, order.pieces, order.state) == (600 * MINOR, 2, GrantState.GIVEN)
    assert points_of(anna) == 400
    assert (seen(one).left, seen(one).taken, seen(one).given_minor) == (8, 2, 600 * MINOR)
    (gift,) = queries.gifts_waiting(at=NOW + 365 * DAY, limit=5)
    assert (gift.id, gift.until) == (order.grant_id, None)
    assert gift.benefit.model_dump()["name"] == "Cup × 2"
    assert [(event["pieces"], event["name"]) for event in told("reward_ordered")] == [(2, "Cup")]
    assert services.hand_out(grant_id=gift.id, now=NOW)
    assert queries.reward_order(order.id).state is GrantState.USED  # type: ignore[union-attr]
    assert queries.verify().findings == ()


def test_the_same_key_gives_the_same_order(anna: int) -> None:
    one = cup()
    first = services.redeem(new=asking(anna, one), now=NOW)
    assert services.redeem(new=asking(anna, one), now=NOW + DAY) == first
    assert points_of(anna) == 700
    with pytest.raises(KeyReused):
        services.redeem(new=asking(anna, one, pieces=2), now=NOW)
    with pytest.raises(KeyReused):
        services.redeem(new=asking(with_points("C-2", 1000), one), now=NOW)
    assert (seen(one).left, RewardOrder.objects.count()) == (9, 1)


def test_nobody_takes_nothing(anna: int) -> None:
    with pytest.raises(NoSuchMember):
        services.redeem(new=asking(10**9, cup()), now=NOW)


def test_cancelled_points_and_stock_come_back(anna: int) -> None:
    one = cup()
    order = services.redeem(new=asking(anna, one), now=NOW)
    for _ in range(2):
        gone = services.cancel_reward(order_id=order.id, now=NOW + DAY, user_id=4)
        assert (gone.state, gone.cancelled_at) == (GrantState.WITHDRAWN, NOW + DAY)
    assert points_of(anna) == 1000
    assert (seen(one).left, seen(one).taken, seen(one).given_minor) == (10, 0, 0)
    assert queries.gifts_waiting(at=NOW, limit=5) == []
    assert len(told("reward_cancelled")) == 1
    assert queries.verify().findings == ()


def test_points_that_would_have_expired_are_given_anew(anna: int) -> None:
    order = services.redeem(new=asking(anna, cup()), now=NOW)
    later = BEGAN + 310 * DAY
    services.cancel_reward(order_id=order.id, now=later)
    assert points_of(anna, later) == 300
    assert queries.verify().findings == ()


def test_the_statement_names_what_points_came_from_and_what_they_were_spent_on(anna: int) -> None:
    order = services.redeem(new=asking(anna, cup()), now=NOW)
    services.cancel_reward(order_id=order.id, now=NOW + DAY)
    services.grant(grants=[giving(anna)], now=NOW + 2 * DAY)
    services.withdraw(keys=[giving(anna).key], now=NOW + 3 * DAY)
    lines = queries.statement(profile_ids=[anna])
    assert [(line.cause, line.named, line.change_minor) for line in lines] == [
        (Cause.TAKEN_BACK, "Birthday", -200 * MINOR),
        (Cause.EARNED, "Birthday", 200 * MINOR),
        (Cause.SPENT_BACK, "Cup", 300 * MINOR),
        (Cause.SPENT, "Cup", -300 * MINOR),
        (Cause.EARNED, "", 1000 * MINOR),
    ]


def test_what_was_handed_out_is_not_cancelled(anna: int) -> None:
    one = cup()
    order = services.redeem(new=asking(anna, one), now=NOW)
    services.hand_out(grant_id=order.grant_id or 0, now=NOW)
    with pytest.raises(CannotCancel):
        services.cancel_reward(order_id=order.id, now=NOW)
    assert points_of(anna) == 700
    assert seen(one).left == 9
    assert queries.reward_order(order.id).state is GrantState.USED  # type: ignore[union-attr]


def test_who_has_too_few_points_is_told_how_many_there_are_and_nothing_is_taken(anna: int) -> None:
    one = cup()
    with pytest.raises(NotEnough) as refused:
        services.redeem(new=asking(anna, one, pieces=4), now=NOW)
    assert refused.value.spendable_minor == 1000 * MINOR
    assert (seen(one).left, seen(one).taken) == (10, 0)
    assert points_of(anna) == 1000


def test_limits_and_spans_hold(anna: int) -> None:
    assert refusal(anna, cup(left=1), pieces=2) == "sold_out"
    assert refusal(anna, cup(since=NOW + DAY)) == "not_offered"
    assert refusal(anna, cup(until=NOW)) == "not_offered"
    paused = cup()
    services.set_reward_state(reward_id=paused.id, state=RewardState.PAUSED)
    assert refusal(anna, paused) == "not_offered"
    twice = cup(most_each=2, price_minor=MINOR)
    services.redeem(new=asking(anna, twice), now=NOW)
    assert refusal(anna, twice, key="l", pieces=2) == "enough"
    second = services.redeem(new=asking(anna, twice, "m"), now=NOW)
    assert refusal(anna, twice, key="n") == "enough"
    services.cancel_reward(order_id=second.id, now=NOW)
    services.redeem(new=asking(anna, twice, "n"), now=NOW)


def test_a_limit_counts_what_the_person_took_under_any_profile(anna: int) -> None:
    other = customer("C-9")
    one = cup(most_each=1)
    services.redeem(new=asking(anna, one), now=NOW)
    customers.merge(pairs=[(person_of(other), person_of(anna))], now=NOW)
    assert refusal(other, one, key="l") == "enough"
    assert services.redeem(new=asking(other, one), now=NOW).profile_id == anna


def test_no_programme_or_a_stopped_one_lets_nothing_be_taken(db: None) -> None:
    anna = with_points("C-1", 1000)
    assert refusal(anna, cup()) == "no_programme"
    publish(running=False)
    assert refusal(anna, cup()) == "no_programme"


def test_points_for_a_cause_are_given_at_once_and_counted(anna: int) -> None:
    cause = cup(name="Trees", kind=RewardKind.CAUSE, price_minor=50 * MINOR, left=None)
    order = services.redeem(new=asking(anna, cause, pieces=3), now=NOW)
    assert (order.state, order.grant_id) == (GrantState.USED, None)
    services.redeem(new=asking(with_points("C-2", 100), cause, "other", at=NOW + DAY), now=NOW + DAY)
    (row,) = queries.causes(since=NOW + DAY)
    assert (row.given_minor, row.lately_minor, row.people) == (200 * MINOR, 50 * MINOR, 2)
    services.cancel_reward(order_id=order.id, now=NOW)
    (row,) = queries.causes(since=NOW + DAY)
    assert (row.given_minor, row.people) == (50 * MINOR, 1)


def test_a_service_is_a_task_and_done_with_it(anna: int) -> None:
    log = LogReader()
    advice = cup(name="An hour of advice", kind=RewardKind.SERVICE, left=None, due_days=7)
    order = services.redeem(new=asking(anna, advice), now=NOW)
    (task,) = tasks.tasks_of(person_of(anna))
    assert (task.title, task.due_at, task.id) == ("An hour of advice", NOW + 7 * DAY, order.task_id)
    work.close_task(task_id=task.id, closed_by=1, now=NOW + DAY)
    log.catch_up(NOW + DAY)
    assert queries.reward_orders_of(person_of(anna))[0].state is GrantState.USED
    with pytest.raises(CannotCancel):
        services.cancel_reward(order_id=order.id, now=NOW + DAY)


def test_a_service_at_renewal_is_due_on_the_customers_own_day(anna: int) -> None:
    from regulars.customers import services as customers

    noted = customers.define_attribute(trait="renewal", label="Contract until", kind=Kind.DAY, now=BEGAN)
    key = next(one.key for one in customer_queries.definitions() if one.id == noted)
    audit = cup(name="Audit", kind=RewardKind.SERVICE, left=None, due_attribute=key)
    customers.set_attribute(person_id=person_of(anna), key=key, value="2026-06-01", user_id=None, now=BEGAN)
    services.redeem(new=asking(anna, audit), now=NOW)
    boris = with_points("C-2", 1000)
    services.redeem(new=asking(boris, audit, "b"), now=NOW)
    assert tasks.tasks_of(person_of(anna))[0].due_at == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert tasks.tasks_of(person_of(boris))[0].due_at == NOW + 3 * DAY


def test_the_catalogue_says_what_a_customer_can_have_and_what_is_missing(anna: int) -> None:
    cheap, dear = cup(name="Cheap"), cup(name="Dear", price_minor=1200 * MINOR)
    cup(name="Later", since=NOW + DAY)
    gone = cup(name="Gone", left=0)
    first = cup(name="Gold only", tiers=("gold",))
    found = queries.rewards_for(person_id=person_of(anna), at=NOW)
    told_of = {one.reward.id: (one.why_not, one.missing_minor) for one in found}
    assert told_of == {
        cheap.id: (None, 0),
        dear.id: (WhyNot.POINTS, 200 * MINOR),
        gone.id: (WhyNot.SOLD_OUT, 0),
        first.id: (WhyNot.OTHER_TIER, 0),
    }
    assert found[0].reward.id == cheap.id


def test_what_is_left_is_changed_by_the_difference_to_what_was_seen(anna: int) -> None:
    before = cup()
    services.redeem(new=asking(anna, before), now=NOW)
    told_now = NewReward(name="Big cup", kind=RewardKind.THING, price_minor=400 * MINOR, left=15)
    after = services.edit_reward(reward_id=before.id, new=told_now, seen=before)
    assert (after.left, after.name) == (14, "Big cup")
    with pytest.raises(Conflict):
        services.edit_reward(reward_id=before.id, new=told_now, seen=before)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "no name"),
        ({"name": "x" * 81}, "too long"),
        ({"price_minor": 0}, "how many points"),
        ({"left": -1}, "fewer than none"),
        ({"most_each": 0}, "at least one"),
        ({"since": NOW, "until": NOW}, "before the first"),
        ({"kind": RewardKind.SERVICE, "due_days": 0}, "within how many days"),
        ({"kind": RewardKind.SERVICE, "due_attribute": "no_such"}, "not noted"),
    ],
)
def test_a_reward_that_makes_no_sense_is_refused_in_words(db: None, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(BadReward, match=says):
        cup(**wrong)
