from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.config import home

READ = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


def settings_with(*names: str, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", "import regulars.config\n" + READ, *names],
        env=os.environ | {"REGULARS_HOME": "/nonexistent"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_the_key_comes_from_the_environment_or_the_installation(tmp_path: Path) -> None:
    assert settings_with("SECRET_KEY", REGULARS_SECRET_KEY="from outside")["SECRET_KEY"] == "from outside"
    (tmp_path / "secret_key").write_text("from the folder")
    assert settings_with("SECRET_KEY", REGULARS_HOME=str(tmp_path))["SECRET_KEY"] == "from the folder"


def test_without_a_key_each_process_has_its_own() -> None:
    first, second = settings_with("SECRET_KEY"), settings_with("SECRET_KEY")
    assert len(first["SECRET_KEY"]) >= 50
    assert first != second


def test_letters_are_encrypted_unless_told_otherwise() -> None:
    names = ["EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST_PASSWORD"]
    assert settings_with(*names) == dict(zip(names, ["", 587, True, False, ""], strict=True))
    told = {"REGULARS_SMTP_HOST": "smtp.example.com", "REGULARS_SMTP_PORT": "465"}
    found = settings_with(*names, **told, REGULARS_SMTP_TLS="tls", REGULARS_SMTP_PASSWORD="secret")
    assert found == dict(zip(names, ["smtp.example.com", 465, False, True, "secret"], strict=True))


def test_behind_tls_cookies_travel_by_tls_only() -> None:
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER"]
    assert settings_with(*names, REGULARS_HTTPS="yes") == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    }
    plain = settings_with(*names)
    assert plain["SESSION_COOKIE_SECURE"] is False
    assert plain["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.django_db
def test_a_page_is_closed_unless_it_says_otherwise(client: Client) -> None:
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/")


@pytest.mark.parametrize(
    ("accepted", "cookie", "language"),
    [("", None, "ru"), ("de", None, "ru"), ("en-GB,ru;q=0.5", None, "en"), ("en", "ru", "ru")],
)
@pytest.mark.django_db
def test_language_by_cookie_then_browser_then_russian(
    client: Client, accepted: str, cookie: str | None, language: str
) -> None:
    if cookie:
        client.cookies["regulars_language"] = cookie
    response = client.get("/accounts/login/", headers={"Accept-Language": accepted})
    assert response["Content-Language"] == language


def test_a_secret_is_written_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    home.write_secretly(file, "one")
    home.write_secretly(file, "два")
    assert file.read_text(encoding="utf-8") == "два"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_the_old_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    home.write_secretly(file, "old")
    with pytest.raises(UnicodeEncodeError):
        home.write_secretly(file, "\ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
