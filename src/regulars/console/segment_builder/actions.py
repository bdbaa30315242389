"""What a button of the form does to the draft."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from regulars.console.segment_builder.drafts import DETAILED, LEAVES, NODES_MAX, Draft, Kind, Node
from regulars.segments.types.conditions import DEPTH_MAX

_DO = re.compile(r"([a-z]+)(?: (\d{1,4}))?(?: ([a-z]+|\d{1,4}))?", re.ASCII)
_FIRST: dict[Kind, dict[str, str]] = {
    Kind.GROUP: {"match": "any"},
    Kind.EVENT: {"times": "at_least", "low": "1", "when": "last", "ago": "30", "span": "days"},
    Kind.ORDERS: {"times": "at_least", "low": "1", "when": "ever", "ago": "30", "span": "days"},
    Kind.SEQUENCE: {"happened": "no", "wait": "3", "unit": "days", "days": "30"},
    Kind.SEGMENT: {"member": "yes"},
    Kind.SHARE: {"low": "0", "high": "10"},
}
"""What a new node says: something that makes sense, so that little is left to fill in."""


@dataclass(frozen=True)
class Focus:
    """Where the keyboard goes on: the first field of a node, a field of it, or what takes a removal back."""

    node: int = 0
    field: str = ""
    is_undo: bool = False


def act(draft: Draft, said: str) -> Focus | None:
    """Do what a button says; None if it says nothing, as the one that only looks again.

    `add NODE KIND`, `remove NODE`, `bring`, `drop NODE PLACE` (a value of a list), `clear NODE` (all of
    them), `more NODE` (what was typed is in the list already), `detail NODE [first|then]`.
    """
    asked = _DO.fullmatch(said)
    if asked is None:
        return None
    what, id_, which = asked[1], int(asked[2] or 0), asked[3] or ""
    if what == "bring":
        node = draft.bring_back()
        return Focus(node.id) if node else None
    node = draft.find(id_)
    if node is None:
        return None
    match what:
        case "add":
            return _add(draft, node, which)
        case "detail":
            return _detail(draft, node, which)
        case "remove":
            return Focus(is_undo=True) if draft.remove(id_) else None
        case "drop":
            if which.isdigit() and int(which) < len(node.values):
                node.values.pop(int(which))
            return Focus(id_, "more")
        case "clear":
            node.values.clear()
            return Focus(id_, "more")
        case "more":
            return Focus(id_, "more")
    return None


def may_nest(draft: Draft, node: Node) -> bool:
    """Whether a group may have another one inside: a condition has levels enough for that, also negated."""
    return draft.depth_of(node.id) < (DEPTH_MAX - 2) // 2


def _add(draft: Draft, node: Node, which: str) -> Focus | None:
    kind = next((kind for kind in (*LEAVES, Kind.GROUP) if kind == which), None)
    if kind is None or node.kind is not Kind.GROUP or draft.size() >= NODES_MAX:
        return None
    if kind is Kind.GROUP and not may_nest(draft, node):
        return None
    made = Node(draft.new_id(), kind, dict(_FIRST.get(kind, {})))
    if kind is Kind.SHARE:
        made.said["salt"] = secrets.token_hex(3)
    node.children.append(made)
    return Focus(made.id)


def _detail(draft: Draft, node: Node, of: str) -> Focus | None:
    if node.kind not in DETAILED or draft.size() >= NODES_MAX:
        return None
    made = Node(draft.new_id(), Kind.DETAIL)
    if node.kind is Kind.SEQUENCE:
        made.said["of"] = "then" if of == "then" else "first"
    node.children.append(made)
    return Focus(made.id)
