"""docs/api.md: the calls it begins with work as they stand, and it names every code there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.api.rest_calls import caller
from tests.api.rest_server import serving

from regulars.api.rest.problems import Code

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"
# Each call prints its answer on a line of its own, and a refusal ends the script.
PRELUDE = """set -eu
curl() { command curl -sS --fail-with-body "$@" && echo || { echo; exit 1; }; }
"""


def first_script() -> str:
    match = re.search(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert match is not None
    return match[1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_first_five_calls_work_as_they_stand(tmp_path: Path) -> None:
    script = first_script()
    assert len(re.findall(r"^curl ", script, re.MULTILINE)) == 5
    with serving(tmp_path) as server:
        told = {"REGULARS": server.address, "KEY": caller().secret}
        for name in told:  # the reader puts their own in
            script, replaced = re.subn(rf"^{name}=.*$", "", script, flags=re.MULTILINE)
            assert replaced == 1
        for _ in range(2):  # twice: the same again changes nothing
            done = subprocess.run(
                ["bash", "-c", PRELUDE + script],
                env=os.environ | told,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            answers = [json.loads(line) for line in done.stdout.splitlines() if line]
            assert len(answers) == 5
            customer, order, consents, _event, timeline = answers
            assert customer["traits"] == {"plan": "gold"}
            assert (order["amount_minor"], order["lines"][0]["name"]) == (149000, "Green tea")
            assert consents["current"][0]["granted"] is True
            names = [event["name"] for event in timeline["events"]]
            assert names.count("table_booked") == names.count("order_completed") == 1
            assert set(names) >= {"consent_given", "profile_created"}


def test_every_code_is_explained() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = dict(re.findall(r"`([a-z_]+)`()", text))
    assert {code.code for code in Code} <= set(rows)
    for code in Code:
        row = next(line for line in text.splitlines() if line.startswith("|") and f"`{code.code}`" in line)
        assert str(code.status) in row
