"""What the card says of the devices a customer was seen on."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import translation

from regulars.console.wording import card
from regulars.customers.types import ANONYMOUS, SHOP, ProfileRow

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def _row(source: str, external_id: str) -> ProfileRow:
    return ProfileRow(id=1, source=source, external_id=external_id, name="", created_at=NOW)


def test_devices_are_counted_and_not_named() -> None:
    phones = [_row(ANONYMOUS, "0123456789"), _row(ANONYMOUS, "9876543210")]
    with translation.override("en"):
        assert card.sources([_row(SHOP, "17")], whole=True) == ["17 (shop)"]
        assert card.sources([_row(SHOP, "17"), *phones], whole=True) == ["17 (shop)", "2 devices on the site"]
        assert card.sources([_row(SHOP, "a@b.ru")], whole=False) == ["a•••@b.ru (shop)"]
        assert card.sources(phones[:1], whole=True) == ["1 device on the site"]
