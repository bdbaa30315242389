"""The catalogue of rewards, gifts over the counter, good causes, and the rewards of one customer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.console.voice import voice
from regulars.console.wording.happenings_words import sentence
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.models import ProgrammeVersion, Reward
from regulars.loyalty.types import MINOR, Mechanic, NewGrant, Programme, Wanted
from regulars.loyalty.types.benefits import CouponGiven, GiftGiven
from regulars.loyalty.types.rewards import NewReward, Redeeming, RewardKind, RewardRow, RewardState
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
CATALOGUE_QUERIES = 10
WAITING_QUERIES = 9
CUSTOMER_QUERIES = 18
TIERS = {"levels": [{"key": "gold", "name": "Gold", "from_minor": 100_000_00}]}
FORM = {"kind": "thing", "name": "Cup", "price": "300", "left": "10", "due_days": "3"}


class Counter:
    """A programme, a customer with 1,000 points, and colleagues with their browsers."""

    def __init__(self) -> None:
        began = NOW - 300 * DAY
        document = Programme.model_validate({"currency": "RUB", "tiers": TIERS})
        services.publish(programme=document, since=None, now=began, user_id=None)
        self.person = shops.person("Анна Смирнова", number="77")
        self.profile = Profile.objects.get(person_id=self.person).pk
        lot = Wanted(
            key="opening:1",
            profile_id=self.profile,
            points_minor=1000 * MINOR,
            at=began,
            earned_at=began,
            usable_at=began,
            expires_at=None,
        )
        services.settle(wanted=[lot], when_spent="owe", now=began)

    def browser(self, role: Role = Role.MARKETER, language: str = "en") -> Client:
        return shops.browser_of(shops.colleague(role), language)

    def reward(self, **more: object) -> RewardRow:
        told = {"name": "Cup", "kind": RewardKind.THING, "price_minor": 300 * MINOR, "left": 10} | more
        return services.add_reward(new=NewReward(**told), now=NOW - DAY)  # type: ignore[arg-type]

    def take(self, reward: RewardRow, key: str = "k") -> int:
        new = Redeeming(key=key, reward_id=reward.id, profile_id=self.profile, at=NOW - DAY)
        return services.redeem(new=new, now=NOW - DAY).id

    def give_coffee(self) -> int:
        grant = NewGrant(
            key="challenge:coffee:1",
            profile_id=self.profile,
            mechanic=Mechanic.CHALLENGE,
            part="coffee",
            name="Sixth coffee",
            benefit=GiftGiven(name="A cup of coffee", days=30),
            at=NOW - DAY,
        )
        services.grant(grants=[grant], now=NOW - DAY)
        return loyalty.grants_by_key([grant.key])[grant.key].id

    def has(self) -> int:
        return loyalty.balance(profile_id=self.profile, at=NOW).spendable_minor // MINOR


@pytest.fixture
def counter(db: None) -> Counter:
    return Counter()


def read(browser: Client, view: str, /, *args: object, **query: str) -> str:
    with clock.fixed(NOW):
        answer = browser.get(reverse(view, args=args), query)
    assert answer.status_code == 200, answer
    return shops.plain(answer.text)


def send(browser: Client, view: str, /, *args: object, undo: str = "", **form: str) -> str:
    with clock.fixed(NOW):
        answer = browser.post(reverse(view, args=args) + undo, form, follow=True)
    return shops.plain(answer.text)


def test_an_empty_catalogue_says_what_to_do_first(counter: Counter) -> None:
    owner = read(counter.browser(), "loyalty-rewards")
    assert "No rewards yet" in owner
    assert reverse("loyalty-reward-new") in owner
    assert reverse("loyalty-reward-new") not in read(counter.browser(Role.CASHIER), "loyalty-rewards")


def test_a_reward_for_a_tier_that_is_gone_is_mended(counter: Counter) -> None:
    browser = counter.browser()
    row = counter.reward(name="Gold only", tiers=("gold",))
    assert "Nobody can take it" not in read(browser, "loyalty-rewards")
    bare = Programme(currency="RUB")
    later = services.publish(programme=bare, since=NOW + DAY, now=NOW - DAY, user_id=None)
    assert "Nobody can take it" not in read(browser, "loyalty-rewards")  # the tier is there until tomorrow
    ProgrammeVersion.objects.filter(pk=later.id).update(since=NOW - DAY)
    loyalty.forget_versions()
    shown = read(browser, "loyalty-rewards")
    assert "Nobody can take it: the programme does not have this tier any more." in shown
    assert "for nobody" in shown
    assert "with the tier “Gold”" in shown  # by its name, though nothing has it any more
    assert f"{reverse('loyalty-reward', args=[row.id])}#id_tiers" in shown
    form = read(browser, "loyalty-reward", row.id)
    assert "Gold (not any more)" in form
    seen = {"changes": "0", "left_seen": "10"}
    shown = send(browser, "loyalty-reward", row.id, **FORM | {"name": "Gold only"}, **seen)
    assert "Nobody can take it" not in shown
    assert loyalty.reward(row.id).tiers == ()  # type: ignore[union-attr]


def test_a_reward_is_added_changed_paused_and_removed(counter: Counter) -> None:
    browser = counter.browser()
    added = send(browser, "loyalty-reward-new", **FORM, tiers="gold", most_each="2", last="2024-05-31")
    assert "“Cup” is in the catalogue." in added
    assert (
        "“Cup” for 300 points, with the tier “Gold”, at most 2 for each customer, "
        "until 31 May 2024, all that day." in added
    )
    (row,) = loyalty.rewards()
    assert (row.left, row.most_each, row.tiers) == (10, 2, ("gold",))
    form = read(browser, "loyalty-reward", row.id)
    assert 'value="2024-05-31"' in form
    assert 'name="changes" value="0"' in form
    changed = send(
        browser,
        "loyalty-reward",
        row.id,
        **FORM | {"name": "Big cup", "price": "1 250,5"},
        changes="0",
        left_seen="10",
    )
    assert "“Big cup” for 1,250.5 points." in changed
    late = send(browser, "loyalty-reward", row.id, **FORM, changes="0", left_seen="10")
    assert "A colleague changed this reward meanwhile" in late
    assert "is paused" in send(browser, "loyalty-reward-state", row.id, state="pause")
    assert "is offered again" in send(browser, "loyalty-reward-state", row.id, undo="?state=run")
    assert "out of the catalogue" in send(browser, "loyalty-reward-state", row.id, state="remove")
    assert loyalty.rewards() == []
    assert "is offered again" in send(browser, "loyalty-reward-state", row.id, undo="?state=run")
    logged = AuditLogEntry.objects.filter(action=Action.REWARD_CHANGED.value)
    assert [entry.details["what"] for entry in logged.order_by("id")] == [
        "added",
        "changed",
        "paused",
        "running",
        "removed",
        "running",
    ]


COUPON = {
    "kind": "coupon",
    "name": "A tea coupon",
    "price": "200",
    "left": "5",
    "off": "10",
    "off_in": "percent",
    "off_days": "14",
    "categories": "Чай",
}
IN_WORDS = (
    "“A tea coupon” for 200 points: a coupon for 10% off goods of the category “Чай”, valid for 14 days."
)


def test_a_coupon_is_said_while_it_is_filled_in_added_and_changed(counter: Counter) -> None:
    browser = counter.browser()
    assert IN_WORDS in send(browser, "loyalty-reward-new-says", **COUPON)
    assert "no “Чай” among your goods" in send(browser, "loyalty-reward-new-says", **COUPON)
    assert "The coupon takes off: " in send(browser, "loyalty-reward-new-says", **COUPON | {"off": "many"})
    assert "At most 100 percent." in send(browser, "loyalty-reward-new", **COUPON | {"off": "120"})
    assert "This is missing." in send(browser, "loyalty-reward-new", **COUPON | {"off_days": ""})
    assert loyalty.rewards() == []
    assert IN_WORDS in send(browser, "loyalty-reward-new", **COUPON)
    (row,) = loyalty.rewards()
    assert (row.kind, row.left, row.cost_minor) == (RewardKind.COUPON, 5, 0)
    form = read(browser, "loyalty-reward", row.id)
    assert IN_WORDS in form
    assert 'value="Чай"' in form
    assert 'name="kind"' not in form
    assert 'name="due_days"' not in form
    money = COUPON | {"off": "300", "off_in": "money", "off_from": "1000", "categories": ""}
    changed = send(browser, "loyalty-reward", row.id, **money, changes="0", left_seen="5")
    assert ": a coupon for RUB 300 off an order of RUB 1,000 or more, valid for 14 days." in changed


def test_a_coupon_is_taken_for_a_customer_shown_with_its_code_and_given_back(counter: Counter) -> None:
    send(counter.browser(), "loyalty-reward-new", **COUPON)
    (row,) = loyalty.rewards()
    browser = counter.browser(Role.AGENT)
    taken = send(browser, "customers-rewards-take", counter.person, row.id, key="one")
    (order,) = loyalty.reward_orders_of(counter.person)
    code = loyalty.reward_codes([order])[order.id]
    assert f"“A tea coupon” is taken for 200 points. The code: {code}." in taken
    page = read(browser, "customers-rewards", counter.person)
    assert code in page
    assert "not used yet" in page
    # Fourteen whole days after this one; the page of rewards says the same last day as the card.
    assert "until 15 May" in page
    card = read(browser, "customers-card", counter.person)
    assert "until 15 May" in card.partition(code)[2][:200]
    assert "waits at the counter" not in page
    here = reverse("customers-rewards", args=[counter.person])
    back = send(browser, "loyalty-rewards-cancel", order.id, next=here)
    assert "“A tea coupon” is given back, 200 points returned." in back
    assert counter.has() == 1000
    assert code not in read(browser, "customers-rewards", counter.person)
    with clock.fixed(NOW):
        catalogue = rows_of(counter.browser().get(reverse("loyalty-rewards-export")))
        taken_out = rows_of(counter.browser().get(reverse("loyalty-rewards-taken-export")))
    assert (catalogue[1][1], catalogue[1][-1]) == ("coupon", IN_WORDS)
    assert taken_out[1][5] == "given back"


def test_what_is_wrong_with_a_reward_is_said_at_the_form(counter: Counter) -> None:
    answer = send(counter.browser(), "loyalty-reward-new", **FORM | {"name": "", "price": "many"})
    assert "Say in a few words what the customer gets." in answer
    assert "Write a number" in answer
    turned = send(counter.browser(), "loyalty-reward-new", **FORM, first="2024-05-20", last="2024-05-10")
    assert "The last day comes before the first." in turned
    assert not Reward.objects.exists()


def test_the_number_left_takes_what_was_sold_meanwhile_into_account(counter: Counter) -> None:
    row = counter.reward()
    counter.take(row)
    form = FORM | {"left": "30"}
    send(counter.browser(), "loyalty-reward", row.id, **form, changes="0", left_seen="10")
    assert loyalty.rewards()[0].left == 29


def test_the_catalogue_tells_what_was_taken_lately(
    counter: Counter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counter.take(counter.reward(left=4))
    counter.reward(name="Gone", left=0, price_minor=200 * MINOR)
    for number in range(5):
        counter.reward(name=f"Towel {number}", price_minor=400 * MINOR)
    browser = counter.browser()
    read(browser, "loyalty-rewards")
    with django_assert_num_queries(CATALOGUE_QUERIES):
        page = read(browser, "loyalty-rewards")
    assert "0 in the 30 days before" in page
    assert "1 gift waits to be handed out" in page
    assert page.count("sold out") == 1
    assert "3 left" in page


def test_who_stands_at_the_counter_finds_a_gift_and_hands_it_out_once(
    counter: Counter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counter.take(counter.reward())
    gift = counter.give_coffee()
    browser = counter.browser(Role.CASHIER)
    read(browser, "loyalty-rewards-waiting")
    with django_assert_num_queries(WAITING_QUERIES):
        page = read(browser, "loyalty-rewards-waiting")
    assert "2 gifts wait to be handed out." in page
    assert "for “Sixth coffee”" in page
    assert "taken for 300 points" in page
    assert "until 30 May" in page
    assert "Give back" not in page
    assert "A cup of coffee" in read(browser, "loyalty-rewards-waiting", q="смирн")
    assert "Nothing waits for whom this finds" in read(browser, "loyalty-rewards-waiting", q="nobody")
    done = send(browser, "loyalty-rewards-hand-out", gift, next=reverse("loyalty-rewards-waiting"))
    assert "“A cup of coffee” is handed out." in done
    assert "1 gift waits" in done
    assert "fetched or taken back already" in send(browser, "loyalty-rewards-hand-out", gift)
    assert "waits again" in send(browser, "loyalty-rewards-hand-out", gift, undo="?undo=1")
    told = read(counter.browser(Role.OWNER), "settings-log")
    assert "Sixth coffee: handed out" in told
    assert "Sixth coffee: not fetched after all" in told
    logged = AuditLogEntry.objects.filter(action=Action.REWARD_HANDED_OUT.value).order_by("id")
    assert [entry.details["what"] for entry in logged] == ["handed out", "not fetched"]


def test_pages_of_the_waiting_follow_each_other(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.views.rewards_waiting.LINES", 2)
    for number in range(3):
        counter.take(counter.reward(name=f"Cup {number}"), str(number))
    browser = counter.browser(Role.CASHIER)
    with clock.fixed(NOW):
        answer = browser.get(reverse("loyalty-rewards-waiting"))
        following = browser.get(answer.context["older_url"])
    assert "Cup 2" not in answer.text
    assert [line.what for line in following.context["lines"]] == ["Cup 2"]


def test_an_agent_takes_a_reward_for_a_customer_and_gives_it_back(
    counter: Counter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row = counter.reward()
    counter.reward(name="Towel", price_minor=1200 * MINOR)
    counter.reward(name="Gold only", tiers=("gold",))
    counter.give_coffee()
    browser = counter.browser(Role.AGENT)
    read(browser, "customers-rewards", counter.person)
    with django_assert_num_queries(CUSTOMER_QUERIES):
        page = read(browser, "customers-rewards", counter.person)
    assert "200 points more are needed" in page
    assert "for another tier" in page
    assert "can spend 1,000 points." in page
    taken = send(browser, "customers-rewards-take", counter.person, row.id, key="one")
    assert "“Cup” is taken for 300 points." in taken
    send(browser, "customers-rewards-take", counter.person, row.id, key="one")
    assert counter.has() == 700
    (order,) = loyalty.reward_orders_of(counter.person)
    back = send(browser, "loyalty-rewards-cancel", order.id)
    assert "“Cup” is given back, 300 points returned." in back
    assert counter.has() == 1000
    logged = AuditLogEntry.objects.filter(action=Action.REWARD_TAKEN.value).order_by("id")
    assert [entry.details["what"] for entry in logged] == ["taken", "taken", "given back"]


def test_points_of_a_coupon_that_is_over_are_given_back_with_a_warning(counter: Counter) -> None:
    row = counter.reward(kind=RewardKind.COUPON, coupon=CouponGiven(percent=Decimal(10), days=14))
    new = Redeeming(key="k", reward_id=row.id, profile_id=counter.profile, at=NOW - 20 * DAY)
    order = services.redeem(new=new, now=NOW - 20 * DAY)
    browser = counter.browser(Role.AGENT)
    assert "give the points back only as a favour" in read(browser, "customers-rewards", counter.person)
    assert "300 points returned." in send(browser, "loyalty-rewards-cancel", order.id)
    assert counter.has() == 1000


@pytest.mark.parametrize(
    "page", ["-5", "nowhere", "javascript:alert(1)", "//elsewhere.example/", "/\\elsewhere"]
)
def test_who_says_where_to_go_back_to_comes_back_here(counter: Counter, page: str) -> None:
    order = counter.take(counter.reward())
    told = counter.browser().post(reverse("loyalty-rewards-cancel", args=[order]), {"next": page})
    assert (told.status_code, told["Location"]) == (302, reverse("loyalty-rewards-waiting"))


def test_a_key_that_no_form_has_is_no_mistake_of_ours(counter: Counter) -> None:
    address = reverse("customers-rewards-take", args=[counter.person, counter.reward().id])
    assert counter.browser().post(address, {"key": "a\0b"}).status_code == 302
    assert loyalty.last_reward_orders(limit=1)


def test_a_refusal_is_told_in_words(counter: Counter) -> None:
    browser = counter.browser(Role.AGENT)
    dear = counter.reward(price_minor=2000 * MINOR)
    answer = send(browser, "customers-rewards-take", counter.person, dear.id, key="a")
    assert "There are not enough points: 1000 can be spent." in answer
    services.set_reward_state(reward_id=dear.id, state=RewardState.PAUSED)
    assert "not offered now" in send(browser, "customers-rewards-take", counter.person, dear.id, key="b")


def test_what_was_given_to_causes_adds_up(counter: Counter) -> None:
    assert "No good cause yet" in read(counter.browser(), "loyalty-rewards-causes")
    trees = counter.reward(name="Trees", kind=RewardKind.CAUSE, left=None)
    counter.take(trees)
    page = read(counter.browser(), "loyalty-rewards-causes")
    assert "Trees" in page
    assert "300 points" in page
    assert "RUB" in page or "₽" in page


def test_lists_are_saved_as_workbooks(counter: Counter) -> None:
    counter.take(counter.reward())
    browser = counter.browser()
    with clock.fixed(NOW):
        found = {
            name: rows_of(browser.get(reverse(f"loyalty-rewards-{name}export")))
            for name in ("", "waiting-", "causes-", "taken-")
        }
    assert found[""][1][:6] == ["Cup", "handed out at the counter", 300, 0, 9, 1]
    assert found["waiting-"][1][:3] == ["Cup", "Анна Смирнова", "taken for 300 points"]
    assert len(found["causes-"]) == 1
    assert found["taken-"][1][1:6] == ["Cup", 1, 300, "Анна Смирнова", "waits at the counter"]
    assert "Анна Смирнова" in read(browser, "loyalty-reward", loyalty.rewards()[0].id)
    lists = AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value).order_by("id")
    assert [entry.details["list"] for entry in lists] == [
        "rewards",
        "gifts",
        "causes",
        "rewards-taken",
    ]


@pytest.mark.parametrize(
    ("role", "name", "allowed"),
    [
        (Role.ANALYST, "loyalty-rewards-waiting", False),
        (Role.CASHIER, "loyalty-rewards-waiting", True),
        (Role.CASHIER, "loyalty-reward-new", False),
        (Role.CASHIER, "loyalty-rewards-causes", False),
        (Role.AGENT, "loyalty-reward-new", False),
    ],
)
def test_who_may_do_what(counter: Counter, role: Role, name: str, allowed: bool) -> None:
    with clock.fixed(NOW):
        answer = counter.browser(role).get(reverse(name))
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize(
    ("name", "told", "text"),
    [
        (
            "benefit_given",
            {"name": "Birthday", "points_minor": 20_000, "kind": "points"},
            "“Birthday”: 200 points",
        ),
        ("benefit_given", {"name": "Birthday", "points_minor": 0, "kind": "coupon"}, "“Birthday”: a coupon"),
        (
            "benefit_withdrawn",
            {"name": "Coffee", "points_minor": 0, "kind": "gift"},
            "“Coffee”: taken back, a gift",
        ),
        ("benefit_given", {}, "Something was given"),
        ("reward_ordered", {"name": "Cup", "points_minor": 30_000}, "Took “Cup” for 300 points"),
        ("reward_cancelled", {"name": "Cup", "points_minor": 30_000}, "Gave “Cup” back, 300 points returned"),
        ("reward_handed_out", {"name": "Cup"}, "Fetched “Cup”"),
        ("reward_handed_out", {"name": 5, "points_minor": "x"}, "Fetched “5”"),
    ],
)
def test_the_timeline_tells_of_rewards(db: None, name: str, told: dict[str, object], text: str) -> None:
    with clock.fixed(NOW), translation.override("en"):
        assert sentence(name, [told], {}, voice()) == text
