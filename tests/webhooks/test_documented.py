"""docs/webhooks.md says what is so: its code runs, its events are those offered, its example is signed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regulars.webhooks import rules
from regulars.webhooks.types import OFFERED_NAMES, TEST

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET = rules.secret_of(bytes(range(32)))
BODY = '{"type":"order_completed","data":{"customer":{"id":"К-1"}}}'
LANGUAGES = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
PYTHON = [code for language, code in LANGUAGES if language == "python"]
PHP = [code for language, code in LANGUAGES if language == "php"]


def _headers(body: str = BODY, at: float | None = None) -> dict[str, str]:
    moment = int(at if at is not None else datetime.now(UTC).timestamp())
    both = [rules.secret_of(b"the one that comes after" * 2), SECRET]
    return rules.headers(both, message_id="msg_1", timestamp=moment, body=body)


@pytest.mark.parametrize("code", PYTHON, ids=["library", "by-hand"])
def test_the_python_of_the_page_verifies(code: str) -> None:
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 (our own page)
    given = {name.lower(): value for name, value in _headers().items()}
    assert names["message_of"](BODY.encode(), given, SECRET) == json.loads(BODY)
    changed = BODY.replace("К-1", "К-2").encode()
    for body, headers in (
        (changed, given),
        (BODY.encode(), given | {"webhook-id": "msg_2"}),
        (BODY.encode(), _headers(at=datetime.now(UTC).timestamp() - 400)),
    ):
        with pytest.raises(Exception, match=r"."):
            names["message_of"](body, headers, SECRET)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("php") is None, reason="there is no PHP here")
def test_the_php_of_the_page_verifies(tmp_path: Path) -> None:
    given = {name.lower(): value for name, value in _headers().items()}
    call = "\n[$body, $headers, $secret] = json_decode(stream_get_contents(STDIN), true);\n"
    call += "echo json_encode(regulars_message($body, $headers, $secret));\n"
    (tmp_path / "verify.php").write_text(PHP[0] + call, encoding="utf-8")
    for body, is_good in ((BODY, True), (BODY + " ", False)):
        done = subprocess.run(
            ["php", tmp_path / "verify.php"],
            input=json.dumps([body, given, SECRET]),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode == 0) is is_good, done.stderr
        assert not is_good or json.loads(done.stdout) == json.loads(BODY)


def test_all_events_are_told_of() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", TEXT, re.MULTILINE)
    events = [name for name in rows if name in OFFERED_NAMES or name == TEST]
    assert set(events) == OFFERED_NAMES | {TEST}
    assert len(events) == len(set(events))
    assert set(rows) - set(events) == {"type", "timestamp"}


def test_the_waits_are_those_of_the_code() -> None:
    (told,) = re.findall(r"12 times over 24 hours: after (.*?), each a little", TEXT)
    words = re.split(r", | and ", told)
    units = {"s": 1, "min": 60, "h": 3600}
    seconds = [float(w.split()[0].replace("1½", "1.5")) * units[w.split()[1]] for w in words]
    assert seconds == [wait.total_seconds() for wait in rules.WAITS]


def test_the_example_is_what_is_sent() -> None:
    (body,) = re.findall(r"^\{\"type\".*\}$", TEXT, re.MULTILINE)
    told = json.loads(body)
    again = rules.message(
        name=told["type"],
        occurred_at=datetime.fromisoformat(told["timestamp"]),
        event_id=told["data"]["event_id"],
        customer=(told["data"]["customer"]["source"], told["data"]["customer"]["id"]),
        properties=told["data"]["properties"],
    )
    assert body == again
