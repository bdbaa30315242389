"""Who is of the team, in which role, and that there is always an owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction
from tests.team.conftest import NOW, Make
from tests.together import together

from regulars.team import queries, services
from regulars.team.errors import EmailTaken, LastOwner, NotOneself, UnknownUser
from regulars.team.models import AuditLogEntry, User
from regulars.team.rules import ROLE_PERMISSIONS
from regulars.team.types import Action, Permission, Role


def _actions() -> list[tuple[str, str]]:
    return list(AuditLogEntry.objects.order_by("pk").values_list("action", "subject"))


def test_another_role_holds_at_once(make: Make) -> None:
    owner, colleague = make(Role.OWNER), make(Role.CASHIER)
    assert queries.user_permissions(colleague.pk) == ROLE_PERMISSIONS[Role.CASHIER]
    services.set_role(user_id=colleague.pk, role=Role.ANALYST, by=owner.pk, now=NOW)
    assert queries.user_permissions(colleague.pk) == ROLE_PERMISSIONS[Role.ANALYST]
    (line,) = AuditLogEntry.objects.all()
    assert (line.action, line.subject, line.user_id) == ("user_changed", f"user:{colleague.pk}", owner.pk)
    assert line.details == {"role": "analyst", "was": ["cashier"]}


def test_the_same_role_again_changes_and_notes_nothing(make: Make) -> None:
    owner = make(Role.OWNER)
    services.set_role(user_id=owner.pk, role=Role.OWNER, by=owner.pk, now=NOW)
    assert _actions() == []


def test_the_last_owner_stays_one(make: Make) -> None:
    owner, marketer = make(Role.OWNER), make(Role.MARKETER)
    with pytest.raises(LastOwner, match="owner 1"):
        services.set_role(user_id=owner.pk, role=Role.MARKETER, by=owner.pk, now=NOW)
    with pytest.raises(LastOwner):
        services.shut_out(user_id=owner.pk, by=marketer.pk, now=NOW)
    assert queries.has_owner()


def test_an_owner_who_is_shut_out_does_not_count(make: Make) -> None:
    first, second = make(Role.OWNER), make(Role.OWNER)
    services.shut_out(user_id=second.pk, by=first.pk, now=NOW)
    with pytest.raises(LastOwner):
        services.set_role(user_id=first.pk, role=Role.AGENT, by=first.pk, now=NOW)
    services.let_in(user_id=second.pk, by=first.pk, now=NOW)
    services.set_role(user_id=first.pk, role=Role.AGENT, by=second.pk, now=NOW)
    assert [m.id for m in queries.members() if m.role is Role.OWNER] == [second.pk]


def test_nobody_shuts_himself_out(make: Make) -> None:
    owner, _other = make(Role.OWNER), make(Role.OWNER)
    with pytest.raises(NotOneself):
        services.shut_out(user_id=owner.pk, by=owner.pk, now=NOW)


def test_who_is_shut_out_may_do_nothing_and_loses_sessions_for_good(make: Make) -> None:
    owner, agent = make(Role.OWNER), make(Role.AGENT)
    before = agent.get_session_auth_hash()
    services.shut_out(user_id=agent.pk, by=owner.pk, now=NOW)
    assert queries.user_permissions(agent.pk) == frozenset()
    services.let_in(user_id=agent.pk, by=owner.pk, now=NOW)
    assert queries.user_permissions(agent.pk) == ROLE_PERMISSIONS[Role.AGENT]
    assert User.objects.get(pk=agent.pk).get_session_auth_hash() != before
    assert [action for action, _ in _actions()] == ["user_shut_out", "user_let_in"]


def test_nobody_of_a_number_is_said(make: Make) -> None:
    owner = make(Role.OWNER)
    with pytest.raises(UnknownUser):
        services.set_role(user_id=owner.pk + 1000, role=Role.AGENT, by=owner.pk, now=NOW)


def test_own_name_language_and_address(make: Make) -> None:
    owner, other = make(Role.OWNER), make(Role.AGENT)
    services.save_self(user_id=owner.pk, now=NOW, name=" Анна ", language="ru", email="Anna@Shop.Example")
    member = queries.member(owner.pk)
    assert member is not None
    assert (member.name, member.email, member.called) == ("Анна", "anna@shop.example", "Анна")
    assert AuditLogEntry.objects.get().details == {"fields": ["email", "language", "name"]}
    with pytest.raises(EmailTaken):
        services.save_self(user_id=owner.pk, now=NOW, name="Анна", email=other.email)
    services.save_self(user_id=owner.pk, now=NOW, name="Анна")  # nothing new: nothing noted
    assert AuditLogEntry.objects.count() == 1


def test_who_may_do_tasks(make: Make) -> None:
    for role in Role:
        make(role)
    assert [m.role for m in queries.who_may(Permission.DO_TASKS)] == [Role.AGENT, Role.MARKETER, Role.OWNER]


def test_a_wrong_password_is_noted_without_the_address(make: Make) -> None:
    owner = make(Role.OWNER)
    services.log_failed_sign_in(email=f" {owner.email.upper()} ", now=NOW)
    services.log_failed_sign_in(email="stranger@elsewhere.example", now=NOW)
    assert _actions() == [("sign_in_failed", f"user:{owner.pk}"), ("sign_in_failed", "")]
    assert AuditLogEntry.objects.filter(details={}, user=None).count() == 2
    assert queries.failed_sign_ins(since=NOW) == 2
    assert queries.failed_sign_ins(since=NOW + timedelta(seconds=1)) == 0


def _naively(barrier: Barrier, user_id: int) -> None:
    """What set_role would do without the lock: look, then act."""
    with transaction.atomic():
        others = User.objects.filter(groups__name="owner", is_active=True).exclude(pk=user_id).exists()
        barrier.wait(10)
        if others:
            User.objects.get(pk=user_id).groups.clear()


def _two_owners() -> list[int]:
    return [
        services.create_owner(email=f"{n}@shop.example", password="x", now=NOW).pk for n in ("one", "two")
    ]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_owners_could_go_at_once() -> None:
    one, two = _two_owners()
    barrier = Barrier(2)
    together([partial(_naively, barrier, one), partial(_naively, barrier, two)])
    assert not queries.has_owner()


def _step_down(one: int, two: int) -> Callable[[], None]:
    return partial(services.set_role, user_id=one, role=Role.AGENT, by=two, now=NOW)


def _throw_out(one: int, two: int) -> Callable[[], None]:
    return partial(services.shut_out, user_id=one, by=two, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "second"), [(_step_down, _step_down), (_throw_out, _throw_out), (_step_down, _throw_out)]
)
def test_of_two_owners_who_go_at_once_one_stays(
    first: Callable[[int, int], Callable[[], None]], second: Callable[[int, int], Callable[[], None]]
) -> None:
    one, two = _two_owners()
    results = together([first(one, two), second(two, one)])
    assert sorted(type(result).__name__ for result in results) == ["LastOwner", "NoneType"]
    assert queries.has_owner()


def test_every_action_is_a_word_of_its_own() -> None:
    assert len({action.value for action in Action}) == len(Action)
