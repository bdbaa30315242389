"""The OpenAPI document as a reader wants it: operations with fields, samples and words instead of schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from regulars.api.rest.routes import SCOPE

Schema = Mapping[str, Any]
FIRST = (
    *("Customers", "Orders", "Returns", "Shipments", "Products", "Carts", "Events", "Consents", "Persons"),
    *("Loyalty", "Figures", "Segments"),
)
SAMPLE_LINE_MAX = 70
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body or an answer, or a parameter; `depth` says how far inside it stands."""

    name: str
    kind: str
    required: bool
    text: SafeString
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One way to call."""

    anchor: str
    method: str
    path: str
    title: str
    text: SafeString
    scope: str
    parameters: Sequence[Field]
    body: Sequence[Field]
    answer: Sequence[Field]
    statuses: Sequence[tuple[str, SafeString]]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations on one kind of thing."""

    name: str
    anchor: str
    operations: Sequence[Operation]


def groups(document: Mapping[str, Any]) -> list[Group]:
    """All operations, by what they are about."""
    found: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            made = _operation(document, path, method, operation)
            found.setdefault(operation["tags"][0], []).append(made)
    named = sorted(found.items(), key=lambda group: (_place(group[0]), group[0]))
    return [Group(name, name.lower(), made) for name, made in named]


def _place(name: str) -> int:
    """What most people look for comes first; what is not named comes last."""
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _operation(document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]) -> Operation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [answer for status, answer in told["responses"].items() if status.startswith("2")]
    answer = next((a["content"]["application/json"]["schema"] for a in answers if "content" in a), None)
    text = told["description"].removesuffix(f"Scope: `{told[SCOPE]}`.").strip()
    return Operation(
        anchor=told["operationId"],
        method=method.upper(),
        path=path,
        title=told["summary"],
        text=_marked(text),
        scope=told[SCOPE],
        parameters=[_parameter(document, one) for one in told.get("parameters", ())],
        body=list(_fields(document, body)) if body else [],
        answer=list(_fields(document, answer)) if answer else [],
        statuses=[(status, _marked(answer["description"])) for status, answer in told["responses"].items()],
        curl=_curl(document, path, method, told, body),
    )


def _parameter(document: Mapping[str, Any], told: Mapping[str, Any]) -> Field:
    return Field(
        name=told["name"],
        kind=_kind(document, told["schema"]),
        required=told["required"],
        text=_marked(told.get("description", "")),
    )


def _fields(document: Mapping[str, Any], schema: Schema, depth: int = 0) -> Iterator[Field]:
    resolved = _resolved(document, schema)
    required = resolved.get("required", ())
    for name, told in resolved.get("properties", {}).items():
        kind = _kind(document, told)
        text = told.get("description") or _resolved(document, told).get("description", "")
        yield Field(name, kind, name in required, _marked(text), depth)
        inner = _resolved(document, told)
        inner = _resolved(document, inner.get("items", inner))
        if "properties" in inner:
            yield from _fields(document, inner, depth + 1)


def _marked(text: str) -> SafeString:
    """A text with what stands between backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308 (escaped before)


def _resolved(document: Mapping[str, Any], schema: Schema) -> Schema:
    """The schema itself: without references, and without the null that may stand for it."""
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        return _resolved(document, choices[0])
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _kind(document: Mapping[str, Any], schema: Schema) -> str:
    """The type in a few words."""
    told = _resolved(document, schema)
    if "enum" in told:
        return " or ".join(f"“{one}”" for one in told["enum"])
    if told.get("format") == "date-time":
        return "moment"
    if told.get("format") == "date":
        return "day"
    if told.get("type") == "array":
        most = f", at most {told['maxItems']:,}" if "maxItems" in told else ""
        inside = _kind(document, told["items"])
        return f"list{most}" if inside == "object" else f"list of {inside}{most}"
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        told.get("type", ""), str(told.get("type", "anything"))
    )
    if "maxLength" in told:
        kind += f", at most {told['maxLength']:,} characters"
    if kind == "whole number" and "maximum" in told and told["maximum"] < 10**6:
        kind += f", {told.get('minimum', 0)} to {told['maximum']:,}"
    return kind


def _curl(
    document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any], body: Schema | None
) -> str:
    for parameter in told.get("parameters", ()):
        if parameter["in"] == "path":
            sample = str(_sample(document, parameter["schema"]))
            path = path.replace(f"{{{parameter['name']}}}", sample)
    lines = [f"curl $REGULARS{path}", '-H "Authorization: Bearer $KEY"']
    if method != "get":
        lines[0] = f"curl -X {method.upper()} $REGULARS{path}"
    if body is not None:
        sample = _sample(document, body)
        text = json.dumps(sample, ensure_ascii=False)
        if len(text) > SAMPLE_LINE_MAX:
            text = json.dumps(sample, ensure_ascii=False, indent=2)
        lines += ['-H "Content-Type: application/json"', f"-d '{text}'"]
    return " \\\n  ".join(lines)


def _sample(document: Mapping[str, Any], schema: Schema) -> Any:
    """A value that a schema would take: its examples, and of objects what has one or has to be there."""
    told = _resolved(document, schema)
    if told.get("examples"):
        return told["examples"][0]
    if "enum" in told:
        return told["enum"][0]
    if told.get("type") == "array":
        return [_sample(document, told["items"])]
    if "properties" in told:
        required = told.get("required", ())
        return {
            name: _sample(document, one)
            for name, one in told["properties"].items()
            if name in required or _resolved(document, one).get("examples")
        }
    return {"integer": 1, "number": 1, "boolean": True, "object": {}}.get(told.get("type", ""), "text")
