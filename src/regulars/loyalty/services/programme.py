"""Publishing the programme."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import sql
from regulars.loyalty.errors import BadProgramme
from regulars.loyalty.models import ProgrammeVersion
from regulars.loyalty.queries.programme import forget_versions, to_version
from regulars.loyalty.rules.conditions import conditions_of, tested_events
from regulars.loyalty.rules.publishing import at_part, wrongs
from regulars.loyalty.services.forgetting import withdraw_version
from regulars.loyalty.types import Programme, Version
from regulars.segments import queries as segments
from regulars.segments.errors import BadCondition
from regulars.team import queries as team


@transaction.atomic
def publish(
    *,
    programme: Programme,
    since: datetime | None,
    now: datetime,
    user_id: int | None,
    instead_of: int | None = None,
) -> Version:
    """Have the programme hold for what is ordered from `since` on (None: from now); gives the new version.

    What was ordered before stays with the version of then. A programme without a currency gets the shop's.
    `instead_of`: the version that was looked at. Where it begins at that very moment, and has not begun, the
    new one takes its place: what is to hold from some day on can be put right until then.
    Raises BadProgramme for a moment in the past or one that is taken, and as `check_programme` does.
    """
    moment = since or now
    if moment < now:
        raise BadProgramme(
            _("A programme cannot hold for what was ordered already: choose now or a later moment.")
        )
    shop = team.shop()
    check_programme(programme)
    whole = programme if programme.currency else programme.model_copy(update={"currency": shop.currency})
    # One at a time, so that a moment is given once.
    sql.run("LOCK TABLE loyalty_programmeversion IN SHARE ROW EXCLUSIVE MODE")
    while (taken := ProgrammeVersion.objects.filter(since=moment).first()) is not None:
        if since is None:
            moment += timedelta(microseconds=1)
        elif taken.pk != instead_of or moment <= now or not withdraw_version(version_id=taken.pk):
            raise BadProgramme(_("From that moment on another version holds already: choose another moment."))
    row = ProgrammeVersion.objects.create(
        since=moment, document=whole.model_dump(mode="json"), published_at=now, published_by=user_id
    )
    forget_versions()
    return to_version(row)


def check_programme(programme: Programme) -> None:
    """Whether a programme can be published. Raises BadProgramme, which says in words all that is wrong."""
    found = wrongs(programme, return_window_days=team.shop().return_window_days)
    for name, condition in (*conditions_of(programme), *tested_events(programme)):
        try:
            segments.check_condition(condition)
        except BadCondition as error:
            found.append(at_part(name or _("Bring a friend"), str(error)))
    if found:
        raise BadProgramme(" ".join(found))
