"""Codes by which customers allow a spending: made, tried and used. The worker sends them (`delivering`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from regulars.customers import queries as customers
from regulars.customers.services.holding import hold_persons
from regulars.kit import sql
from regulars.kit.sealing import seal, signing_key
from regulars.loyalty import registry
from regulars.loyalty.errors import CodeElsewhere, CodeOfLess, LockedOut, NoSender, Unreachable
from regulars.loyalty.models import SpendingCode
from regulars.loyalty.rules import codes
from regulars.loyalty.types.till import Member, SentCode

SEND = "loyalty.send_code"
"""The job's name."""
KEPT = timedelta(days=1)
"""Long enough to count how many were sent within a day."""
PURPOSE = "loyalty/code"

_OF_PERSON = "profile_id IN (SELECT id FROM customers_profile WHERE person_id = %(person_id)s)"
_SENT = f"""
SELECT count(*) FILTER (WHERE made_at > %(lately)s), count(*),
    min(made_at) FILTER (WHERE made_at > %(lately)s)
FROM loyalty_spendingcode WHERE made_at > %(today)s AND {_OF_PERSON}
"""  # noqa: S608 (a condition of ours)
_LOCKED = f"""
SELECT max(expires_at) FROM loyalty_spendingcode
WHERE tries >= %(most)s AND expires_at > %(since)s AND {_OF_PERSON}
"""  # noqa: S608
# Of somebody's codes the last that was made counts, and no other. Both look and change in one statement:
# many guesses at once are counted one after the other.
NEWEST = f"SELECT max(id) FROM loyalty_spendingcode WHERE {_OF_PERSON}"  # noqa: S608
_LAST = f"""
id = ({NEWEST}) AND expires_at > %(now)s AND used_at IS NULL AND tries < %(most)s
"""
# The last wrong try is also the end of the code: from then on they are locked out.
_WRONG = f"""
UPDATE loyalty_spendingcode
SET tries = tries + 1, expires_at = CASE WHEN tries + 1 < %(most)s THEN expires_at ELSE %(now)s END
WHERE {_LAST} AND code_hash <> ALL(%(hashes)s)
"""  # noqa: S608
_RIGHT = f"{_LAST} AND code_hash = ANY(%(hashes)s)"
_USE = f"""
UPDATE loyalty_spendingcode SET used_at = %(now)s, sealed = ''
WHERE {_RIGHT} AND branch_id IS NOT DISTINCT FROM %(branch_id)s
  AND coalesce(points_minor >= %(points)s, true)
"""  # noqa: S608
_FOR_WHAT = f"SELECT branch_id, points_minor FROM loyalty_spendingcode WHERE {_RIGHT}"  # noqa: S608
_USE_QR = """
INSERT INTO loyalty_usedqr (profile_id, step, used_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""


@transaction.atomic
def send_code(
    *,
    member: Member,
    branch_id: int | None,
    language: str,
    now: datetime,
    points_minor: int | None = None,
) -> SentCode:
    """Make a code and have the worker send it once this is committed.

    It opens for this branch alone (None: for callers without one), and so many points; None: any number.

    Raises NoSender where nothing is set up to send with, Unreachable where this customer cannot be reached,
    LockedOut after too many codes or wrong tries.
    """
    sender, address = _way_to(member.person_id)
    hold_persons([member.person_id])  # so that codes asked for at once are counted
    _check_not_locked(member.person_id, now)
    _check_not_too_many(member.person_id, now)
    code = codes.new_code()
    row = SpendingCode.objects.create(
        profile_id=member.profile_id,
        code_hash=_hashed(code, member.profile_id),
        branch_id=branch_id,
        points_minor=points_minor,
        channel=sender.channel,
        language=language,
        sealed=seal(code, purpose=PURPOSE),
        made_at=now,
        expires_at=now + codes.LASTS,
    )
    app.configure_task(SEND).defer(code_id=row.pk)
    return SentCode(sender.channel, sender.mask(address), row.expires_at)


def note_wrong_code(*, member: Member, code: str, now: datetime) -> None:
    """Count a wrong try, whatever becomes of what it was tried for: by itself, outside its transaction."""
    sql.run(_WRONG, _parameters(member, code, now))


def use_code(*, member: Member, code: str, branch_id: int | None, points_minor: int, now: datetime) -> bool:
    """Use the customer's code to spend so many points at this branch; False: it is wrong, old or used.

    Part of the transaction of what it allows. Count wrong ones before, by `note_wrong_code`.

    Raises LockedOut; and CodeElsewhere, CodeOfLess where it is right but was asked for something else: then
    it stays unused.
    """
    _check_not_locked(member.person_id, now)
    values = _parameters(member, code, now) | {"branch_id": branch_id, "points": points_minor}
    if sql.run(_USE, values):
        return True
    if (for_what := sql.row(_FOR_WHAT, values)) is None:
        return False
    asked_by, points = for_what
    if asked_by != branch_id:
        raise CodeElsewhere
    raise CodeOfLess(points)


def use_qr(*, profile_id: int, step: int, now: datetime) -> bool:
    """Use the QR of that half minute; False: it was used. Part of the transaction of what it allows."""
    return bool(sql.run(_USE_QR, [profile_id, step, now]))


def forget_codes(*, now: datetime, limit: int) -> int:
    """Forget at most `limit` codes and used QR codes of more than a day ago; says how many."""
    gone = 0
    for table, moment in (("loyalty_spendingcode", "made_at"), ("loyalty_usedqr", "used_at")):
        gone = max(
            gone,
            sql.run(
                f"DELETE FROM {table} WHERE id IN "  # noqa: S608 (names of ours)
                f"(SELECT id FROM {table} WHERE {moment} < %s ORDER BY {moment} LIMIT %s)",
                [now - KEPT, limit],
            ),
        )
    return gone


def _way_to(person_id: int) -> tuple[registry.Sender, str]:
    contacts = customers.contacts([person_id]).get(person_id)
    missing: list[str] = []
    for sender in registry.senders():
        if lack := sender.missing():
            missing.append(lack)
        elif contacts is not None and (address := sender.address(contacts)):
            return sender, address
    if len(missing) == len(registry.senders()):
        raise NoSender(" ".join(missing))
    raise Unreachable


def _check_not_locked(person_id: int, now: datetime) -> None:
    since = now - codes.LOCKED_FOR
    last = sql.value(_LOCKED, {"person_id": person_id, "most": codes.TRIES_MAX, "since": since})
    if last is not None:
        raise LockedOut(int((last - since).total_seconds()) + 1)


def _check_not_too_many(person_id: int, now: datetime) -> None:
    lately = now - codes.SENT_WITHIN
    values = {"person_id": person_id, "lately": lately, "today": now - KEPT}
    ((within, today, first),) = sql.rows(_SENT, values)
    if within >= codes.SENT_MAX:
        raise LockedOut(int((first - lately).total_seconds()) + 1)
    if today >= codes.SENT_A_DAY_MAX:
        raise LockedOut(int(KEPT.total_seconds()))


def _parameters(member: Member, code: str, now: datetime) -> dict[str, Any]:
    person = customers.person(member.person_id)
    profiles = person.profile_ids if person else [member.profile_id]
    return {
        "person_id": member.person_id,
        "now": now,
        "most": codes.TRIES_MAX,
        "hashes": [_hashed(code, profile_id) for profile_id in profiles],
    }


def _hashed(code: str, profile_id: int) -> str:
    return codes.hashed(code, profile_id=profile_id, key=signing_key(purpose=PURPOSE))
