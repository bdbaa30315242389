"""Browsers of people of each role, for the tests of pages."""

from __future__ import annotations

from django.test import Client

from regulars.kit import clock
from regulars.team import services
from regulars.team.models import User
from regulars.team.types import Role, ShopProfile

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "ветер-лампа-42"


def person(role: Role, email: str = "", name: str = "") -> User:
    return services.create_user(
        email=email or f"{role.value}@example.com",
        password=PASSWORD,
        name=name,
        language="en",
        role=role,
        now=clock.now(),
    )


def browser_of(user: User) -> Client:
    """A browser in which this person is signed in, in English."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    client.cookies["regulars_language"] = "en"
    return client


def set_up_shop(name: str = "Чайная лавка") -> None:
    services.save_shop(
        shop=ShopProfile(name=name),
        user_id=User.objects.values_list("pk", flat=True)[0],
        now=clock.now(),
    )
