"""Errors of imports that people see."""

from __future__ import annotations

from regulars.kit.errors import Conflict, RegularsError


class ImportProblem(RegularsError):
    """A file, a mapping or a place that cannot be used; the message says what to do."""

    code = "import_problem"


class NotNow(Conflict):
    """The import is in a state in which this cannot be done."""

    code = "not_now"


class NoSuchImport(RegularsError):
    """There is no import or watch with this number."""

    code = "no_such_import"
