"""Offers in plain words."""

from __future__ import annotations

from regulars.offers.wording.amounts import Voice
from regulars.offers.wording.goods import goods_words, quoted
from regulars.offers.wording.refusals import refusal_sentence
from regulars.offers.wording.sentences import customer_sentence, off_words, sentences

__all__ = [
    "Voice",
    "customer_sentence",
    "goods_words",
    "off_words",
    "quoted",
    "refusal_sentence",
    "sentences",
]
