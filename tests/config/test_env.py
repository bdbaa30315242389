from __future__ import annotations

from pathlib import Path

import pytest

from regulars.config import env
from regulars.config.env import SettingError


def test_text_drops_blanks_and_takes_an_empty_one_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "  a b ")
    assert env.text("X", "default") == "a b"
    monkeypatch.setenv("X", "  ")
    assert env.text("X", "default") == "default"


@pytest.mark.parametrize(("value", "meaning"), [("YES", True), ("on", True), ("0", False), ("False", False)])
def test_boolean(monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool) -> None:
    monkeypatch.setenv("X", value)
    assert env.boolean("X", not meaning) is meaning


def test_a_wrong_value_names_the_variable_and_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "да")
    with pytest.raises(SettingError, match=r"^X='да' .* 1, true, yes, on, 0, false, no, off\.$"):
        env.boolean("X", False)
    with pytest.raises(SettingError, match=r"^X='да' .* from 1 to 9\.$"):
        env.integer("X", 1, low=1, high=9)
    with pytest.raises(SettingError, match=r"^X='да' .* a, b\.$"):
        env.choice("X", "a", ["a", "b"])
    with pytest.raises(SettingError, match=r"^X='да' .* absolute path\.$"):
        env.folder("X", Path("/"))


@pytest.mark.parametrize("value", ["0", "10", "1.5", "1e0", "-1"])
def test_integer_keeps_to_its_bounds(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(SettingError):
        env.integer("X", 1, low=1, high=9)


def test_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", " a, b ,,c ")
    assert env.words("X") == ["a", "b", "c"]
    monkeypatch.delenv("X")
    assert env.words("X", ["d"]) == ["d"]


def test_a_secret_comes_from_the_variable_or_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ключ"
    file.write_text("s3cret\n", encoding="utf-8")
    assert env.secret("X") is None
    monkeypatch.setenv("X_FILE", str(file))
    assert env.secret("X") == "s3cret"
    monkeypatch.setenv("X", "other")
    with pytest.raises(SettingError, match="X and X_FILE are both set"):
        env.secret("X")
    monkeypatch.delenv("X_FILE")
    assert env.secret("X") == "other"


@pytest.mark.parametrize("content", [None, b" \n", b"\xff\xfe\xfa"])
def test_a_secret_file_that_is_no_use_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("X_FILE", str(file))
    with pytest.raises(SettingError, match="X_FILE"):
        env.secret("X")
