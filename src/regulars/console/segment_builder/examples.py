"""Values that occur, offered where a text is typed: a city somebody misspells finds nobody."""

from __future__ import annotations

import re

from django.db import DatabaseError, connection, transaction

from regulars.kit.attributes import Attribute, Relation

EXAMPLES_MAX = 30
LOOKED_AT = 5_000
"""Customers whose values are looked at; all of them would take too long beside a form."""
SHARED_BY = 3
"""What fewer customers have may be somebody's own, such as a number of a document."""
_PATIENCE = "500ms"
_SCOPE = re.compile(r"\{scope:[\w.]+\}")
_LONG = 60

_VALUES = """
SELECT value FROM (SELECT {expression} AS value FROM ({query}) AS asked LIMIT {looked_at}) AS seen
WHERE value <> '' AND length(value) <= {long}
GROUP BY value HAVING count(*) >= {shared_by} ORDER BY count(*) DESC, value LIMIT {most}
"""


def examples_of(attribute: Attribute, relation: Relation | None) -> list[str]:
    """Texts that several customers have, the most frequent first; none where that takes too long."""
    if relation is None or not relation.one_each:
        return []
    query = _SCOPE.sub("true", relation.query)
    if "{" in _SCOPE.sub("", relation.query).replace("'{}'", ""):
        return []  # it asks for the moment or the currency
    statement = _VALUES.format(
        expression=attribute.expression, query=query, looked_at=LOOKED_AT, long=_LONG,
        shared_by=SHARED_BY, most=EXAMPLES_MAX,
    )  # fmt: skip
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{_PATIENCE}'")
            cursor.execute(statement)  # nothing in it comes from outside
            return [str(value) for (value,) in cursor.fetchall()]
    except DatabaseError:
        return []
