"""The page of friends who were brought, and the code of one customer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.console.views.friends import LINES
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.models import FriendReferral
from regulars.loyalty.types import Programme
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, ToldReferral
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
POINTS = {"kind": "points", "points_minor": 30_000}
SEARCH_QUERIES = 13
PREVIEW_QUERIES = 34
"""The session, the user, what they may; the shop, the programme; both customers; and telling of them."""
PAGE_QUERIES = 11
"""The session, the user, what they may; the shop, the programme; the figures, what was given, the reasons;
the list with its numbers, and the names in it."""


class Friends:
    """Anna, who may bring friends, and a marketer's browser."""

    def __init__(self, **referral: object) -> None:
        document = Programme.model_validate(
            {
                "currency": "RUB",
                "referral": {"referrer": POINTS, "friend": POINTS, "wait_days": 14, **referral},
            }
        )
        services.publish(programme=document, since=None, now=NOW - 300 * DAY, user_id=None)
        loyalty.forget_versions()
        self.anna = shops.person("Анна")
        self.order(self.anna, NOW - 200 * DAY)
        self.inside = shops.browser_of(shops.colleague(Role.MARKETER, "Ольга"))

    def order(self, person: int, at: datetime) -> None:
        told = Order(
            source="shop",
            external_id=f"{person}-{at}",
            profile_id=profile_of(person),
            ordered_at=at,
            currency="RUB",
            lines=(OrderLine(amount_minor=200_000),),
        )
        commerce.record_orders(orders=[told], now=NOW)

    def code(self) -> str:
        return services.referral_code(profile_id=profile_of(self.anna), now=NOW)

    def comes(self, person: int, at: datetime | None = None) -> ReferralRow:
        moment = at or NOW - DAY
        told = ToldReferral(
            code=self.code(),
            profile_id=profile_of(person),
            at=moment,
            source=ReferralSource.API,
        )
        return services.refer(told=told, now=moment)

    def see(self, address: str = "", client: Client | None = None) -> str:
        with clock.fixed(NOW):
            answer = (client or self.inside).get(address or reverse("loyalty-friends"))
        assert answer.status_code == 200, answer.status_code
        return words_of(answer.text)


