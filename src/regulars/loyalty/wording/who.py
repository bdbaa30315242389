"""For whom a part of the programme is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.kit.documents import Condition
from regulars.segments.queries import condition_sentence

_SEGMENT = "segment"


def who_words(who: Condition | None) -> str:
    """A clause such as "for customers in the segment “Best”"; empty for everybody."""
    if who is None:
        return ""
    words = {"what": condition_sentence(who)}
    if is_segment(who):
        return _("for customers %(what)s") % words
    return _("for customers of whom this is so: %(what)s") % words


def is_segment(who: Condition | None) -> bool:
    """Whether it asks for nothing but a segment, which makes a short clause."""
    return who is not None and who.get("node") == _SEGMENT
