"""Invitations and links to set a password: guessed by nobody, used once, gone in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.db import connection
from tests.team.conftest import NOW, PASSWORD, Make
from tests.together import together

from regulars.team import queries, services
from regulars.team.errors import EmailTaken, LinkSpent, ShutOut
from regulars.team.models import AuditLogEntry, Invitation, PasswordLink, User
from regulars.team.types import Role

WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def _accept(token: str, now: datetime = NOW) -> User:
    return services.accept(token=token, name="Вера", password="море-чайник-17", language="ru", now=now)


def test_invited_person_comes_in_with_the_role(make: Make) -> None:
    owner = make(Role.OWNER)
    made = services.invite(email=" Vera@Shop.Example ", role=Role.ANALYST, by=owner.pk, now=NOW)
    offered = queries.invitation_of(made.token, NOW)
    assert offered is not None
    assert (offered.email, offered.role, offered.expires_at) == (
        "vera@shop.example",
        Role.ANALYST,
        NOW + WEEK,
    )
    user = _accept(made.token)
    member = queries.member(user.pk)
    assert member is not None
    assert (member.name, member.email, member.role) == ("Вера", "vera@shop.example", Role.ANALYST)
    assert authenticate(username="vera@shop.example", password="море-чайник-17") == user
    assert queries.open_invitations() == []
    assert list(AuditLogEntry.objects.values_list("action", flat=True).order_by("pk")) == [
        "user_invited",
        "user_joined",
    ]


def test_link_opens_once(make: Make) -> None:
    made = services.invite(email="vera@shop.example", role=Role.AGENT, by=make(Role.OWNER).pk, now=NOW)
    _accept(made.token)
    assert queries.invitation_of(made.token, NOW) is None
    with pytest.raises(LinkSpent):
        _accept(made.token)


def test_link_expires_after_a_week(make: Make) -> None:
    made = services.invite(email="vera@shop.example", role=Role.AGENT, by=make(Role.OWNER).pk, now=NOW)
    assert queries.invitation_of(made.token, NOW + WEEK - SECOND) is not None
    assert queries.invitation_of(made.token, NOW + WEEK) is None
    with pytest.raises(LinkSpent):
        _accept(made.token, NOW + WEEK)


def test_withdrawn_link_leads_nowhere(make: Make) -> None:
    owner = make(Role.OWNER)
    made = services.invite(email="vera@shop.example", role=Role.AGENT, by=owner.pk, now=NOW)
    number = queries.open_invitations()[0].id
    assert services.withdraw(invitation_id=number, by=owner.pk, now=NOW)
    assert not services.withdraw(invitation_id=number, by=owner.pk, now=NOW)
    with pytest.raises(LinkSpent):
        _accept(made.token)
    assert not User.objects.filter(email="vera@shop.example").exists()


def test_newer_link_replaces_the_older(make: Make) -> None:
    owner = make(Role.OWNER)
    first = services.invite(email="vera@shop.example", role=Role.AGENT, by=owner.pk, now=NOW)
    second = services.invite(email="VERA@shop.example", role=Role.MARKETER, by=owner.pk, now=NOW)
    assert queries.invitation_of(first.token, NOW) is None
    assert queries.invitation_of(second.token, NOW) is not None
    assert len(queries.open_invitations()) == 1


def test_who_is_in_is_not_invited_and_who_was_shut_out_is_told_apart(make: Make) -> None:
    owner, agent = make(Role.OWNER), make(Role.AGENT)
    with pytest.raises(EmailTaken):
        services.invite(email=agent.email, role=Role.AGENT, by=owner.pk, now=NOW)
    services.shut_out(user_id=agent.pk, by=owner.pk, now=NOW)
    with pytest.raises(ShutOut):
        services.invite(email=agent.email, role=Role.AGENT, by=owner.pk, now=NOW)


def test_database_holds_nothing_that_opens(make: Make) -> None:
    owner = make(Role.OWNER)
    tokens = [
        services.invite(email="vera@shop.example", role=Role.AGENT, by=owner.pk, now=NOW).token,
        services.make_password_link(user_id=owner.pk, by=owner.pk, now=NOW).token,
    ]
    for token in tokens:
        assert len(token) >= 43  # 256 bits in base 64
    for table in ("team_invitation", "team_passwordlink", "team_auditlogentry"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            (everything,) = cursor.fetchone()
        assert not any(token in everything for token in tokens)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_come_by_one_link_one_comes_in() -> None:
    owner = services.create_owner(email="anna@shop.example", password=PASSWORD, now=NOW)
    made = services.invite(email="vera@shop.example", role=Role.AGENT, by=owner.pk, now=NOW)
    results = together([partial(_accept, made.token)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["LinkSpent", "User"]


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_the_same_at_once_leave_one_open_link() -> None:
    owner = services.create_owner(email="anna@shop.example", password=PASSWORD, now=NOW)
    one = partial(services.invite, email="vera@shop.example", role=Role.AGENT, by=owner.pk, now=NOW)
    results = together([one, one])
    assert {type(result).__name__ for result in results} == {"NewLink"}
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_new_password_by_a_link(make: Make) -> None:
    owner, agent = make(Role.OWNER), make(Role.AGENT)
    before = agent.get_session_auth_hash()
    made = services.make_password_link(user_id=agent.pk, by=owner.pk, now=NOW)
    assert made.expires_at == NOW + DAY
    services.use_password_link(token=made.token, password="море-чайник-17", now=NOW)
    assert authenticate(username=agent.email, password="море-чайник-17") == agent
    assert authenticate(username=agent.email, password=PASSWORD) is None
    assert User.objects.get(pk=agent.pk).get_session_auth_hash() != before
    with pytest.raises(LinkSpent):
        services.use_password_link(token=made.token, password="x", now=NOW)
    assert list(AuditLogEntry.objects.order_by("pk").values_list("action", "user_id")) == [
        ("password_link_made", owner.pk),
        ("password_changed", agent.pk),
    ]


def test_password_link_ends_with_the_day_a_newer_one_a_change_or_shutting_out(make: Make) -> None:
    owner, agent = make(Role.OWNER), make(Role.AGENT)

    def link() -> str:
        return services.make_password_link(user_id=agent.pk, by=None, now=NOW).token

    token = link()
    assert queries.password_link_of(token, NOW + DAY - SECOND) is not None
    assert queries.password_link_of(token, NOW + DAY) is None
    newer = link()
    assert queries.password_link_of(token, NOW) is None
    services.set_password(user_id=agent.pk, password="another one", now=NOW)
    assert queries.password_link_of(newer, NOW) is None
    last = link()
    services.shut_out(user_id=agent.pk, by=owner.pk, now=NOW)
    assert queries.password_link_of(last, NOW) is None
    with pytest.raises(LinkSpent):
        services.use_password_link(token=last, password="x", now=NOW)
    with pytest.raises(ShutOut):
        link()
    assert PasswordLink.objects.filter(used_at=None, withdrawn_at=None).count() == 1


def test_own_password_replaces_the_made_up_one(db: None) -> None:
    owner = services.create_owner(email="a@b.example", password=PASSWORD, now=NOW, made_up=True)
    assert owner.made_up_password
    services.set_password(user_id=owner.pk, password="море-чайник-17", now=NOW)
    owner.refresh_from_db()
    assert not owner.made_up_password


def test_second_step_is_taken_off_who_lost_the_telephone(make: Make) -> None:
    owner, agent = make(Role.OWNER), make(Role.AGENT)
    assert not services.remove_second_step(user_id=agent.pk, by=owner.pk, now=NOW)
    Authenticator.objects.create(user=agent, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert [m.second_step for m in queries.members() if m.id == agent.pk] == [True]
    assert services.remove_second_step(user_id=agent.pk, by=owner.pk, now=NOW)
    assert not Authenticator.objects.exists()
    assert AuditLogEntry.objects.get().action == "second_step_off"
