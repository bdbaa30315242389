"""What `npm run build` left for us: names of files with their hashes, shapes of icons."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.core.checks import CheckMessage, Warning
from django.templatetags.static import static

BUILT = Path(__file__).resolve().parent / "static" / "built"


@cache
def _read(name: str) -> dict[str, str]:
    try:
        content: dict[str, str] = json.loads((BUILT / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return content


def asset_url(name: str) -> str:
    """The address of a built file; one that does not exist, if nothing was built (see `check_built`)."""
    return static(f"built/{_read('manifest.json').get(name, name)}")


def icon_shapes(name: str) -> str:
    """What stands inside the <svg> of a Lucide icon listed in assets/icons.txt.

    Raises:
        LookupError: the icon is not listed there.
    """
    icons = _read("icons.json")
    if icons and name not in icons:
        raise LookupError(f"the icon {name} is not listed in assets/icons.txt")
    return icons.get(name, "")


def check_built(**_: object) -> list[CheckMessage]:
    """Say so at start-up when pages would have no style."""
    if _read("manifest.json"):
        return []
    return [
        Warning(
            "The console's styles and scripts are not built.", hint="Run `make assets`.", id="console.W001"
        )
    ]
