"""Every variable that is read is described in docs/settings.md, and nothing else is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from regulars.config import home

DOCUMENT = home.CHECKOUT / "docs" / "settings.md"
READERS = {"text", "secret", "boolean", "integer", "choice", "words", "folder"}
# Read by make, not by Regulars; and by the tests' plugin.
ELSEWHERE = {"PYTHON", "UP", "REGULARS_TEST_DATABASE_URL"}
# Between `regulars up` and its children, or of the system.
NOT_SETTINGS = {"PATH", "PGAPPNAME", "REGULARS_PARENT_PIPE", "XDG_RUNTIME_DIR", "DJANGO_SETTINGS_MODULE"}


def read_in(path: Path) -> set[str]:
    """Names given to a reader of `env`, or looked up in os.environ, as literals."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            function, name = node.func, node.args[0]
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            owner = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
            reads = (called in READERS and owner in ("env", "")) or owner == "os.environ"
            if reads and isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.add(name.value)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.add(key.value)
    return {name for name in found if re.fullmatch(r"[A-Z][A-Z_]+", name)}


def test_the_finder_finds() -> None:
    assert read_in(home.PACKAGE / "config" / "settings.py") >= {"REGULARS_SECRET_KEY", "REGULARS_DEBUG"}
    assert "PORT" in read_in(home.PACKAGE / "config" / "cli" / "web.py")
    assert "XDG_RUNTIME_DIR" in read_in(home.PACKAGE / "config" / "local" / "places.py")


def test_variables_and_document_agree() -> None:
    read = set().union(*(read_in(path) for path in home.PACKAGE.rglob("*.py"))) - NOT_SETTINGS
    documented = set(re.findall(r"^\| `([A-Z_]+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented - ELSEWHERE == read