def words_of(page: str) -> str:
    """What one reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", shops.plain(page)).split())


def profile_of(person: int) -> int:
    return Profile.objects.filter(person_id=person).order_by("id")[0].pk


@pytest.fixture
def friends(db: None) -> Friends:
    return Friends()


def test_without_anybody_the_page_says_what_to_do_first(friends: Friends) -> None:
    text = friends.see()
    assert "for their first order, you get 300 points, and the friend 300 points." in text
    assert "Nobody came with a code yet" in text


def test_without_a_part_for_friends_it_leads_to_the_rules(friends: Friends) -> None:
    services.publish(programme=Programme(currency="RUB"), since=NOW - DAY, now=NOW - DAY, user_id=None)
    loyalty.forget_versions()
    assert "Say what who brings a friend gets" in friends.see()


def test_the_figures_the_way_and_the_list(
    friends: Friends, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boris, vera = shops.person("Борис"), shops.person("Вера")
    row = friends.comes(boris, NOW - 40 * DAY)
    friends.order(boris, NOW - 39 * DAY)
    friends.comes(vera)
    friends.comes(friends.anna)
    services.see_to_referrals(now=NOW, limit=100)
    assert loyalty.referral(row.id).rewarded_at == NOW  # type: ignore[union-attr]
    text = friends.see()
    for words in (
        "over 90 days",
        "600 points",
        "Came with a code 3 100%",
        "Nothing spoke against it 2 67%",
        "Both rewarded 1 33%",
        "the friend is the customer themselves 1",
        "has not bought yet",
    ):
        assert words in text, words
    with clock.fixed(NOW), django_assert_num_queries(PAGE_QUERIES):
        friends.inside.get(reverse("loyalty-friends"))
    refused = friends.see(reverse("loyalty-friends") + "?reason=self")
    assert "Only those where the friend is the customer themselves." in refused
    assert "Вера" not in refused


def test_a_refused_friend_is_counted_all_the_same_and_it_is_written_down(friends: Friends) -> None:
    boris = shops.person("Борис")
    told = [
        ProfileIdentity(profile_of(one), IdentityType.PHONE, "+79161234567") for one in (friends.anna, boris)
    ]
    customers.add_identities(identities=told, now=NOW - 2 * DAY)
    row = friends.comes(boris)
    assert row.reason == "same_address"
    assert "both have the same e-mail, phone or address" in friends.see()
    with clock.fixed(NOW):
        answer = friends.inside.post(
            reverse("loyalty-friends-decide", args=[row.id]), {"answer": "yes"}, follow=True
        )
    assert "The friend counts" in shops.plain(answer.text)
    assert FriendReferral.objects.get(pk=row.id).allowed
    entry = AuditLogEntry.objects.get(action=Action.REFERRAL_DECIDED.value)
    assert entry.details == {"referral": row.id, "accepted": True}
    with clock.fixed(NOW):
        friends.inside.post(reverse("loyalty-friends-decide", args=[row.id]), {"answer": "no"})
    assert loyalty.referral(row.id).reason == "decided"  # type: ignore[union-attr]


def test_who_may_not_decide_is_shown_no_button_and_refused(friends: Friends) -> None:
    row = friends.comes(shops.person("Борис"))
    cashier = shops.browser_of(shops.colleague(Role.AGENT, "Олег"))
    assert "Refuse Борис" not in friends.see(client=cashier)
    assert cashier.post(reverse("loyalty-friends-decide", args=[row.id]), {"answer": "no"}).status_code == 403


def test_a_customer_gets_a_code_with_a_picture(friends: Friends) -> None:
    address = reverse("customers-friends", args=[friends.anna])
    assert "No code yet" in friends.see(address)
    with clock.fixed(NOW):
        friends.inside.post(address)
    code = loyalty.code_of_person(friends.anna)
    assert code is not None
    assert friends.code() in friends.see(address)
    with clock.fixed(NOW):
        picture = friends.inside.get(reverse("customers-friends-qr", args=[friends.anna]))
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    friends.comes(shops.person("Борис"))
    assert "Борис" in friends.see(address)
    assert friends.code() in friends.see(reverse("customers-card", args=[friends.anna]))


def test_who_may_not_bring_friends_is_told_so(friends: Friends) -> None:
    boris = shops.person("Борис")
    with clock.fixed(NOW):
        answer = friends.inside.post(reverse("customers-friends", args=[boris]), follow=True)
    assert "may not bring friends" in shops.plain(answer.text)
    assert friends.inside.get(reverse("customers-friends-qr", args=[boris])).status_code == 404


def test_the_list_has_pages_and_can_be_saved(friends: Friends) -> None:
    keys = [("shop", f"F-{n}") for n in range(LINES + 1)]
    found = customers.find_or_create_profiles(keys=keys, now=NOW - 2 * DAY)
    code = friends.code()
    told = [
        ToldReferral(code=code, profile_id=id_, at=NOW - DAY, source=ReferralSource.API)
        for id_ in found.values()
    ]
    services.refer_all(told=told, now=NOW - DAY)
    text = friends.see()
    assert "Further" in text
    last = FriendReferral.objects.order_by("id")[1].pk
    assert "Back" in friends.see(reverse("loyalty-friends") + f"?before={last}")
    with clock.fixed(NOW):
        file = friends.inside.get(reverse("loyalty-friends-export"))
    rows = rows_of(file)
    assert len(rows) == LINES + 2
    assert rows[1][0] == "Анна"


def by_hand(friends: Friends, friend: int, referrer: int, role: Role = Role.AGENT) -> str:
    browser = shops.browser_of(shops.colleague(role, "Олег"))
    with clock.fixed(NOW):
        answer = browser.post(
            reverse("customers-brought-by", args=[friend]), {"referrer": str(referrer)}, follow=True
        )
    return words_of(answer.text)


def test_a_colleague_says_who_brought_a_customer_and_takes_it_back(
    friends: Friends, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boris = shops.person("Борис")
    assert "Say who brought them" in friends.see(reverse("customers-card", args=[boris]))
    page = friends.see(reverse("customers-friends", args=[boris]))
    assert "Nobody that we know of. Say who brought them" in page
    address = reverse("customers-brought-by", args=[boris])
    friends.see(address + "?q=анна")
    with django_assert_num_queries(SEARCH_QUERIES):
        found = friends.see(address + "?q=анна")
    assert "Who brought Борис ?" in found
    assert "They did Анна" in found
    done = by_hand(friends, boris, friends.anna)
    assert "Noted: Анна brought Борис. Both are rewarded as the programme says." in done
    assert "told by Олег" in done
    row = FriendReferral.objects.get()
    assert "Brought by Анна" in friends.see(reverse("customers-card", args=[boris]))
    assert "This was told before" in by_hand(friends, boris, friends.anna)
    inside = friends.see()
    assert "Анна brought Борис" in inside
    assert "told by Олег" in inside
    with clock.fixed(NOW):
        undone = friends.inside.post(reverse("loyalty-friends-undo", args=[row.pk]), follow=True)
    assert "Taken back" in shops.plain(undone.text)
    assert not FriendReferral.objects.exists()
    logged = AuditLogEntry.objects.filter(action__startswith="referral_").order_by("id")
    assert [(entry.action, entry.subject, entry.details) for entry in logged] == [
        (Action.REFERRAL_TOLD.value, f"person:{boris}", {"referral": row.pk, "accepted": True}),
        (Action.REFERRAL_UNDONE.value, f"person:{boris}", {"referral": row.pk, "accepted": True}),
    ]
    owner = shops.browser_of(shops.colleague(Role.OWNER, "Ирина"))
    assert "Said who brought a customer" in friends.see(reverse("settings-log"), owner)


def test_what_it_gives_is_looked_at_before(
    friends: Friends, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boris, vera = shops.person("Борис"), shops.person("Вера")
    preview = reverse("customers-brought-by", args=[boris]) + f"?referrer={friends.anna}"
    looked = friends.see(preview)
    assert "Did Анна bring Борис ?" in looked
    for said in ("Анна: 300 points.", "Борис: 300 points.", "first order", "14 full days", "Yes, note it"):
        assert said in looked, said
    with django_assert_num_queries(PREVIEW_QUERIES):
        friends.see(preview)
    assert not FriendReferral.objects.exists()  # looking keeps nothing
    assert not AuditLogEntry.objects.filter(action__startswith="referral_").exists()
    by_hand(friends, boris, friends.anna)
    assert "This is known already" in friends.see(preview)
    # The same as with a code speaks against it, and is said before.
    friends.order(vera, NOW - DAY)
    against = friends.see(reverse("customers-brought-by", args=[vera]) + f"?referrer={friends.anna}")
    assert "It would bring nothing" in against
    assert "The reason: the friend had bought before." in against
    assert "Note it all the same" in against
    own = reverse("customers-brought-by", args=[friends.anna])
    themselves = friends.see(f"{own}?referrer={friends.anna}")
    assert "the friend is the customer themselves" in themselves
    assert "Note it all the same" not in themselves
    unknown = friends.inside.get(f"{own}?referrer=x", follow=True)
    assert "Choose the customer who brought them." in unknown.text
    by_hand(friends, vera, friends.anna)
    owner = shops.browser_of(shops.colleague(Role.OWNER, "Ирина"))
    log = friends.see(reverse("settings-log"), owner)
    assert "Said who brought a customer: Вера (it brings nothing)" in log


def test_somebody_is_found_by_card_by_code_and_by_phone(friends: Friends) -> None:
    boris = shops.person("Борис")
    told = [
        ProfileIdentity(profile_of(friends.anna), IdentityType.CARD, "2000123"),
        ProfileIdentity(profile_of(friends.anna), IdentityType.PHONE, "+79161234567"),
    ]
    customers.add_identities(identities=told, now=NOW)
    for asked in ("2000123", friends.code().lower(), "4567"):
        for address in (reverse("customers-brought-by", args=[boris]), reverse("loyalty-friends-tell")):
            page = friends.see(f"{address}?q={asked}")
            assert "Анна" in page, asked
    assert "Nobody was found" in friends.see(reverse("loyalty-friends-tell") + "?q=0000-00000")
    # Nobody is offered as their own friend.
    assert "They did" not in friends.see(reverse("customers-brought-by", args=[friends.anna]) + "?q=2000123")


def test_what_brings_nothing_is_said_with_its_reason(friends: Friends) -> None:
    boris = shops.person("Борис")
    friends.order(boris, NOW - DAY)
    assert "Noted, but it brings nothing: the friend had bought before." in by_hand(
        friends, boris, friends.anna
    )
    assert "Choose the customer who brought them." in by_hand(friends, boris, 10**15)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ANALYST])
def test_who_may_not_give_points_may_not_say_who_brought_whom(friends: Friends, role: Role) -> None:
    boris = shops.person("Борис")
    browser = shops.browser_of(shops.colleague(role, "Олег"))
    assert "Say who brought them" not in friends.see(reverse("customers-friends", args=[boris]), browser)
    assert "Tell of a friend" not in friends.see(client=browser)
    for address in (reverse("customers-brought-by", args=[boris]), reverse("loyalty-friends-undo", args=[1])):
        assert browser.post(address, {"referrer": friends.anna}).status_code == 403
    assert browser.get(reverse("loyalty-friends-tell")).status_code == 403
