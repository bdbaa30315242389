"""Points given or taken by hand, as a form says them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.console import written
from regulars.loyalty.errors import CannotAdjust
from regulars.loyalty.types import MINOR

GIVE, TAKE = "give", "take"
KEY_CHARACTERS_MAX = 40
_MOST = 10**12


@dataclass(frozen=True)
class ByHand:
    """What was filled in. `key`: made with the form, so that sending it twice does it once."""

    points: str = ""
    way: str = GIVE
    reason: str = ""
    key: str = ""

    @property
    def points_minor(self) -> int:
        """Negative to take. Raises CannotAdjust for what is no number of points."""
        minor = minor_of(self.points)
        return -minor if self.way == TAKE else minor


def filled_in(post: QueryDict) -> ByHand:
    """The form as it came."""
    return ByHand(
        points=post.get("points", "").strip(),
        way=TAKE if post.get("way") == TAKE else GIVE,
        reason=post.get("reason", ""),
        key=post.get("key", "")[:KEY_CHARACTERS_MAX] or new_key(),
    )


def new_key() -> str:
    """For a form that is shown."""
    return uuid4().hex


def minor_of(text: str) -> int:
    """ "1 250,5" -> 125050. Raises CannotAdjust with words for who wrote it."""
    number = written.number(text)
    if number is None or number <= 0 or number > _MOST:
        raise CannotAdjust(_("Say how many points, as a number above zero."), code="no_points")
    minor = number * MINOR
    if minor != minor.to_integral_value():
        raise CannotAdjust(_("Points have two places behind the comma at most."), code="no_points")
    return int(minor)
