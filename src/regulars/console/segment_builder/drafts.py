"""A condition while somebody puts it together: a tree of texts, of which any may be missing or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

NODES_MAX = 90
"""More nodes than a condition may have, so that one too large can still be opened and made smaller."""


class Kind(StrEnum):
    """What a node of the form is."""

    GROUP = "group"
    ATTRIBUTE = "attribute"
    EVENT = "event"
    ORDERS = "orders"
    SEQUENCE = "sequence"
    SEGMENT = "segment"
    SHARE = "share"
    DETAIL = "detail"
    """A test of a field of an event or an order; stands under these only."""


LEAVES = (Kind.ATTRIBUTE, Kind.ORDERS, Kind.EVENT, Kind.SEQUENCE, Kind.SEGMENT, Kind.SHARE)
"""What can be added to a group, in the order in which it is offered."""
DETAILED = frozenset({Kind.EVENT, Kind.ORDERS, Kind.SEQUENCE})


@dataclass
class Node:
    """One node. `id` stays the same as long as the form lives, whatever is added or removed around it.

    `said`: what the form says, by the names of its fields; `values` is a list, all else are texts.
    """

    id: int
    kind: Kind
    said: dict[str, str] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """What a field says; empty where nothing was said."""
        return self.said.get(name, "")

    def all(self) -> Iterator[Node]:
        """This node and all under it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass
class Removed:
    """What was taken away last, and where it stood."""

    node: Node
    parent: int
    place: int


@dataclass
class Draft:
    """The whole tree; its root is a group. Ids are given out in order and never again.

    `grown`: the node to whose list something was added by typing, 0 if none.
    """

    root: Node
    next_id: int = 2
    removed: Removed | None = None
    grown: int = 0

    @classmethod
    def empty(cls) -> Draft:
        """A group with nothing in it."""
        return cls(Node(1, Kind.GROUP, {"match": "all"}))

    def new_id(self) -> int:
        """An id that no node has or had."""
        self.next_id += 1
        return self.next_id - 1

    def find(self, id_: int) -> Node | None:
        """The node of this id."""
        return next((node for node in self.root.all() if node.id == id_), None)

    def parent_of(self, id_: int) -> Node | None:
        """The node under which it stands; None for the root and for one that is not there."""
        return next((n for n in self.root.all() if any(child.id == id_ for child in n.children)), None)

    def depth_of(self, id_: int) -> int:
        """How many groups stand around it; the root stands in none."""
        depth, at = 0, self.parent_of(id_)
        while at is not None:
            depth, at = depth + 1, self.parent_of(at.id)
        return depth

    def size(self) -> int:
        """How many nodes there are."""
        return sum(1 for _ in self.root.all())

    def remove(self, id_: int) -> Node | None:
        """Take a node away with all under it, and keep it for `bring_back`; gives its parent."""
        parent = self.parent_of(id_)
        if parent is None:
            return None
        place = next(i for i, child in enumerate(parent.children) if child.id == id_)
        self.removed = Removed(parent.children.pop(place), parent.id, place)
        return parent

    def bring_back(self) -> Node | None:
        """Put back what was removed last, where it stood or at the end of what there is."""
        if self.removed is None:
            return None
        gone, self.removed = self.removed, None
        parent = self.find(gone.parent)
        if parent is None or (parent.kind is not Kind.GROUP and gone.node.kind is not Kind.DETAIL):
            parent = self.root
        if self.size() + sum(1 for _ in gone.node.all()) > NODES_MAX:
            return None
        parent.children.insert(min(gone.place, len(parent.children)), gone.node)
        return gone.node
