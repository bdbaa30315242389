from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from tests import tls
from tests.webhooks.receivers import Receiver

from regulars.kit import outgoing


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return tls.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def here_is_allowed(
    tls_files: tuple[Path, Path], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine may be posted to, and its certificate is trusted, as an administrator would have it."""
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_files[0]))
    monkeypatch.setattr(outgoing, "POST_SECONDS", 1.5)
    original = socket.getaddrinfo

    def only_v4(host: Any, port: Any, family: int = 0, *rest: Any, **how: Any) -> Any:
        return original(host, port, socket.AF_INET, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", only_v4)


@pytest.fixture
def receiver(tls_files: tuple[Path, Path], here_is_allowed: None) -> Iterator[Receiver]:
    receiver = Receiver(*tls_files)
    yield receiver
    receiver.close()
