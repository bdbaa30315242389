"""The page of the team: invitations, roles, links, in and out."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console.people import browser_of, person, set_up_shop

from regulars.team import queries, services
from regulars.team.models import User
from regulars.team.types import Role

pytestmark = pytest.mark.django_db
TEAM = "/settings/team/"
# Session, user, permissions, members, invitations, shop.
QUERIES_OF_THE_PAGE = 6


@pytest.fixture
def owner(db: None) -> User:
    user = person(Role.OWNER, name="Анна Белова")
    set_up_shop()
    return user


@pytest.fixture
def inside(owner: User) -> Client:
    return browser_of(owner)


def _link(page: str) -> str:
    (found,) = re.findall(r'value="http://testserver(/[a-z]+/[\w-]{43}/)"', page)
    return str(found)


def test_colleague_is_invited_and_comes_in(inside: Client) -> None:
    sent = inside.post(TEAM + "invite/", {"email": "Vera@Example.com", "role": "analyst"})
    assert sent["Location"] == TEAM
    page = inside.get(TEAM).text
    link = _link(page)
    assert "vera@example.com" in page
    assert "testserver/join/" not in inside.get(TEAM).text  # shown once
    vera = Client(headers={"accept-language": "en"})
    offer = vera.get(link).text
    assert "Чайная лавка invites you" in offer
    assert "Analyst" in offer
    new = "море-чайник-17"
    refused = vera.post(link, {"name": "", "password1": new, "password2": new})
    assert refused.context["form"].errors["name"]
    came = vera.post(link, {"name": "Вера", "password1": new, "password2": new})
    assert came["Location"] == "/"
    assert vera.get("/account/").status_code == 200
    assert Client().get(link).status_code == 410
    assert "Вера" in inside.get(TEAM).text


def test_invitation_is_withdrawn(inside: Client) -> None:
    inside.post(TEAM + "invite/", {"email": "vera@example.com", "role": "agent"})
    link = _link(inside.get(TEAM).text)
    (invitation,) = queries.open_invitations()
    inside.post(reverse("settings-team-withdraw", args=[invitation.id]))
    assert Client().get(link).status_code == 410
    assert "vera@example.com" not in inside.get(TEAM + "invite/").text


@pytest.mark.parametrize(
    ("email", "role", "field", "said"),
    [
        ("owner@example.com", "agent", "email", "already"),
        ("nonsense", "agent", "email", "name@example.com"),
        ("vera@example.com", "", "role", "Choose a role."),
        ("vera@example.com", "king", "role", "king"),
    ],
)
def test_invitation_says_what_is_wrong(inside: Client, email: str, role: str, field: str, said: str) -> None:
    answer = inside.post(TEAM + "invite/", {"email": email, "role": role})
    assert said in " ".join(answer.context["form"].errors[field])
    assert queries.open_invitations() == []


def test_role_is_changed_and_the_last_owner_is_not(inside: Client, owner: User) -> None:
    agent = person(Role.AGENT)
    page = reverse("settings-team-member", args=[agent.pk])
    inside.post(page, {"do": "role", "role": "marketer"})
    member = queries.member(agent.pk)
    assert member is not None
    assert member.role is Role.MARKETER
    own = reverse("settings-team-member", args=[owner.pk])
    inside.post(own, {"do": "role", "role": "agent"})
    assert "is the only owner left" in inside.get(own).text
    inside.post(own, {"do": "shut-out"})
    assert "cannot shut yourself out" in inside.get(own).text
    assert queries.has_owner()


def test_shutting_out_and_letting_in(inside: Client) -> None:
    agent = person(Role.AGENT)
    his = browser_of(agent)
    page = reverse("settings-team-member", args=[agent.pk])
    assert his.get("/account/").status_code == 200
    inside.post(page, {"do": "shut-out"})
    assert his.get("/account/").status_code == 302
    assert "shut out" in inside.get(page).text
    inside.post(page, {"do": "let-in"})
    assert "No longer with you?" in inside.get(page).text


def test_link_for_a_new_password_is_shown_once(inside: Client) -> None:
    agent = person(Role.AGENT, name="Борис")
    page = reverse("settings-team-member", args=[agent.pk])
    inside.post(reverse("settings-team-password", args=[agent.pk]))
    shown = inside.get(page).text
    assert "The link for Борис is ready" in shown
    assert Client().get(_link(shown)).status_code == 200
    assert "is ready" not in inside.get(page).text


def test_there_is_no_link_for_who_is_shut_out(inside: Client, owner: User) -> None:
    agent = person(Role.AGENT)
    services.shut_out(user_id=agent.pk, by=owner.pk, now=owner.created_at)
    page = reverse("settings-team-member", args=[agent.pk])
    inside.post(reverse("settings-team-password", args=[agent.pk]))
    assert "Let them in first" in inside.get(page).text


def test_unknown_person_and_action_are_not_found(inside: Client, owner: User) -> None:
    nobody = reverse("settings-team-member", args=[owner.pk + 999])
    assert inside.get(nobody).status_code == 404
    assert inside.post(reverse("settings-team-password", args=[owner.pk + 999])).status_code == 404
    own = reverse("settings-team-member", args=[owner.pk])
    assert inside.post(own, {"do": "promote"}).status_code == 404


def test_queries_of_the_page_do_not_grow_with_the_team(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for role in (Role.AGENT, Role.CASHIER, Role.ANALYST):
        person(role)
    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        inside.get(TEAM)
