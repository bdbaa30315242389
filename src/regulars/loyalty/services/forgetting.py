"""Taking the points of made-up customers out of the books: of those of a demo shop, and of nobody else."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import ProtectedError

from regulars.kit import sql
from regulars.loyalty.locks import lock_wallets
from regulars.loyalty.models import ProgrammeVersion, Reward, RewardOrder
from regulars.loyalty.queries.programme import forget_versions

# Whose points and those of others met, by a merge, stay: what one spent may have been earned by the other. So
# does who is in the journal of a till.
_ENTANGLED = """
SELECT w.profile_id FROM loyalty_posting AS p
JOIN loyalty_wallet AS w ON w.id = p.wallet_id
JOIN loyalty_hold AS h ON h.id = p.hold_id
WHERE w.profile_id = ANY(%(profiles)s) AND h.profile_id <> ALL(%(profiles)s)
UNION
SELECT h.profile_id FROM loyalty_hold AS h
JOIN loyalty_posting AS p ON p.hold_id = h.id
JOIN loyalty_wallet AS w ON w.id = p.wallet_id
WHERE h.profile_id = ANY(%(profiles)s) AND w.profile_id <> ALL(%(profiles)s)
UNION
SELECT profile_id FROM loyalty_journalentry WHERE profile_id = ANY(%(profiles)s)
"""
_OF_WALLETS = "wallet_id IN (SELECT id FROM loyalty_wallet WHERE profile_id = ANY(%(profiles)s))"
_OF_PERSONS = "person_id IN (SELECT person_id FROM customers_profile WHERE id = ANY(%(profiles)s))"
_TAKEN = """
UPDATE loyalty_reward AS r SET taken = r.taken - t.pieces, given_minor = r.given_minor - t.points
FROM (
    SELECT reward_id, sum(pieces) AS pieces, sum(points_minor) AS points FROM loyalty_rewardorder
    WHERE profile_id = ANY(%(profiles)s) AND state = 'taken' GROUP BY reward_id
) AS t
WHERE r.id = t.reward_id
"""
_FORGET = (
    _TAKEN,
    "DELETE FROM loyalty_rewardorder WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_grant WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_earnedorder WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_challengereached WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_stamp WHERE profile_id = ANY(%(profiles)s)",
    f"DELETE FROM loyalty_challengeprogress WHERE {_OF_PERSONS}",  # noqa: S608 (a text of ours)
    f"DELETE FROM loyalty_tierstanding WHERE {_OF_PERSONS}",  # noqa: S608
    f"DELETE FROM loyalty_tierheld WHERE {_OF_PERSONS}",  # noqa: S608
    "DELETE FROM loyalty_dayturn WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_friendreferral"
    " WHERE referrer_id = ANY(%(profiles)s) OR friend_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_referralcode WHERE profile_id = ANY(%(profiles)s)",
    f"DELETE FROM loyalty_posting WHERE {_OF_WALLETS}",  # noqa: S608 (a text of ours)
    f"DELETE FROM loyalty_lot WHERE {_OF_WALLETS}",  # noqa: S608
    "DELETE FROM loyalty_hold WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_adjustment WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_spendingcode WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_usedqr WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM loyalty_wallet WHERE profile_id = ANY(%(profiles)s)",
)


@transaction.atomic
def forget_points(*, profile_ids: Collection[int]) -> None:
    """Take all that is kept of made-up customers out of the books, so that they can be removed.

    The database refuses it for profiles of any other source than the demo shop's. Whose points met those
    of other customers keep them.
    """
    lock_wallets(profile_ids=profile_ids)
    entangled = set(sql.column(_ENTANGLED, {"profiles": list(profile_ids)}))
    for statement in _FORGET:
        sql.run(statement, {"profiles": sorted(set(profile_ids) - entangled)})


@transaction.atomic
def forget_rewards(*, reward_ids: Collection[int]) -> None:
    """Take made-up rewards out of the catalogue for good, but for those somebody took."""
    taken = RewardOrder.objects.filter(reward_id__in=reward_ids).values("reward_id")
    Reward.objects.filter(pk__in=reward_ids).exclude(pk__in=taken).delete()


@transaction.atomic
def withdraw_version(*, version_id: int) -> bool:
    """Take a version of the programme back as if it had not been published; gives whether it is gone.

    It stays if anything was earned by it.
    """
    try:
        with transaction.atomic():
            ProgrammeVersion.objects.filter(id=version_id).delete()
    except ProtectedError:
        return False
    forget_versions()
    return True
