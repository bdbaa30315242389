"""The kinds every shop has. What opens a file is loaded when one is opened."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module

from django.utils.translation import gettext_lazy as _

from regulars.analytics.previews import FIELDS, KINDS
from regulars.imports.kinds.work import Opening, Work
from regulars.imports.registry import ImportKind

_TITLES = {
    "orders": _("Orders"),
    "customers": _("Customers"),
    "products": _("Products"),
    "returns": _("Returns"),
    "costs": _("Costs of channels"),
    "points": _("Points customers have"),
}


def builtin_kinds() -> list[ImportKind]:
    return [
        ImportKind(name=name, title=_TITLES[name], fields=FIELDS[name], open=_Opener(name)) for name in KINDS
    ]


class _Opener:
    """Opens files of a kind by `open_<kind>` of the module of that name here."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, stack: ExitStack, opening: Opening) -> Work:
        module = import_module(f"regulars.imports.kinds.{self._name}")
        work: Work = getattr(module, f"open_{self._name}")(stack, opening)
        return work
