"""Shops made by hand for the tests of pages: people, their figures, a run, through the models."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.test import Client
from tests.analytics.audits import audit

from regulars.analytics.models import CustomerFigures, FiguresRun, KeptAudit
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.rules.segments import SEGMENTS
from regulars.analytics.services import keep_audit
from regulars.analytics.types import Audit
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import SHOP, IdentityType, NewProfile
from regulars.team.models import User
from regulars.team.types import Role

NOW = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
SINCE = datetime(2021, 5, 1, 9, 0, tzinfo=UTC)
"""When customers became known to the shop."""
AS_OF = date(2024, 5, 1)
MOSCOW = ZoneInfo("Europe/Moscow")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def colleague(role: Role = Role.MARKETER, name: str = "Ольга") -> User:
    email = f"{role.value}-{User.objects.count()}@example.com"
    # No password: hashing one takes longer than most tests, and nobody signs in by it here.
    user = User.objects.create(email=email, password="!", name=name, created_at=NOW)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


def browser_of(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    client.cookies["regulars_language"] = language
    return client


def person(name: str = "Анна", *, email: str = "", phone: str = "", number: str = "", **figures: Any) -> int:
    """Somebody the shop knows; with `figures` somebody whose orders a run has looked at."""
    identities = [(IdentityType.EMAIL, email), (IdentityType.PHONE, phone)]
    new = NewProfile(
        source=SHOP,
        external_id=number or f"c{Profile.objects.count() + 1}",
        name=name,
        created_at=SINCE,
        identities=tuple((type_, value) for type_, value in identities if value),
    )
    (profile,) = customers.upsert_profiles(profiles=[new], now=NOW, backfill=True).ids.values()
    person_id = Profile.objects.get(pk=profile).person_id
    if figures:
        known(person_id, profile, **figures)
    return person_id


def known(person_id: int, profile_id: int, **figures: Any) -> None:
    """The figures of somebody: seven orders, silent for longer than usual."""
    values: dict[str, Any] = {
        "orders": 7,
        "revenue_minor": 1_240_000,
        "currency": "RUB",
        "first_day": date(2023, 3, 10),
        "last_day": date(2024, 3, 1),
        "before_last_day": date(2024, 1, 30),
        "purchase_days": 7,
        "average_order_minor": 177_143,
        "usual_gap_days": 32.0,
        "r": 2,
        "f": 5,
        "m": 5,
        "segment": "cannot_lose",
        "stage": "at_risk",
        "channel": "search",
        "computed_at": NOW,
    }
    CustomerFigures.objects.create(person_id=person_id, profile_id=profile_id, **(values | figures))


def run(document: Audit | None = None, charts: dict[str, dict[str, str]] | None = None, **counts: Any) -> int:
    """A making of all figures as of AS_OF; gives the number of its audit."""
    kept = keep_audit(audit=document or audit(as_of=AS_OF), charts=charts)
    FiguresRun.objects.create(
        audit=KeptAudit.objects.get(pk=kept),
        made_at=NOW,
        snapshot_at=NOW,
        as_of=AS_OF,
        timezone="Europe/Moscow",
        currency="RUB",
        margin=None,
        window_days=90,
        rhythm_days=45.0,
        cuts={"recency": [None] * 4, "frequency": [None] * 4, "monetary": [None] * 4},
        counts={
            "segments": dict.fromkeys(SEGMENTS, 0) | counts.get("segments", {}),
            "stages": dict.fromkeys(STAGES, 0) | counts.get("stages", {}),
        },
        trend=[],
    )
    return kept


def plain(text: str) -> str:
    """Text of a page with plain blanks in its numbers and dates."""
    return text.replace("\xa0", " ").replace("\u202f", " ")
