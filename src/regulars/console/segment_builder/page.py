"""The form as a page shows it: nodes with their controls, what is wrong at them, what can be added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from regulars.console.segment_builder.actions import Focus, may_nest
from regulars.console.segment_builder.controls import Control, Shelf
from regulars.console.segment_builder.drafts import DETAILED, LEAVES, NODES_MAX, Draft, Kind, Node
from regulars.console.segment_builder.fields import Field, head_of, name_of
from regulars.console.segment_builder.lines import Line, Lines
from regulars.console.segment_builder.making import Finding
from regulars.console.segment_builder.offers import Offers, Option, Options
from regulars.console.voice import Voice

DETAILS_MAX = 10
"""Details of one event or order; with more of them nobody knows what is asked."""


@dataclass(frozen=True)
class Offered:
    """Something that can be added. `do`: what its button says."""

    do: str
    name: str
    text: str
    icon: str


@dataclass(frozen=True)
class Box:
    """A button beside a line that adds a detail to it, and the details there are."""

    details: tuple[Shown, ...]
    do: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A node of the page. `parts`: lines of controls, and between them the details they are narrowed by."""

    id: int
    kind: str
    title: str
    icon: str
    head: Field
    parts: tuple[tuple[list[Line], Box | None], ...] = ()
    match: Control | None = None
    joined: str = ""
    except_name: str = ""
    is_except: bool = False
    children: tuple[Shown, ...] = ()
    adds: tuple[Offered, ...] = ()
    findings: tuple[Finding, ...] = ()
    has_lost: bool = False
    """Something was taken away here last; it can be put back."""

    @property
    def is_wrong(self) -> bool:
        """Something must be put right here, more than what is only not filled in."""
        return any(not finding.is_unfinished for finding in self.findings)


@dataclass
class Page:
    """Makes `Shown` out of nodes. `strict`: what is not finished is told too, for it was to be saved."""

    draft: Draft
    offers: Offers
    voice: Voice
    findings: Iterable[Finding] = ()
    focus: Focus | None = None
    strict: bool = False
    _at: dict[int, list[Finding]] = field(default_factory=dict, init=False)
    _lost: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._lost = self._group_that_lost()
        for finding in self.findings:
            if self.strict or not finding.is_unfinished:
                self._at.setdefault(finding.node, []).append(finding)

    def root(self) -> Shown:
        """The whole tree."""
        return self._group(self.draft.root, None)

    def _group_that_lost(self) -> int:
        """The group that lost something last: a condition, or a condition in it a detail."""
        gone = self.draft.removed
        if gone is None:
            return 0
        node = self.draft.find(gone.parent)
        if node is not None and node.kind is not Kind.GROUP:
            node = self.draft.parent_of(node.id)
        return node.id if node else self.draft.root.id

    def _group(self, node: Node, parent: Node | None) -> Shown:
        shelf = self._shelf(node)
        match = shelf.select("match", _("How the conditions are joined"), _matches())
        children = (self._child(child, node) for child in node.children if child.kind is not Kind.DETAIL)
        return Shown(
            id=node.id,
            kind=node.kind,
            title=str(TITLES[Kind.GROUP][0]),
            icon=ICONS[Kind.GROUP],
            head=head_of(node, parent),
            match=match,
            joined=_("or") if node["match"] in {"any", "none"} else _("and"),
            children=tuple(children),
            adds=tuple(self._adds(node)),
            findings=tuple(self._at.get(node.id, ())),
            has_lost=self._lost == node.id,
        )

    def _child(self, node: Node, parent: Node) -> Shown:
        if node.kind is Kind.GROUP:
            return self._group(node, parent)
        lines = Lines(self._shelf(node), parent, self.offers, self.voice)
        parts: list[tuple[list[Line], Box | None]]
        if node.kind is Kind.SEQUENCE:
            parts = [
                (lines.all(), self._box(node, "first") if node["event"] else None),
                (lines.rest(), self._box(node, "then") if node["then"] else None),
                (lines.last(), None),
            ]
        else:
            takes = node.kind in DETAILED and (node["event"] or node.kind is Kind.ORDERS)
            parts = [(lines.all(), self._box(node, "") if takes else None)]
        return Shown(
            id=node.id,
            kind=node.kind,
            title=str(TITLES[node.kind][0]),
            icon=ICONS[node.kind],
            head=head_of(node, parent),
            parts=tuple(parts),
            except_name=name_of(node, "not") if node.kind is not Kind.DETAIL else "",
            is_except=bool(node["not"]),
            findings=tuple(self._at.get(node.id, ())),
        )

    def _box(self, node: Node, of: str) -> Box:
        details = [child for child in node.children if child["of"] == of]
        has_room = len(details) < DETAILS_MAX and self.draft.size() < NODES_MAX
        do = f"detail {node.id} {of}".strip() if has_room else ""
        return Box(tuple(self._child(child, node) for child in details), do)

    def _shelf(self, node: Node) -> Shelf:
        wrong = frozenset(finding.field for finding in self._at.get(node.id, ()) if finding.field)
        focus = self.focus.field if self.focus and self.focus.node == node.id else None
        return Shelf(node, wrong, focus)

    def _adds(self, node: Node) -> Iterable[Offered]:
        if self.draft.size() >= NODES_MAX:
            return
        for kind in (*LEAVES, Kind.GROUP):
            if kind is Kind.GROUP and not may_nest(self.draft, node):
                continue
            name, text = TITLES[kind]
            yield Offered(f"add {node.id} {kind}", str(name), str(text), ICONS[kind])


def _matches() -> list[Options]:
    named = (
        ("all", pgettext("customers for whom", "all of this is so")),
        ("any", pgettext("customers for whom", "at least one of this is so")),
        ("none", pgettext("customers for whom", "none of this is so")),
        ("not_all", pgettext("customers for whom", "not all of this is so")),
    )
    return [Options("", tuple(Option(value, said) for value, said in named))]


TITLES: Mapping[Kind, tuple[Promise, Promise]] = {
    Kind.ATTRIBUTE: (
        gettext_lazy("About the customer"),
        gettext_lazy("City, birthday, stage, sum of orders, consent"),
    ),
    Kind.ORDERS: (
        gettext_lazy("What they bought"),
        gettext_lazy("How often, for how much, which products, when"),
    ),
    Kind.EVENT: (
        gettext_lazy("What they did"),
        gettext_lazy("Looked at a product, left a cart, got a parcel"),
    ),
    Kind.SEQUENCE: (
        gettext_lazy("One thing after another"),
        gettext_lazy("Looked at a product and did not order within three days"),
    ),
    Kind.SEGMENT: (gettext_lazy("Another segment"), gettext_lazy("Is in it, or is not")),
    Kind.SHARE: (
        gettext_lazy("A random share"),
        gettext_lazy("Always the same people, for trying something out"),
    ),
    Kind.GROUP: (
        gettext_lazy("A group"),
        gettext_lazy("Conditions of which one is enough, or none may be so"),
    ),
    Kind.DETAIL: (gettext_lazy("Detail"), gettext_lazy("What it was about")),
}
"""What a node is called, and what it is good for."""

ICONS: Mapping[Kind, str] = {
    Kind.ATTRIBUTE: "user",
    Kind.ORDERS: "shopping-cart",
    Kind.EVENT: "activity",
    Kind.SEQUENCE: "route",
    Kind.SEGMENT: "shapes",
    Kind.SHARE: "dices",
    Kind.GROUP: "brackets",
    Kind.DETAIL: "search",
}
