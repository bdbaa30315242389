"""Reading who agreed to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models.functions import Least

from regulars.customers.models import Consent
from regulars.customers.types import ConsentRow

HISTORY_MAX = 1_000
"""Most lines of a history read at once."""

_COLUMNS = (
    "id", "profile_id", "channel", "topic", "granted", "at", "source", "proof", "recorded_at",
)  # fmt: skip
# The newest word comes first; one that claims to be of the future is as of when we heard it. Of yes and no
# at the same moment the no counts.
_NEWEST = (Least("at", "recorded_at").desc(), "granted", "-id")


def consents_of(profile_ids: Collection[int]) -> dict[int, list[ConsentRow]]:
    """What holds for each of these profiles: their newest word, by channel and topic."""
    rows = (
        Consent.objects.filter(profile_id__in=profile_ids)
        .order_by("profile_id", "channel", "topic", *_NEWEST)
        .distinct("profile_id", "channel", "topic")
    )
    found: defaultdict[int, list[ConsentRow]] = defaultdict(list)
    for row in rows.values_list(*_COLUMNS):
        found[row[1]].append(ConsentRow(*row))
    return dict(found)


def consents_of_person(person_id: int) -> list[ConsentRow]:
    """What holds for a person: the newest word of all their profiles, by channel and topic."""
    rows = (
        Consent.objects.filter(profile__person_id=person_id)
        .order_by("channel", "topic", *_NEWEST)
        .distinct("channel", "topic")
    )
    return [ConsentRow(*row) for row in rows.values_list(*_COLUMNS)]


def consent_history(profile_ids: Collection[int], *, limit: int = HISTORY_MAX) -> list[ConsentRow]:
    """All that these profiles said, the newest first; at most HISTORY_MAX."""
    rows = Consent.objects.filter(profile_id__in=profile_ids).order_by(*_NEWEST)
    return [ConsentRow(*row) for row in rows.values_list(*_COLUMNS)[: min(limit, HISTORY_MAX)]]
