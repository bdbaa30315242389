"""A draft as fields of a form, and back.

Each node has a hidden field with its kind and its parent; what it says are fields of their own. A list stands
in one field, for a form may not have thousands of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from django.http import QueryDict

from regulars.console.segment_builder.drafts import NODES_MAX, Draft, Kind, Node, Removed
from regulars.segments.types.conditions import DEPTH_MAX, TEXT_MAX, VALUES_MAX

_NAME = re.compile(r"n(\d{1,4})-([a-z_0-9]{1,20})", re.ASCII)
_HEAD = re.compile(r"([a-z]+) (\d{1,4})(?: (first|then))?", re.ASCII)
ROOT = "group 0"
DEPTH_READ = 3 * DEPTH_MAX
"""Deeper than any condition; the page is drawn by a call within a call."""
REMOVED_CHARACTERS_MAX = 200_000


@dataclass(frozen=True)
class Field:
    """A hidden field."""

    name: str
    value: str


def name_of(node: Node, said: str) -> str:
    """The name of a node's field."""
    return f"n{node.id}-{said}"


def head_of(node: Node, parent: Node | None) -> Field:
    """The hidden field that says what a node is, under which it stands, and of which event it is a detail."""
    head = f"{node.kind} {parent.id} {node['of']}".rstrip() if parent else ROOT
    return Field(name_of(node, "is"), head)


def read(post: QueryDict) -> Draft:
    """The draft a form holds. What cannot be one is passed over: nobody but a program sends it."""
    said = _said(post)
    draft = Draft.empty()
    nodes: dict[int, tuple[Node, int]] = {}
    for id_, fields in said.items():
        head = _HEAD.fullmatch(fields.pop("is", ""))
        if head is None or len(nodes) >= NODES_MAX:
            continue
        if head[3]:
            fields["of"] = head[3]
        found = _node(draft, nodes, id_, head[1], int(head[2]), fields)
        if found:
            nodes[id_] = found
    draft.next_id = max([_number(post.get("next", "")), *(id_ + 1 for id_ in nodes), 2])
    draft.removed = _removed(post.get("removed", ""), draft)
    return draft


def _node(
    draft: Draft, nodes: Mapping[int, tuple[Node, int]], id_: int, kind: str, in_: int, said: dict[str, str]
) -> tuple[Node, int] | None:
    values = unfold(said.pop("values", ""))
    for value in split(said.pop("more", "")):
        draft.grown = id_
        if value not in values:
            values.append(value)
    del values[VALUES_MAX:]
    if f"{kind} {in_}" == ROOT and not nodes:
        draft.root = Node(id_, Kind.GROUP, said)
        return draft.root, 0
    if kind not in set(Kind) or in_ not in nodes:
        return None
    parent, depth = nodes[in_]
    is_detail = kind == Kind.DETAIL
    if depth >= DEPTH_READ or (parent.kind is Kind.GROUP) is is_detail or parent.kind is Kind.DETAIL:
        return None
    node = Node(id_, Kind(kind), said, values)
    parent.children.append(node)
    return node, depth + 1


def _said(post: QueryDict) -> dict[int, dict[str, str]]:
    """What is said of each node, in the order of the form."""
    found: dict[int, dict[str, str]] = {}
    for key in post:
        name = _NAME.fullmatch(key)
        if name is None:
            continue
        text = post.get(key, "").replace("\x00", "").replace("\r\n", "\n")
        if name[2] not in {"values", "more"}:
            text = text[:TEXT_MAX]
        found.setdefault(int(name[1]), {})[name[2]] = text
    return found


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0


# --- Lists in one field ------------------------------------------------------------------------------------


def fold(values: list[str]) -> str:
    """A list as one text, a value a line."""
    return "\n".join(value.replace("\\", "\\\\").replace("\n", "\\n") for value in values)


def unfold(text: str) -> list[str]:
    """The list that `fold` wrote."""
    if not text:
        return []
    unescaped = {"\\\\": "\\", "\\n": "\n"}
    return [
        re.sub(r"\\[\\n]", lambda found: unescaped[found[0]], line)[:TEXT_MAX] for line in text.split("\n")
    ]


_PARTS = re.compile(r"\s*(?:\"([^\"]*)\"|([^,;\n]*))\s*(?:[,;\n]|$)")


def split(text: str) -> list[str]:
    """What somebody typed or pasted: values parted by commas, semicolons or lines; quoted ones stay whole."""
    found = [quoted or plain for quoted, plain in _PARTS.findall(text)]
    return list(dict.fromkeys(value.strip()[:TEXT_MAX] for value in found if value.strip()))


# --- What was removed --------------------------------------------------------------------------------------


def removed_field(draft: Draft) -> Field | None:
    """The hidden field from which the last removal is taken back."""
    if draft.removed is None:
        return None
    return Field("removed", msgspec.json.encode(draft.removed).decode())


def _removed(text: str, draft: Draft) -> Removed | None:
    if not text or len(text) > REMOVED_CHARACTERS_MAX:
        return None
    try:
        gone = msgspec.json.decode(text, type=Removed)
    except (msgspec.MsgspecError, RecursionError):
        return None
    taken = {node.id for node in draft.root.all()}
    if gone.place < 0 or gone.node.id < 0 or any(node.id in taken for node in gone.node.all()):
        return None
    draft.next_id = max([draft.next_id, *(node.id + 1 for node in gone.node.all())])
    return gone
