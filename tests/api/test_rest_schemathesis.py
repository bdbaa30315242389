"""Schemathesis calls every operation with what the document allows and with what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.api.rest_calls import caller
from tests.api.rest_server import serving
from tests.depth import tries

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = tries(10)
SECONDS_MAX = tries(300)
# JSON's zero character is refused (PostgreSQL has no place for it), and so are cursors that are made up,
# with 400: neither can be said in the document, both have tests of their own.
SETTINGS = """
hooks = "{hooks}"
seed = 7
[generation]
allow-x00 = false
database = "none"
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409"]
"""


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(SECONDS_MAX + 100)
@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    settings = tmp_path / "schemathesis.toml"
    hooks = Path(__file__).with_name("rest_fuzzing.py")
    settings.write_text(SETTINGS.format(hooks=hooks.as_posix()), encoding="utf-8")
    with serving(tmp_path, REGULARS_API_LIMIT="100000000") as server:
        secret = caller().secret
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                f"--config-file={settings}",
                "run",
                f"{server.address}/api/v1/openapi.json",
                f"--header=Authorization: Bearer {secret}",
                "--checks=all",
                f"--max-examples={EXAMPLES}",
                "--continue-on-failure",
                "--no-color",
            ],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
