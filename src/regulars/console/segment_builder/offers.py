"""What there is to choose from in the form: attributes, events and their details, segments, values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.segment_builder.drafts import Draft, Kind, Node
from regulars.console.segment_builder.examples import examples_of
from regulars.console.segment_builder.properties import Property, is_money, properties_of
from regulars.console.segment_builder.ways import WAYS, Way, way_of, ways_of
from regulars.console.wording import happenings_kinds as kinds
from regulars.events.models import EventName
from regulars.kit import attributes as registry
from regulars.kit.attributes import Attribute, Field
from regulars.kit.attributes import Kind as ValueKind
from regulars.segments.models import Segment
from regulars.segments.types import State
from regulars.segments.wording.fields import field_name
from regulars.segments.wording.happened import VERBS, did

LINES = "order_lines"
OTHER_FIELD = "*"
"""Chosen in place of a detail that is not in the list; its name is typed then."""
_LONG = 80


@dataclass(frozen=True)
class Option:
    """A choice: what is sent, and what is read."""

    value: str
    words: str


@dataclass(frozen=True)
class Options:
    """Choices that belong together; `words` is empty where they need no heading."""

    words: str
    options: tuple[Option, ...]


Told = Attribute | Field
"""What is known of a value: its kind, its name, what it can be chosen from."""


@dataclass
class Offers:
    """Asked once a request, and only of what the form shows. `beside`: the segment that is being changed."""

    beside: int | None = None
    _properties: dict[str, dict[str, Property]] = field(default_factory=dict)
    _choices: dict[int, list[Option]] = field(default_factory=dict)

    @cached_property
    def attributes(self) -> Mapping[str, Attribute]:
        """All attributes by key."""
        return registry.registered()

    @cached_property
    def order_fields(self) -> Mapping[str, Field]:
        """What can be asked of an order, and of its lines."""
        lines = registry.relations().get(LINES)
        return lines.fields if lines else {}

    @cached_property
    def segments(self) -> Mapping[int, tuple[str, State]]:
        """All segments but the one that is being changed."""
        rows = Segment.objects.order_by("name", "id").values_list("id", "name", "state")
        return {id_: (name, State(state)) for id_, name, state in rows if id_ != self.beside}

    @property
    def live(self) -> list[int]:
        """Those that a condition may name."""
        return [id_ for id_, (_name, state) in self.segments.items() if state is not State.ARCHIVED]

    def properties(self, event: str) -> dict[str, Property]:
        """The details that events of this name carry."""
        if not event:
            return {}
        if event not in self._properties:
            self._properties[event] = properties_of(event)
        return self._properties[event]

    # --- What a node tests ---------------------------------------------------------------------------------

    def told(self, node: Node, under: Kind | None) -> Told | None:
        """What is known of the value that a node tests."""
        if node.kind is Kind.ATTRIBUTE:
            return self.attributes.get(node["attribute"])
        return self.order_fields.get(node["field"]) if under is Kind.ORDERS else None

    def kind_of(self, node: Node, under: Kind | None) -> ValueKind | None:
        """The kind of the value that a node tests; None where it may be anything."""
        told = self.told(node, under)
        if told is not None:
            return told.kind
        if node.kind is Kind.DETAIL and under is not Kind.ORDERS and is_money(node["field"]):
            return ValueKind.MONEY
        return None

    def ways(self, node: Node, under: Kind | None, event: str = "") -> tuple[Way, ...]:
        """How it can be tested; of a detail of an event what its values look like, and what was chosen."""
        kind = self.kind_of(node, under)
        looks = (
            self.properties(event)[node["field"]].kind if node["field"] in self.properties(event) else None
        )
        if kind is not None or looks is None:
            return ways_of(kind)
        chosen = way_of(node["way"], None)
        return WAYS[looks] if chosen in WAYS[looks] or not node["way"] else (chosen, *WAYS[looks])

    def settle(self, draft: Draft) -> None:
        """Let each test have a way that its value allows: the one chosen, else the first there is."""
        for node in draft.root.all():
            if node.kind is Kind.ATTRIBUTE and node["attribute"]:
                self._settle(node, None, "")
            for child in node.children:
                if child.kind is not Kind.DETAIL:
                    continue
                if child["field"] == OTHER_FIELD and child["named"].strip():
                    child.said["field"] = child["named"].strip()
                if child["field"]:
                    self._settle(child, node.kind, event_of(node, child))

    def _settle(self, node: Node, under: Kind | None, event: str) -> None:
        offered = self.ways(node, under, event)
        node.said["way"] = next((way for way in offered if way == node["way"]), offered[0])

    # --- Lists ---------------------------------------------------------------------------------------------

    def choices(self, told: Told | None) -> list[Option] | None:
        """The values there are; None where any may be typed."""
        if told is None or told.choices is None:
            return None
        if id(told) not in self._choices:
            self._choices[id(told)] = [Option(value, str(words)) for value, words in told.choices()]
        return self._choices[id(told)]

    def examples(self, node: Node, event: str) -> list[str]:
        """Texts that occur, to be offered where one is typed, without those that are chosen already."""
        if node.kind is Kind.DETAIL:
            met = self.properties(event).get(node["field"])
            found = met.examples if met else []
        else:
            attribute = self.attributes.get(node["attribute"])
            relation = registry.relations().get(attribute.relation) if attribute else None
            found = examples_of(attribute, relation) if attribute else []
        return [value for value in found if value not in node.values]

    def attribute_options(self, chosen: str) -> list[Options]:
        """Attributes under the headings their domains give them."""
        groups: dict[str, list[Option]] = {}
        for key, attribute in self.attributes.items():
            groups.setdefault(str(attribute.group), []).append(Option(key, str(attribute.label)))
        found = [Options(words, tuple(options)) for words, options in groups.items()]
        return self._with_unknown(found, chosen)

    def event_options(self, chosen: str) -> list[Options]:
        """Events in words: our own under headings, then those that other systems made up."""
        made_up = self._made_up
        groups = (
            (_("Orders"), kinds.ORDERS),
            (_("Cart and checkout"), kinds.CART),
            (_("On the site"), kinds.BROWSING),
            (_("About the customer"), frozenset(VERBS) - kinds.ORDERS - kinds.CART - kinds.BROWSING),
            (_("From your systems"), frozenset(made_up) - frozenset(VERBS)),
        )
        found = [
            Options(words, tuple(Option(name, capital(did(name))) for name in self._in_order(names)))
            for words, names in groups
            if names
        ]
        return self._with_unknown(found, chosen, did(chosen) if chosen else "")

    def field_options(self, under: Kind, event: str, chosen: str) -> list[Options]:
        """What can be asked of an order, or of an event of this name."""
        if under is Kind.ORDERS:
            options = [Option(name, str(field.label)) for name, field in self.order_fields.items()]
            return self._with_unknown([Options("", tuple(options))], chosen)
        words: dict[str, list[str]] = {}
        for name in self.properties(event):
            words.setdefault(field_name(name), []).append(name)
        options = [
            Option(name, capital(said if len(names) == 1 else f"{said} ({name})"))
            for said, names in words.items()
            for name in names
        ]
        found = [Options("", tuple(options))] if options else []
        if chosen != OTHER_FIELD:
            found = self._with_unknown(found, chosen, field_name(chosen) if chosen else "")
        return [*found, Options("", (Option(OTHER_FIELD, _("Another detail…")),))]

    def segment_options(self, chosen: str) -> list[Options]:
        """Segments by name; those put away only where one is chosen already."""
        options = [
            Option(str(id_), plain(name)[:_LONG])
            for id_, (name, state) in self.segments.items()
            if state is not State.ARCHIVED or str(id_) == chosen
        ]
        return self._with_unknown([Options("", tuple(options))], chosen, _("A segment that is gone"))

    @cached_property
    def _made_up(self) -> list[str]:
        return list(EventName.objects.order_by("name").values_list("name", flat=True))

    def _in_order(self, names: Iterable[str]) -> list[str]:
        place = {name: place for place, name in enumerate([*VERBS, *self._made_up])}
        return sorted(names, key=lambda name: (place.get(name, len(place)), name))

    @staticmethod
    def _with_unknown(groups: list[Options], chosen: str, words: str = "") -> list[Options]:
        """With what is chosen although the list does not have it, so that nothing is changed by looking."""
        if not chosen or any(option.value == chosen for group in groups for option in group.options):
            return groups
        return [*groups, Options("", (Option(chosen, (words or plain(chosen))[:_LONG]),))]


def event_of(node: Node, detail: Node) -> str:
    """The event whose detail is asked for; empty for those of orders."""
    if node.kind is Kind.SEQUENCE:
        return node["then"] if detail["of"] == "then" else node["event"]
    return node["event"] if node.kind is Kind.EVENT else ""


def capital(text: str) -> str:
    """With a capital, as it stands in a list."""
    return text[:1].upper() + text[1:]


def words_of(options: Sequence[Options], value: str) -> str:
    """How a chosen value reads; itself where no list has it."""
    return next((o.words for group in options for o in group.options if o.value == value), plain(value))
