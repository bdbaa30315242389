"""What the shop has so far, and which part of setting up is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from regulars.analytics.models import MAKE_FIGURES
from regulars.commerce import queries as commerce
from regulars.customers import queries as customers
from regulars.imports import queries as imports
from regulars.loyalty import queries as loyalty
from regulars.team.models import User
from regulars.team.types import Permission, ShopProfile

PATIENCE = timedelta(minutes=2)
"""A worker that has just been started begins within seconds."""


@dataclass(frozen=True)
class Standing:
    """How far a shop is on its way from nothing to figures."""

    has_customers: bool
    has_orders: bool
    is_demo: bool
    is_importing: bool


def standing(shop: ShopProfile) -> Standing:
    """A few questions to indexes, whatever the size of the shop."""
    has_orders = commerce.any_orders()
    return Standing(
        has_customers=has_orders or customers.any_customers(),
        has_orders=has_orders,
        is_demo=shop.demo,
        is_importing=imports.is_any_working(),
    )


def missing_steps(stands: Standing, shop: ShopProfile, permissions: frozenset[Permission]) -> list[str]:
    """Steps of setting up not done yet, of those that this person may do; the most useful first."""
    missing = []
    if Permission.SET_UP_SHOP in permissions:
        if stands.is_demo:
            missing.append("own_shop")
        elif shop.set_up_at is None:
            missing.append("shop")
        if shop.set_up_at is not None and shop.margin is None:
            missing.append("margin")
    if Permission.IMPORT in permissions and not stands.is_demo and not imports.watches():
        missing.append("watch")
    if Permission.SET_UP_LOYALTY in permissions and not loyalty.versions():
        missing.append("programme")
    if Permission.MANAGE_TEAM in permissions and not _has_colleagues():
        missing.append("colleague")
    return missing


def waits_in_vain(now: datetime) -> timedelta | None:
    """For how long the figures were asked for with nobody there to make them; None while all is well.

    A worker that runs says so every few seconds.
    """
    job = ProcrastinateJob.objects.filter(task_name=MAKE_FIGURES, status__in=["todo", "doing"]).order_by("id")
    asked_at = job.aggregate(at=Min("procrastinateevent__at"))["at"]
    if asked_at is None or now - asked_at < PATIENCE:
        return None
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - PATIENCE).exists()
    return None if alive else now - asked_at


def _has_colleagues() -> bool:
    return User.objects.filter(is_active=True)[1:2].exists()
