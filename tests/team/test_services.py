from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from importlib import import_module

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group
from django.db import connection
from tests.together import together

from regulars.team import queries, services
from regulars.team.errors import EmailTaken
from regulars.team.models import User

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PASSWORD = "seven warm cups"


@pytest.mark.django_db
def test_the_owner_can_sign_in() -> None:
    assert not queries.has_owner()
    owner = services.create_owner(email=" Anna@Shop.Example ", password=PASSWORD, now=NOW, name="Анна")
    assert queries.has_owner()
    assert (owner.email, owner.name, owner.created_at) == ("anna@shop.example", "Анна", NOW)
    assert [group.name for group in owner.groups.all()] == ["owner"]
    assert owner.password.startswith("argon2")
    assert authenticate(username="ANNA@shop.example", password=PASSWORD) == owner
    assert authenticate(username="anna@shop.example", password="another one") is None


@pytest.mark.django_db
def test_an_address_is_used_once_whatever_its_capitals() -> None:
    services.create_owner(email="anna@shop.example", password=PASSWORD, now=NOW)
    with pytest.raises(EmailTaken, match=r"anna@shop\.example"):
        services.create_owner(email="Anna@SHOP.example", password=PASSWORD, now=NOW)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_every_role_is_a_group_from_the_start() -> None:
    # Run again here: a test that commits may have emptied the table before this one.
    roles = import_module("regulars.team.migrations.0002_roles")
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(roles.Migration.operations[0].sql)
    names = sorted(Group.objects.values_list("name", flat=True))
    assert names == ["agent", "analyst", "cashier", "marketer", "owner"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_owner() -> None:
    one = partial(services.create_owner, email="anna@shop.example", password=PASSWORD, now=NOW)
    results = together([one, one])
    assert sorted(type(r).__name__ for r in results) == ["EmailTaken", "User"]
    assert User.objects.count() == 1
