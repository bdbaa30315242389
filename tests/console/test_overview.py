"""The overview: the audit's figures, whom to look at today, what to do next, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.analytics.audits import audit, changed, growth_point
from tests.console import loyalty_books as books
from tests.console import shops

from regulars.analytics import services as analytics
from regulars.commerce.models import Order
from regulars.kit import clock
from regulars.team.models import Shop, User
from regulars.team.services import save_shop
from regulars.team.types import Role, ShopProfile
from regulars.work.services import create_task

pytestmark = pytest.mark.django_db
CHARTS = {"en": {"revenue": '<svg id="drawn-en"></svg>'}, "ru": {"revenue": '<svg id="drawn-ru"></svg>'}}
# The session, the user, what they may, the shop; the audit with its drawings; orders there are; the job;
# imports under way, watched places, programme; whom to look at, my tasks, names, contacts, who has a
# task already.
QUERIES = 15


@pytest.fixture
def marketer() -> User:
    return shops.colleague()


@pytest.fixture
def inside(marketer: User) -> Client:
    return shops.browser_of(marketer)


def _page(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _sold() -> None:
    Order.objects.create(
        source="shop",
        external_id="1",
        ordered_at=shops.NOW,
        status="completed",
        amount_minor=1,
        currency="RUB",
    )


def test_figures_are_those_of_the_audit(inside: Client) -> None:
    shops.run(audit(as_of=shops.AS_OF, repeat_purchase_rate=0.4217, revenue=Decimal("1488000.00")), CHARTS)
    page = _page(inside)
    assert "42.2%" in page
    assert "RUB 1,488,000" in page
    assert "+2.2 pp" in page  # 40.0% the period before
    assert "in 90 days" in page
    assert "Figures as of 1 May 2024" in page
    assert '<svg id="drawn-en">' in page
    assert "drawn-ru" not in page


def test_people_to_look_at_are_named_with_the_reason_and_their_worth(inside: Client) -> None:
    with clock.fixed(shops.NOW):
        anna = shops.person("Анна", phone="+79161234567", revenue_minor=1_240_000, stage="at_risk", m=5)
        shops.person("Regular", stage="regular", m=5)
        shops.person("Poor", stage="at_risk", m=4, revenue_minor=8_000_000)
        rich = shops.person("Rich", stage="lapsed", m=5, revenue_minor=9_000_000, usual_gap_days=None)
        shops.run()
        page = _page(inside)
    assert page.index("Rich") < page.index("Анна")
    assert "usually every 32 days, silent for 61 days" in page
    assert "7 orders for RUB 12,400" in page
    assert "silent for 61 days · 7 orders for RUB 90,000" in page
    assert 'href="tel:+79161234567"' in page
    assert reverse("customers-card", args=[rich]) in page
    assert reverse("customers-task", args=[anna]) in page
    assert ">Regular</a>" not in page
    assert ">Poor</a>" not in page


def test_who_has_a_task_already_is_not_given_another(inside: Client, marketer: User) -> None:
    anna, boris = (shops.person(name, stage="at_risk", m=5) for name in ("Анна", "Борис"))
    shops.run()
    inside.post(reverse("customers-task", args=[anna]), {"title": "x", "assignee": ""})
    page = _page(inside)
    assert reverse("customers-task", args=[anna]) not in page
    assert reverse("customers-task", args=[boris]) in page
    assert page.count("has a task") == 1


def test_reason_in_russian(marketer: User) -> None:
    shops.person("Анна", stage="at_risk", m=5)
    shops.run()
    page = _page(shops.browser_of(marketer, "ru"))
    assert "обычно раз в 32 дня, молчит 61 день" in page
    assert "7 заказов на 12 400 ₽" in page


def test_nobody_to_look_at_is_said(inside: Client) -> None:
    shops.run()
    assert "nothing to save today" in _page(inside)


def test_contacts_are_masked_for_the_analyst() -> None:
    shops.person("Анна", phone="+79161234567", email="anna@mail.ru", stage="at_risk", m=5)
    shops.run()
    page = _page(shops.browser_of(shops.colleague(Role.ANALYST)))
    assert "tel:" not in page
    assert "anna@mail.ru" not in page
    assert "customers-task" not in page
    assert "+ Task" not in page


def test_hostile_names_are_text(inside: Client) -> None:
    number = shops.person("<script>alert(1)</script>", stage="at_risk", m=5)
    document = audit(as_of=shops.AS_OF, growth_points=[growth_point(top=[str(number)])])
    shops.run(document)
    page = _page(inside)
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2  # in the list and where to begin


def test_growth_points_say_what_to_do_and_with_whom_to_begin(inside: Client) -> None:
    anna = shops.person("Анна", orders=1)
    shops.run(changed(audit(as_of=shops.AS_OF), growth_points=[growth_point(top=[str(anna), "0009x"])]))
    page = _page(inside)
    assert "Bring first-time buyers to a second order" in page
    assert "Invite them to a second order" in page
    assert f'href="{reverse("customers-card", args=[anna])}">Анна</a>' in page
    assert "about RUB 214,000" in page


def test_tasks_of_today_and_earlier_are_mine(inside: Client, marketer: User) -> None:
    other = shops.colleague()
    with clock.fixed(shops.NOW):
        for title, days, owner in (
            ("Late", -3, marketer),
            ("Now", 0, marketer),
            ("Far", 5, marketer),
            ("His", 0, other),
        ):
            create_task(
                title=title,
                due_at=shops.NOW + timedelta(days=days, hours=1),
                created_by=marketer.pk,
                assignee_id=owner.pk,
                now=shops.NOW,
            )
        shops.run()
        page = _page(inside)
    assert page.index("Late") < page.index("Now")
    assert "was due on 28 April" in page
    assert "Far" not in page
    assert "His" not in page


def test_empty_shop_leads_to_the_import(inside: Client) -> None:
    page = _page(inside)
    assert "Bring in your orders" in page
    assert reverse("imports-upload") in page
    assert reverse("audit-make") not in page


def test_customers_without_orders_have_words_of_their_own(inside: Client) -> None:
    shops.person("Анна")
    assert "There are customers, but no orders yet" in _page(inside)


def test_orders_without_figures_offer_to_make_them(inside: Client) -> None:
    _sold()
    page = _page(inside)
    assert "The orders are here, the figures are not yet" in page
    assert reverse("audit-make") in page


def test_figures_being_made_come_by_themselves(inside: Client) -> None:
    _sold()
    analytics.request_figures()
    page = _page(inside)
    assert "The figures are being made" in page
    assert 'hx-get="/audit/state/?seen="' in page
    assert 'http-equiv="refresh"' in page
    assert "the worker does not run" not in page


def test_job_that_waits_for_minutes_is_named(inside: Client) -> None:
    _sold()
    analytics.request_figures()
    with clock.fixed(clock.now() + timedelta(minutes=7)):
        page = _page(inside)
    assert "the worker does not run" in page
    assert "7 minutes" in page


def test_owner_is_told_what_is_left_to_set_up() -> None:
    owner = shops.colleague(Role.OWNER)
    client = shops.browser_of(owner)
    page = _page(client)
    assert "Say what your shop is" in page
    assert "Invite a colleague" in page
    assert "Begin a loyalty programme" in page
    save_shop(shop=ShopProfile(name="Лавка"), user_id=owner.pk, now=shops.NOW)
    page = _page(client)
    assert "Say what your shop is" not in page
    assert "Say how much of the revenue is left to you" in page
    save_shop(shop=ShopProfile(name="Лавка", margin=Decimal("0.4")), user_id=owner.pk, now=shops.NOW)
    shops.colleague()
    books.publish()
    page = _page(client)
    assert "Say how much" not in page
    assert "Begin a loyalty programme" not in page
    assert "Invite a colleague" not in page
    assert ">Лавка</h1>" in page


def test_marketer_is_not_sent_where_only_the_owner_goes(inside: Client) -> None:
    page = _page(inside)
    assert "Say what your shop is" not in page
    assert reverse("settings-team") not in page


def test_demo_shop_says_that_it_is_one(inside: Client, marketer: User) -> None:
    save_shop(shop=ShopProfile(name="Чайная"), user_id=marketer.pk, now=shops.NOW)
    assert "Demo shop" not in _page(inside)
    Shop.objects.update(demo=True)
    assert "Demo shop" in _page(inside)


@pytest.mark.parametrize(("role", "page"), [(Role.AGENT, "tasks-my-day"), (Role.CASHIER, "customers")])
def test_who_has_no_figures_begins_with_their_day_or_the_customers(role: Role, page: str) -> None:
    answer = shops.browser_of(shops.colleague(role)).get("/")
    assert (answer.status_code, answer["Location"]) == (302, reverse(page))


def test_page_takes_few_questions_however_many_people(
    inside: Client, marketer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _sold()
    for n in range(8):
        number = shops.person(f"Имя {n}", phone=f"+7916000000{n}", stage="at_risk", m=5)
        create_task(title="x", due_at=shops.NOW, created_by=None, assignee_id=marketer.pk, now=shops.NOW)
    shops.run(audit(as_of=shops.AS_OF, growth_points=[growth_point(top=[str(number)])]), CHARTS)
    with django_assert_num_queries(QUERIES):
        inside.get("/")


def test_nothing_is_inline(inside: Client) -> None:
    shops.person("Анна", stage="at_risk", m=5, last_day=date(2024, 1, 1))
    shops.run(charts=CHARTS)
    answer = inside.get("/")
    assert "no-store" in answer["Cache-Control"]
    assert not [sign for sign in (" style=", "<style", "onclick=", "javascript:") if sign in answer.text]
