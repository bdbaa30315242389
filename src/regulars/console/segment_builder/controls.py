"""The controls that forms of nodes are made of; templates draw them and know nothing of conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from regulars.console.segment_builder.drafts import Node
from regulars.console.segment_builder.fields import fold, name_of
from regulars.console.segment_builder.offers import Option, Options

CHIPS_SHOWN = 20
"""Of a long list so many values are shown one by one."""


class Look(StrEnum):
    """How a control is drawn."""

    SELECT = "select"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    CHIPS = "chips"
    WORDS = "words"
    """Only words between controls."""


@dataclass(frozen=True)
class Chip:
    """One value of a list. `do`: what the button that takes it out says."""

    words: str
    do: str


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control. `label` is said by screen readers; sighted people read the words around it."""

    look: Look
    id: str = ""
    name: str = ""
    label: str = ""
    value: str = ""
    options: Sequence[Options] = ()
    empty: str = ""
    """The words of "nothing chosen yet"; empty where something always is."""
    hints: Sequence[str] = ()
    is_wrong: bool = False
    is_focused: bool = False
    is_short: bool = False
    chips: Sequence[Chip] = ()
    chips_left: int = 0
    folded: str = ""
    folded_name: str = ""
    add: str = ""
    clear: str = ""


@dataclass
class Shelf:
    """Makes the controls of one node. `wrong`: its fields of which something is said; `focus`: which field
    the keyboard goes to, "" for the first one, None for none of them."""

    node: Node
    wrong: frozenset[str] = frozenset()
    focus: str | None = None
    made: int = field(default=0, init=False)

    def select(
        self, name: str, label: str, options: Iterable[Options], *, empty: str = "", of: str = ""
    ) -> Control:
        """A choice. `of`: what its choices depend on, so that others make it another control."""
        return self._control(Look.SELECT, name, label, options=tuple(options), empty=empty, of=of)

    def text(self, name: str, label: str, *, hints: Sequence[str] = ()) -> Control:
        return self._control(Look.TEXT, name, label, hints=hints)

    def number(self, name: str, label: str) -> Control:
        return self._control(Look.NUMBER, name, label, is_short=True)

    def day(self, name: str, label: str) -> Control:
        return self._control(Look.DAY, name, label)

    def chips(
        self, label: str, words: Sequence[str], *, options: Sequence[Option] | None, hints: Sequence[str]
    ) -> Control:
        """A list of values, each of which can be taken out, and a field for one more."""
        id_, count = self.node.id, len(self.node.values)
        left = [o for o in options if o.value not in self.node.values] if options is not None else []
        chips = [Chip(said, f"drop {id_} {place}") for place, said in enumerate(words[:CHIPS_SHOWN])]
        return self._control(
            Look.CHIPS,
            "more",
            label,
            options=(Options("", tuple(left)),) if left else (),
            hints=hints if options is None else (),
            of=str(count),
            chips=chips,
            chips_left=max(0, count - CHIPS_SHOWN),
            folded=fold(self.node.values),
            folded_name=name_of(self.node, "values"),
            add="" if options is not None and not left else f"more {id_}",
            clear=f"clear {id_}" if count > 1 else "",
        )

    def _control(self, look: Look, name: str, label: str, *, of: str = "", **more: Any) -> Control:
        full = name_of(self.node, name)
        is_first = self.made == 0
        self.made += 1
        return Control(
            look=look,
            id=f"{full}-{of}" if of else full,
            name=full,
            label=label,
            value="" if name == "more" else self.node[name],
            is_wrong=name in self.wrong,
            is_focused=self.focus == name or (self.focus == "" and is_first),
            **more,
        )


def words(text: str) -> Control:
    """Words between controls."""
    return Control(look=Look.WORDS, label=text)
