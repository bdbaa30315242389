"""What must never be committed: names of registry hosts, paths of one machine, migrations out of step."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
# Put together here, so that this file does not hold what it looks for.
HOSTS = re.compile("|".join(["py" + r"pi\.org", "python" + r"hosted\.org", r"registry\." + r"npmjs\.org"]))


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def test_no_registry_host_is_named() -> None:
    found = []
    for path in _tracked():
        if path.is_file() and path.suffix not in {".png", ".woff2"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [str(path.relative_to(ROOT))] if HOSTS.search(text) else []
    assert found == []


@pytest.mark.django_db
def test_migrations_are_in_step_with_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
