from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from regulars.config import database
from regulars.config.env import SettingError


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))


def test_the_variable_wins_over_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert database.url() is None
    database.running_file().write_text(json.dumps({"url": "postgresql://a@/b"}))
    assert database.url() == "postgresql://a@/b"
    monkeypatch.setenv("DATABASE_URL", "postgresql://outside/c")
    assert database.url() == "postgresql://outside/c"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"url": 5}'])
def test_a_damaged_note_of_the_embedded_server_counts_as_none(content: str) -> None:
    database.running_file().write_text(content)
    assert database.url() is None


def test_all_parts_of_an_address_arrive() -> None:
    settings = database.django_settings("postgres://ann:p%40ss@db.example:6432/shop?sslmode=require")
    assert {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "shop",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
    }
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_own_options_stand_beside_the_limits() -> None:
    settings = database.django_settings("postgresql://h/d?options=-c%20search_path%3Dshop")
    assert settings["OPTIONS"]["options"] == (
        "-c statement_timeout=30s -c idle_in_transaction_session_timeout=30s -c search_path=shop"
    )


@pytest.mark.parametrize(
    "address", ["mysql://h/d", "db.example", "postgresql://h/d?nonsense=1", "postgresql://h:x/d"]
)
def test_an_address_that_is_not_understood_says_so(address: str) -> None:
    with pytest.raises(SettingError, match="DATABASE_URL is not understood"):
        database.django_settings(address)


def test_connections_carry_the_limits(django_db_blocker: object) -> None:
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]["options"]
    parts = settings.DATABASES["default"]
    with psycopg.connect(
        dbname="postgres",
        user=parts["USER"],
        password=parts["PASSWORD"],
        host=parts["HOST"],
        port=parts.get("PORT") or None,
        options=options,
    ) as connection:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            row = connection.execute("SELECT current_setting(%s)", [limit]).fetchone()
            assert row == ("30s",)
