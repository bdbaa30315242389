"""The house rules that a machine can hold: layers, start-up weight, size of files, links between models."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "regulars"
LAYERS = [
    *("kit", "events", "team", "customers", "work", "commerce", "analytics", "segments", "offers"),
    *("loyalty", "imports", "webhooks"),
    *("api", "console"),
]
HEAVY = ["duckdb", "ibis", "pyarrow", "numpy", "pandas", "altair", "vl_convert", "python_calamine"]
# A file may not outgrow what a newcomer sees whole; a function not the screen. The ratchets only fall.
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
LONG_FUNCTIONS_ALLOWED = 0


def _modules() -> list[Path]:
    return [p for p in sorted(SOURCE.rglob("*.py")) if "migrations" not in p.parts]


def test_web_process_starts_without_the_data_stack() -> None:
    code = (
        "import django, sys; django.setup(); import regulars.config.urls; "
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("regulars."):
            continue
        here = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            other = getattr(field, "remote_field", None) and field.related_model
            if not (field.concrete and other and other.__module__.startswith("regulars.")):
                continue
            there = other.__module__.split(".")[1]
            if there != here and LAYERS.index(there) >= LAYERS.index(here):
                wrong.append(f"{model.__name__}.{field.name} -> {other.__name__}")
    assert wrong == []


def test_files_are_of_a_size_one_can_see_whole() -> None:
    long = {str(p.relative_to(ROOT)): n for p in _modules() if (n := _lines(p)) > FILE_LINES_MAX}
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_functions_are_of_a_size_one_can_see_whole() -> None:
    long = []
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({lines} lines)")
    assert len(long) <= LONG_FUNCTIONS_ALLOWED, long


@pytest.mark.parametrize("word", ["utils", "common", "helpers", "manager", "data", "info"])
def test_no_module_with_a_name_that_says_nothing(word: str) -> None:
    assert [str(p) for p in SOURCE.rglob(f"{word}.py")] + [str(p) for p in SOURCE.rglob(f"{word}/")] == []


def test_console_reads_models_and_never_writes_them() -> None:
    writes = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create"}
    found = []
    for path in sorted((SOURCE / "console").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and node.func.attr in writes and "objects" in ast.unparse(node.func):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_every_domain_says_what_it_is_for() -> None:
    domains = [p.parent for p in SOURCE.glob("*/models.py")] + [p.parent for p in SOURCE.glob("*/models/")]
    assert [d.name for d in domains if not (d / "README.md").exists()] == []
