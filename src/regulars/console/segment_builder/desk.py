"""A draft with all that a page says about it: its condition, its sentence, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from regulars.console.segment_builder.actions import Focus
from regulars.console.segment_builder.drafts import Draft, Kind, Node
from regulars.console.segment_builder.fields import removed_field
from regulars.console.segment_builder.making import Finding, Made, Maker
from regulars.console.segment_builder.offers import Offers, capital, words_of
from regulars.console.segment_builder.page import TITLES, Page
from regulars.console.segment_builder.reading import Reader
from regulars.console.voice import Voice
from regulars.kit import attributes as registry
from regulars.segments.errors import Wrong
from regulars.segments.ready import READY
from regulars.segments.rules import check
from regulars.segments.types import Condition
from regulars.segments.wording import sentence, speech

LANGUAGES = (("ru", "По-русски"), ("en", "In English"))


@dataclass
class Desk:
    """Made once a request. `beside`: the segment that is being changed."""

    draft: Draft
    voice: Voice
    offers: Offers
    beside: int | None = None
    more: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, draft: Draft, voice: Voice, beside: int | None = None) -> Desk:
        """With a draft out of a form."""
        offers = Offers(beside)
        offers.settle(draft)
        return cls(draft, voice, offers, beside)

    @classmethod
    def opened(cls, condition: Condition, voice: Voice, beside: int | None = None) -> Desk:
        """With the draft of a stored condition."""
        offers = Offers(beside)
        draft = Reader(currency=voice.shop.currency, kind_of=offers.kind_of).read(condition)
        offers.settle(draft)
        return cls(draft, voice, offers, beside)

    @cached_property
    def made(self) -> Made:
        """The condition of the finished part."""
        return Maker(currency=self.voice.shop.currency, kind_of=self.offers.kind_of).make(self.draft)

    @cached_property
    def checked(self) -> list[Finding]:
        """What the language refuses of the finished part."""
        wrongs = check(
            self.made.condition,
            attributes=self.offers.attributes,
            relations=registry.relations(),
            segments=self.offers.live,
        )
        return self.made.at(wrongs)

    @property
    def is_empty(self) -> bool:
        """Nothing is asked yet."""
        return not self.draft.root.children

    @property
    def is_whole(self) -> bool:
        """It can be kept as it is."""
        return self.made.is_whole and not self.checked

    def tell(self, wrongs: Iterable[Wrong]) -> None:
        """Show what somebody else found wrong with the condition."""
        known = {(finding.node, finding.message) for finding in self.checked}
        self.more += [f for f in self.made.at(wrongs) if (f.node, f.message) not in known]

    @property
    def sentence(self) -> str:
        """What is asked so far, in the language of the page; empty before anything is."""
        return next((said for code, _name, said in self.sentences if code == self.voice.language), "")

    @cached_property
    def sentences(self) -> list[tuple[str, str, str]]:
        """The same in each language, with its code and its name."""
        if self._nothing:
            return []
        said = []
        for code, name in LANGUAGES:
            by = speech((self.made.condition,), language=code)
            said.append((code, name, capital(sentence(self.made.condition, language=code, by=by))))
        return said

    @property
    def _nothing(self) -> bool:
        return len(self.made.nodes) <= 1

    def context(self, *, focus: Focus | None = None, strict: bool = False) -> dict[str, Any]:
        """What the templates of the form show. `strict`: it was to be saved, so what is missing is told."""
        findings = [*self.made.findings, *self.checked, *self.more]
        page = Page(self.draft, self.offers, self.voice, findings, focus, strict)
        return {
            "root": page.root(),
            "ready": READY if self.is_empty and self.beside is None else (),
            "next_id": self.draft.next_id,
            "sentence": self.sentence,
            "sentences": self.sentences,
            "removed": removed_field(self.draft),
            "removed_words": self._removed_words(),
            "focus_undo": bool(focus and focus.is_undo),
            "left_out": self.made.left_out if not self.is_empty else 0,
        }

    def _removed_words(self) -> str:
        """What the node that was taken away last was about."""
        gone = self.draft.removed
        return "" if gone is None else self._about(gone.node)

    def _about(self, node: Node) -> str:
        if node.kind is Kind.ATTRIBUTE and node["attribute"]:
            return words_of(self.offers.attribute_options(node["attribute"]), node["attribute"])
        if node.kind in {Kind.EVENT, Kind.SEQUENCE} and node["event"]:
            return words_of(self.offers.event_options(node["event"]), node["event"])
        return str(TITLES[node.kind][0])
