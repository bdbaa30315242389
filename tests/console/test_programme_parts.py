"""Parts of the programme in their forms: each is kept as it was written, and said as a sentence beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.console import loyalty_books as books
from tests.console import shops
from tests.console.forms import fields_of

from regulars.commerce.models import Branch, Product
from regulars.console.programme_pages.parts import KINDS, key_of
from regulars.console.wording.log import sentences
from regulars.loyalty import queries, ready
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Badge, CouponGiven, GiftGiven, PointsGiven, TaskGiven
from regulars.loyalty.types.challenges import Challenge, OfEvents, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.earning import (
    ByAmount,
    ByOrder,
    ByPercent,
    ByPiece,
    Caps,
    Rule,
    Times,
    When,
)
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Privileges, SumOff, Tier, Tiers
from regulars.offers.types import Goods
from regulars.segments.models import Segment
from regulars.team import queries as team
from regulars.team.types import LogFilter, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
PATH = "/loyalty/programme/"
COFFEE = Goods(categories=("Coffee", "Tea & cake"), brands=("Lavazza",), products=("Flat “white”",))
GOLD = Tier(key="t1", name="Silver", from_minor=1_000_000)
TIERS = Tiers(levels=(GOLD, Tier(key="t2", name="Gold", from_minor=3_000_050)))


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _sent(text: str) -> dict[str, list[str]]:
    """What a browser would send of the form untouched."""
    sent: dict[str, list[str]] = {}
    for name, value in fields_of(text, "prog-form"):
        sent.setdefault(name, []).append(value)
    return sent


def _open(client: Client, kind: str, key: str) -> dict[str, list[str]]:
    answer = client.get(reverse("loyalty-programme-part", args=[kind, key]))
    assert answer.status_code == 200
    return _sent(answer.text)


def _keep(client: Client, kind: str, key: str, **said: object) -> HttpResponse:
    address = reverse("loyalty-programme-part", args=[kind, key])
    return client.post(address, _open(client, kind, key) | said)  # type: ignore[return-value]


def _add(client: Client, kind: str, begin: str = "", **said: object) -> HttpResponse:
    address = reverse("loyalty-programme-part-new", args=[kind]) + (f"?begin={begin}" if begin else "")
    return client.post(address, _sent(client.get(address).text) | said)  # type: ignore[return-value]


def _do(client: Client, kind: str, key: str, what: str) -> str:
    address = reverse("loyalty-programme-part-do", args=[kind, key])
    return shops.plain(client.post(address, {"do": what}, follow=True).text)


def _drafted() -> Programme:
    draft = queries.draft()
    assert draft is not None
    return draft.programme


def _rule(gives: Any, **more: Any) -> Programme:
    return Programme(currency="RUB", tiers=TIERS, rules=(Rule(key="r7", name="Named", gives=gives, **more),))


def _card(currency: str, off: SumOff) -> Programme:
    gold = Tier(key="t1", name="Gold", from_minor=100, brings=Privileges(discount_sum=off))
    return Programme(currency=currency, tiers=Tiers(levels=(gold,)))


def _goal(**more: Any) -> Programme:
    usual: dict[str, Any] = {"counted": OfOrders(), "benefit": Badge(), "key": "c7", "name": "Named"}
    return Programme(currency="RUB", challenges=(Challenge(**usual | more),))


def _day(**more: Any) -> Programme:
    usual: dict[str, Any] = {"key": "d7", "name": "Named", "benefit": PointsGiven(points_minor=5_050)}
    return Programme(currency="RUB", personal_days=(PersonalDay(**usual | more),))


def test_a_second_day_does_not_begin_as_another_birthday(inside: Client) -> None:
    _add(inside, "days", given_benefit="points", given_points="300")
    offered = _sent(inside.get(reverse("loyalty-programme-part-new", args=["days"])).text)
    assert (offered["which"], offered["name"]) == (["first_order"], [""])


SEGMENT = {"node": "segment", "segment": 0, "member": True}
"""Filled in with the segment there is."""
COMPLEX = {"node": "all", "of": [{"node": "orders", "at_least": 3}]}
FIVE = {"field": "stars", "test": {"is": "range", "low": "5"}}
COUPON = CouponGiven(amount_minor=50_000, goods=COFFEE, total_from_minor=100_000, days=30)


@pytest.mark.parametrize(
    ("kind", "key", "programme"),
    [
        ("rules", "r7", _rule(ByPercent(percent=Decimal("2.50")), goods=COFFEE, instead=True)),
        ("rules", "r7", _rule(ByPercent(percent=Decimal(0)), goods=COFFEE, instead=True)),
        ("rules", "r7", _rule(ByAmount(points_minor=5_050, per_minor=100_000))),
        ("rules", "r7", _rule(ByPiece(points_minor=100), goods=Goods(products=("A",)))),
        ("rules", "r7", _rule(ByOrder(points_minor=10**9))),
        ("rules", "r7", _rule(Times(factor=Decimal("1.5")), when=When(weekdays=(1, 7), tiers=("t2",)))),
        (
            "rules",
            "r7",
            _rule(
                Times(factor=Decimal(2)),
                when=When(
                    who=SEGMENT, first=date(2024, 3, 1), last=date(2024, 3, 31), branches=("Main", "Old"),
                    channels=("app",), total_from_minor=123_456,
                ),
            ),
        ),
        ("rules", "r7", _rule(ByOrder(points_minor=100), when=When(who=COMPLEX))),
        ("caps", "all", Programme(currency="RUB", caps=Caps(order_minor=1_050, period="week"))),
        ("reaching", "all", Programme(currency="RUB", tiers=TIERS.model_copy(update={"span": "ever"}))),
        ("tiers", "t2", Programme(currency="RUB", tiers=TIERS)),
        (
            "tiers",
            "t1",
            Programme(
                currency="RUB",
                tiers=Tiers(
                    measure="orders",
                    levels=(
                        Tier(
                            key="t1", name="T", from_minor=5,
                            brings=Privileges(
                                cashback_percent=Decimal(7), factor=Decimal("1.25"), manager=True,
                                discount_percent=Decimal("2.5"), free_delivery=True,
                            ),
                        ),
                    ),
                ),
            ),
        ),
        ("tiers", "t1", _card("RUB", SumOff(amount_minor=30_050, total_from_minor=200_000))),
        ("tiers", "t1", _card("JPY", SumOff(amount_minor=300))),
        (
            "challenges",
            "c7",
            _goal(counted=OfOrders(goods=COFFEE, total_from_minor=50, pieces=True), times=6, repeats=True,
                  most=3, shape="stamps", benefit=GiftGiven(name="Cup", cost_minor=3_050, days=9)),
        ),
        (
            "challenges",
            "c7",
            _goal(counted=OfEvents(event="review_left", where=(FIVE,)),
                  window="days", days=14, benefit=COUPON),
        ),
        (
            "challenges",
            "c7",
            _goal(in_a_row="weeks", times=4, window="campaign", first=date(2024, 1, 1),
                  last=date(2024, 2, 29), who=SEGMENT, benefit=TaskGiven(name="An hour", due_days=5)),
        ),
        ("days", "d7", _day(before=3, after=7, who=COMPLEX)),
        ("days", "d7", _day(which="date", month=2, day=29, benefit=PointsGiven(points_minor=100, days=5))),
        ("days", "d7", _day(which="first_order", benefit=CouponGiven(percent=Decimal("12.5")))),
        (
            "friends",
            "all",
            Programme(
                currency="RUB",
                referral=Referral(
                    referrer=COUPON, friend=GiftGiven(name="Mug"), order_from_minor=5, wait_days=0,
                    period="year", most=None, who=SEGMENT, url="https://shop.example/?code=",
                ),
            ),
        ),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_a_part_that_is_opened_and_kept_is_the_same(
    inside: Client, kind: str, key: str, programme: Programme
) -> None:
    Branch.objects.create(source="shop", external_id="1", name="Main")
    segment = Segment.objects.create(
        name="Best", kind="static", state="ready", created_at=shops.NOW, condition=None
    )
    text = programme.model_dump_json().replace('"segment":0', f'"segment":{segment.pk}')
    whole = Programme.model_validate_json(text)
    books.publish(programme=whole)
    answer = _keep(inside, kind, key)
    assert answer.status_code == 302, shops.plain(answer.text)
    assert _drafted() == whole


@pytest.mark.slow
@pytest.mark.parametrize("key", [one.key for one in ready.programmes("RUB")])
def test_each_part_of_a_ready_programme_is_the_same_after_its_form(inside: Client, key: str) -> None:
    found = ready.programme(key, "RUB")
    assert found is not None
    books.publish(programme=found.programme)
    for name, kind in KINDS.items():
        for part in kind.get(found.programme):
            answer = _keep(inside, name, key_of(part) or "all")
            assert answer.status_code == 302, shops.plain(answer.text)
    assert _drafted() == found.programme


def test_a_new_part_of_each_kind(inside: Client) -> None:
    assert (
        _add(inside, "rules", name="Coffee", percent="7,5", categories=["Coffee", " Coffee "]).status_code
        == 302
    )
    _add(inside, "tiers", name="Gold", start="30 000", factor="2")
    _add(inside, "tiers", name="Silver", start="10000", discount="amount", off="300", off_from="2 000")
    _add(inside, "challenges", "stamps", name="Sixth cup", categories=["Coffee"], given_gift="A cup")
    _add(inside, "days", given_benefit="points", given_points="300")
    _keep(inside, "friends", "all", url="")
    _keep(inside, "caps", "all", order="1000")
    programme = _drafted()
    (rule,) = programme.rules
    assert (rule.key, rule.gives, rule.goods) == (
        "r1", ByPercent(percent=Decimal("7.5")), Goods(categories=("Coffee",)),
    )  # fmt: skip
    assert programme.tiers is not None
    assert [(tier.name, tier.key) for tier in programme.tiers.levels] == [("Silver", "t2"), ("Gold", "t1")]
    (goal,) = programme.challenges
    assert (goal.times, goal.repeats, goal.benefit) == (6, True, GiftGiven(name="A cup"))
    assert goal.counted == OfOrders(goods=Goods(categories=("Coffee",)), pieces=True)
    assert programme.personal_days[0].benefit == PointsGiven(points_minor=30_000)
    assert programme.referral is not None
    assert programme.caps.order_minor == 100_000
    page = shops.plain(inside.get(PATH).text)
    assert "7.5% more comes back as points for goods of the category “Coffee”." in page
    assert "“Gold” from RUB 30,000" in page
    assert "“Silver” from RUB 10,000: RUB 300 off every purchase of RUB 2,000 or more." in page


@pytest.mark.parametrize(
    ("kind", "said", "problem"),
    [
        ("rules", {"name": ""}, "Give it a name."),
        ("rules", {"name": "A", "percent": ""}, "This is missing."),
        ("rules", {"name": "A", "percent": "101"}, "Write a number from 0 to 100."),
        ("rules", {"name": "A", "gives": "amount", "per": "0"}, "Write a number above 0."),
        ("rules", {"name": "A", "gives": "nothing"}, "Say for which goods."),
        ("rules", {"name": "A", "gives": "times", "factor": "0.5"}, "Write a number from 1 to 100."),
        ("rules", {"name": "A", "first": "2024-03-02", "last": "2024-03-01"}, "before the first day"),
        ("rules", {"name": "A", "first": "soon"}, "Choose the day."),
        ("rules", {"name": "A", "categories": ["x" * 81]}, "Names of at most 80 characters"),
        ("rules", {"name": "A", "who": "77"}, "Select a valid choice."),
        ("tiers", {"name": "A", "start": ""}, "Write a number."),
        ("tiers", {"name": "A", "start": "1", "discount": "amount"}, "This is missing."),
        ("tiers", {"name": "A", "start": "1", "discount": "amount", "off": "0"}, "a number above 0."),
        ("tiers", {"name": "A", "start": "1", "discount": "percent", "percent": "101"}, "from 0 to 100."),
        ("challenges", {"name": "A", "times": "0"}, "Write a number from 1"),
        ("challenges", {"name": "A", "counted": "events"}, "This is missing."),
        ("challenges", {"name": "A", "window": "campaign"}, "This is missing."),
        ("challenges", {"name": "A", "counted": "pieces", "in_a_row": "days"}, "choose orders"),
        ("challenges", {"name": "A", "given_benefit": "coupon", "given_off": "101"}, "At most 100 percent."),
        ("challenges", {"name": "A", "given_benefit": "coupon", "given_off": "0"}, "Write a number above 0."),
        ("days", {"which": "date", "day": "31", "month": "4"}, "This month has no such day."),
    ],
)
def test_what_cannot_be_read_is_said_where_it_stands(
    inside: Client, kind: str, said: dict[str, Any], problem: str
) -> None:
    answer = _add(inside, kind, **said)
    assert (answer.status_code, problem in shops.plain(answer.text)) == (422, True)
    assert queries.draft() is None


def test_what_stands_in_fields_of_another_choice_is_not_looked_at(inside: Client) -> None:
    answer = _add(inside, "rules", name="A", gives="order", points="50", percent="nonsense", per="x")
    assert answer.status_code == 302
    assert _drafted().rules[0].gives == ByOrder(points_minor=5_000)


def test_the_sentence_follows_the_form(inside: Client) -> None:
    address = reverse("loyalty-programme-part-new", args=["rules"])
    sent = _sent(inside.get(address).text)
    live = reverse("loyalty-programme-part-says", args=["rules"])
    said = shops.plain(inside.post(live, sent | {"name": "A", "weekdays": ["6", "7"]}).text)
    assert "At weekends, 5% more comes back as points." in said
    said = shops.plain(inside.post(live, sent | {"name": "A", "percent": "much"}).text)
    assert "Percent: Write a number, such as 5 or 2.5." in said


def test_names_nobody_sells_under_are_pointed_out(inside: Client) -> None:
    Product.objects.create(source="shop", external_id="1", name="Latte", category="Coffee")
    live = reverse("loyalty-programme-part-says", args=["rules"])
    sent = _sent(inside.get(reverse("loyalty-programme-part-new", args=["rules"])).text) | {"name": "A"}
    said = shops.plain(
        inside.post(live, sent | {"categories": ["Cofee", "COFFEE"], "products": ["latte"]}).text
    )
    assert "There is no “Cofee” among your goods yet." in said
    assert "COFFEE” among" not in said
    assert "latte” among" not in said


# --- lists ---------------------------------------------------------------------------------------------
def _three(days_ago: int = 0) -> None:
    rules = tuple(Rule(key=f"r{n}", name=f"Rule {n}", gives=ByOrder(points_minor=n * 100)) for n in (1, 2, 3))
    books.publish(programme=Programme(currency="RUB", rules=rules), days_ago=days_ago)


def _names() -> list[str]:
    return [rule.name for rule in _drafted().rules]


def test_parts_move_up_and_down(inside: Client) -> None:
    _three()
    _do(inside, "rules", "r3", "up")
    assert _names() == ["Rule 1", "Rule 3", "Rule 2"]
    _do(inside, "rules", "r1", "down")
    assert _names() == ["Rule 3", "Rule 1", "Rule 2"]
    _do(inside, "rules", "r3", "up")  # it is the first
    assert _names() == ["Rule 3", "Rule 1", "Rule 2"]


def test_a_change_of_order_alone_can_be_published(inside: Client) -> None:
    _three()
    _do(inside, "rules", "r3", "up")
    page = shops.plain(inside.get(f"{PATH}look/").text)
    assert "Names, costs or the order of rules change." in page
    assert "Nothing differs" not in page


def test_a_copy_has_a_key_no_version_ever_had(inside: Client) -> None:
    _three(days_ago=2)
    books.publish(
        programme=Programme(currency="RUB", rules=queries.versions()[0].programme.rules[:2]), days_ago=1
    )
    _do(inside, "rules", "r1", "copy")
    assert [(rule.key, rule.name) for rule in _drafted().rules] == [
        ("r1", "Rule 1"), ("r4", "Rule 1, copy"), ("r2", "Rule 2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("do", "said", "names"),
    [
        ("remove", "“Rule 2” is removed from the draft.", ["Rule 1", "Rule 3"]),
        ("copy", "“Rule 2” is copied in the draft.", ["Rule 1", "Rule 2", "Rule 2, copy", "Rule 3"]),
    ],
)
def test_what_was_done_to_a_part_can_be_undone(inside: Client, do: str, said: str, names: list[str]) -> None:
    _three()
    look = reverse("loyalty-programme-look")
    assert look not in inside.get(PATH).text  # nothing to publish
    page = _do(inside, "rules", "r2", do)
    assert said in page
    assert look in page
    assert _names() == names
    undo = page.partition(f'action="{PATH}draft/?do=undo')[2].partition('"')[0]
    back = inside.post(f"{PATH}draft/?do=undo{undo.replace('&amp;', '&')}", follow=True).text
    assert "The last change is taken back." in back
    assert queries.draft() is None


def test_the_last_tier_goes_with_all_of_them(inside: Client) -> None:
    books.publish(programme=Programme(currency="RUB", tiers=Tiers(levels=(GOLD,))))
    _do(inside, "tiers", "t1", "remove")
    assert _drafted().tiers is None


# --- two at once ---------------------------------------------------------------------------------------
def test_two_who_change_different_parts_both_have_their_way(inside: Client) -> None:
    _three()
    other = shops.browser_of(shops.colleague(Role.OWNER, "Пётр"))
    mine = _open(inside, "rules", "r1")
    _keep(other, "rules", "r2", points="7")
    answer = inside.post(reverse("loyalty-programme-part", args=["rules", "r1"]), mine | {"points": "5"})
    assert answer.status_code == 302
    assert [rule.gives.points_minor for rule in _drafted().rules] == [500, 700, 300]  # type: ignore[union-attr]


def test_two_who_change_the_same_part_are_told(inside: Client) -> None:
    _three()
    other = shops.browser_of(shops.colleague(Role.OWNER, "Пётр"))
    mine = _open(inside, "rules", "r1")
    _keep(other, "rules", "r1", points="7")
    address = reverse("loyalty-programme-part", args=["rules", "r1"])
    answer = inside.post(address, mine | {"points": "5"})
    assert answer.status_code == 422
    told = shops.plain(answer.text)
    assert "Somebody changed this part meanwhile" in told
    assert "Changed by Пётр, 1 May, 12:00." in told
    assert "It says now: 7 points more for an order." in told
    assert 'name="points" value="5"' in answer.text
    assert inside.post(address, _sent(answer.text)).status_code == 302  # once more, knowing it
    assert _drafted().rules[0].gives == ByOrder(points_minor=500)


def test_a_part_somebody_removed_is_not_brought_back_unseen(inside: Client) -> None:
    _three()
    mine = _open(inside, "rules", "r1")
    _do(inside, "rules", "r1", "remove")
    address = reverse("loyalty-programme-part", args=["rules", "r1"])
    page = inside.post(address, mine | {"points": "5"}, follow=True).text
    assert "This part is not in the programme any more." in page
    assert _names() == ["Rule 2", "Rule 3"]


# --- the draft as a whole ------------------------------------------------------------------------------
def test_a_draft_is_thrown_away_and_brought_back(inside: Client) -> None:
    _three()
    _do(inside, "rules", "r1", "remove")
    draft = queries.draft()
    assert draft is not None
    page = inside.post(f"{PATH}draft/", {"do": "drop", "seen": draft.number}, follow=True).text
    assert "The draft is thrown away." in page
    assert queries.draft() is None
    inside.post(f"{PATH}draft/?do=restore")
    assert _names() == ["Rule 2", "Rule 3"]


def test_a_draft_that_moved_on_is_not_thrown_away(inside: Client) -> None:
    _three()
    _do(inside, "rules", "r1", "remove")
    draft = queries.draft()
    assert draft is not None
    _do(inside, "rules", "r2", "remove")
    page = inside.post(f"{PATH}draft/", {"do": "drop", "seen": draft.number}, follow=True).text
    assert "Somebody changed the draft meanwhile." in page
    assert _names() == ["Rule 3"]


def test_a_draft_begins_from_an_older_version(inside: Client) -> None:
    _three(days_ago=2)
    books.publish(programme=Programme(currency="RUB", cashback_percent=Decimal(9)))
    old = queries.versions()[0]
    page = shops.plain(inside.get(reverse("loyalty-programme-versions")).text)
    assert "Begin from this" in page
    inside.post(f"{PATH}draft/", {"do": "begin", "version": old.id}, follow=True)
    assert _drafted() == old.programme


def test_the_audit_log_names_the_part_and_what_was_done_to_it(inside: Client) -> None:
    _add(inside, "rules", name="Coffee week", percent="10")
    _keep(inside, "rules", "r1", name="Coffee days")
    _keep(inside, "rules", "r1", percent="11")
    _keep(inside, "caps", "all", order="500")
    _do(inside, "rules", "r1", "copy")
    _do(inside, "rules", "r2", "up")
    _do(inside, "rules", "r2", "remove")
    draft = queries.draft()
    assert draft is not None
    inside.post(f"{PATH}draft/", {"do": "undo", "seen": draft.number})
    draft = queries.draft()
    assert draft is not None
    inside.post(f"{PATH}draft/", {"do": "drop", "seen": draft.number})
    lines = team.log_page(which=LogFilter(), limit=20)[::-1]
    assert [line.text for line in sentences(lines) if "draft" in line.line.action] == [
        "Draft of the programme begun (Rules of earning, “Coffee week”: added)",
        "Draft of the programme changed (Rules of earning, “Coffee days”: changed)",
        "Draft of the programme changed (Limits: changed)",
        "Draft of the programme changed (Rules of earning, “Coffee days”: copied)",
        "Draft of the programme changed (Rules of earning, “Coffee days, copy”: put in another place)",
        "Draft of the programme changed (Rules of earning, “Coffee days, copy”: removed)",
        "Draft of the programme changed (the last change taken back)",
        "Draft of the programme thrown away",
    ]


# --- an order of one's own -----------------------------------------------------------------------------
def test_an_order_is_tried_on_the_draft(inside: Client) -> None:
    _add(inside, "rules", name="Coffee week", percent="10", categories=["Coffee"])
    _add(inside, "tiers", name="Gold", start="1", discount="percent", percent="10", cashback="7")
    address = reverse("loyalty-programme-tried")
    asked: dict[str, Any] = {
        "amount": ["1000", "500"],
        "pieces": ["1", ""],
        "goods": ["coffee", ""],
        "fits": "on",
    }
    said = shops.plain(inside.get(address, asked).text)
    assert "<strong>175 points</strong>" in said  # 5 % of 1,500 and 10 % of 1,000
    assert "Coffee week" in said
    gold = shops.plain(inside.get(address, asked | {"tier": "t1"}).text)
    assert "<strong>184 points</strong>" in gold  # 7 % of 1,350 is 94.50, and 10 % of 900
    assert "The tier “Gold” takes off RUB 150." in gold


def test_an_order_is_tried_in_a_branch_and_through_a_channel(inside: Client) -> None:
    address = reverse("loyalty-programme-tried")
    page = inside.get(PATH).text
    assert 'name="branch"' not in page  # there are none, and nothing asks for any
    assert 'name="channel"' not in page
    Branch.objects.create(source="shop", external_id="1", name="Arbat")
    assert 'name="branch"' not in inside.get(PATH).text  # no rule asks which
    _add(inside, "rules", name="At home", gives="order", points="30", branches=["Arbat"])
    _add(inside, "rules", name="By app", gives="order", points="7", channels=["App"])

    def earns(**said: str) -> str:
        asked = {"amount": "1000", "fits": "on"} | said
        text = shops.plain(inside.get(address, asked).text)
        return text.partition("<strong>")[2].partition(" point")[0]

    assert [earns(), earns(branch="Arbat"), earns(channel="App")] == ["50", "80", "57"]
    assert earns(branch="Arbat", channel="App") == "87"
    assert earns(branch="Nowhere", channel="x") == "50"  # what nothing offers is none


def test_branches_rules_ask_for_are_offered_though_they_are_gone(inside: Client) -> None:
    when = When(branches=("Gone", "ARBAT"), channels=("app",))
    books.publish(programme=_rule(ByOrder(points_minor=100), when=when))
    Branch.objects.create(source="shop", external_id="1", name="Arbat")
    page = inside.get(PATH, {"amount": "1000", "branch": "Gone"}).text
    offered = page.partition('name="branch"')[2].partition("</select>")[0]
    assert [part.partition('"')[0] for part in offered.split('<option value="')[1:]] == ["", "Arbat", "Gone"]
    assert '<option value="Gone" selected>' in offered


@pytest.mark.parametrize("asked", [{"amount": "many"}, {"amount": "1e99"}, {"amount": "1", "day": "soon"}])
def test_an_order_that_cannot_be_read_is_said(inside: Client, asked: dict[str, str]) -> None:
    said = inside.get(reverse("loyalty-programme-tried"), asked).text
    assert "Write amounts as numbers" in said
