"""Offers are made, changed, begun, paused and ended."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.offers.errors import BadOffer, CodeTaken, NoSuchOffer, OfferProblem
from regulars.offers.models import Code
from regulars.offers.models import Offer as Row
from regulars.offers.queries.by_themselves import running
from regulars.offers.queries.listing import to_offer
from regulars.offers.queries.stored import hash_of
from regulars.offers.rules.checking import wrong_of, wrong_of_code
from regulars.offers.services.price_lists import hold_list
from regulars.offers.types import Offer, OfferKind, OfferState, Terms
from regulars.segments import queries as segments
from regulars.segments.errors import BadCondition
from regulars.team import queries as team


@transaction.atomic
def make_offer(
    *, terms: Terms, now: datetime, user_id: int | None, shared_code: str = "", key: str = ""
) -> Offer:
    """A new offer, as a draft. `shared_code`: the one code of a shared offer.

    Raises BadOffer, and CodeTaken where another offer has the code.
    """
    _check(terms, shared_code)
    hold_list(terms, now=now)
    row = Row.objects.create(
        key=key, state=OfferState.DRAFT.value, made_at=now, made_by=user_id, **_columns(terms)
    )
    if terms.kind is OfferKind.SHARED:
        _set_code(row, shared_code, now)
    return to_offer(_row(row.pk))


@transaction.atomic
def change_offer(
    *, offer_id: int, terms: Terms, now: datetime, shared_code: str = "", revision: int | None = None
) -> Offer:
    """Other terms, from now on; what was reserved or used before stays as it is. The kind stays.

    `revision`: that of the terms that were looked at; another one by now is a conflict. Raises BadOffer,
    CodeTaken, NoSuchOffer; OfferProblem where it was changed meanwhile, or stopped.
    """
    before = _locked(offer_id)
    if before.state == OfferState.STOPPED:
        raise OfferProblem(_("This offer was stopped for good. Make a new one."))
    if revision is not None and before.revision != revision:
        raise OfferProblem(_("Somebody changed this offer meanwhile. Look at it again, and change it then."))
    if terms.kind != before.kind:
        raise BadOffer(_("An offer stays of its kind. Make a new one for another."))
    _check(terms, shared_code or before.shared_code)
    _check_not_below_used(terms, before)
    hold_list(terms, now=now)
    columns = _columns(terms)
    if (before.uses or before.codes_made) and columns["currency"] != before.currency:
        raise BadOffer(_("It was used in another currency already. Make a new offer."))
    Row.objects.filter(pk=offer_id).update(revision=F("revision") + 1, **columns)
    running.forget()
    if terms.kind is OfferKind.SHARED and shared_code and shared_code != before.shared_code:
        _set_code(before, shared_code, now)
    return to_offer(_row(offer_id))


def start(*, offer_id: int) -> Offer:
    """From now on it can be used: a draft, or one that was paused."""
    return _move(offer_id, (OfferState.DRAFT, OfferState.PAUSED), OfferState.RUNNING)


def pause(*, offer_id: int) -> Offer:
    """Nobody can use it until it is started again; what is reserved stays so. Raises OfferProblem for one
    that the programme made."""
    _check_by_hand(offer_id)
    return _move(offer_id, (OfferState.RUNNING,), OfferState.PAUSED)


def stop(*, offer_id: int) -> Offer:
    """End it for good; its codes are used no more, and a shared one is free for another offer. Raises
    OfferProblem for one that the programme made."""
    _check_by_hand(offer_id)
    with transaction.atomic():
        stopped = _move(offer_id, (OfferState.RUNNING, OfferState.PAUSED), OfferState.STOPPED)
        # Of no code anybody can type, so that another offer may have the one it had.
        Code.objects.filter(offer_id=offer_id, serial=0).update(hash=secrets.token_bytes(16))
    return stopped


@transaction.atomic
def drop_draft(*, offer_id: int) -> None:
    """Forget a draft. Raises OfferProblem for an offer that was started or has codes."""
    row = _locked(offer_id)
    if row.state != OfferState.DRAFT or row.codes_wanted:
        raise OfferProblem(_("Only a draft without codes can be thrown away. Stop this offer instead."))
    Code.objects.filter(offer_id=offer_id).delete()
    row.delete()


def offer_for(*, key: str, terms: Terms, now: datetime) -> int:
    """The number of the running offer under this key, made if there is none: for coupons of the programme.

    The terms of the first time stay: whoever has others takes another key. Raises BadOffer.
    """
    found = Row.objects.filter(key=key).values_list("id", flat=True).first() if key else None
    if found is not None:
        return found
    if not key or terms.kind is not OfferKind.CODES:
        raise BadOffer(_("An offer for coupons has a key, and codes of one use each."))
    _check(terms, "")
    row = Row(key=key, state=OfferState.RUNNING.value, made_at=now, made_by=None, **_columns(terms))
    Row.objects.bulk_create([row], ignore_conflicts=True)  # somebody may make it at this very moment
    return Row.objects.values_list("id", flat=True).get(key=key)


def _check_by_hand(offer_id: int) -> None:
    """The programme would go on giving coupons of its offer, which no till takes any more."""
    if _row(offer_id).key:
        raise OfferProblem(
            _("The programme gives coupons of this offer. Take what gives them out of the programme instead.")
        )


def _move(offer_id: int, before: tuple[OfferState, ...], after: OfferState) -> Offer:
    """Raises NoSuchOffer, and OfferProblem for an offer that is in none of these states."""
    moved = Row.objects.filter(pk=offer_id, state__in=[state.value for state in before])
    changed = moved.update(state=after.value)
    running.forget()
    found = to_offer(_row(offer_id))
    if not changed and found.state is not after:
        raise OfferProblem(_("This offer is in another state by now. Look at it again."))
    return replace(found, state=after)


def _check(terms: Terms, shared_code: str) -> None:
    wrong = wrong_of(terms) or (wrong_of_code(shared_code) if terms.kind is OfferKind.SHARED else "")
    if wrong:
        raise BadOffer(wrong)
    if terms.who is not None:
        try:
            segments.check_condition(terms.who)
        except BadCondition as error:
            raise BadOffer(_("For whom it is: %(wrong)s") % {"wrong": error.message}) from error


def _check_not_below_used(terms: Terms, before: Row) -> None:
    if terms.uses is not None and terms.uses < before.uses:
        raise BadOffer(
            _("It was used %(count)s times already. Allow at least as many, or stop it.")
            % {"count": before.uses}
        )
    if terms.budget_minor is not None and terms.budget_minor < before.taken_minor:
        raise BadOffer(_("More than this budget was taken off already. Raise it, or stop the offer."))


def _columns(terms: Terms) -> dict[str, object]:
    """What stands beside the terms for statements to ask."""
    return {
        "kind": terms.kind.value,
        "terms": terms.model_dump(mode="json"),
        "currency": terms.currency or team.shop().currency,
        "since": terms.since,
        "until": terms.until,
        "uses_most": terms.uses,
        "uses_each": terms.uses_each,
        "budget_minor": terms.budget_minor,
    }


def _set_code(row: Row, shared_code: str, now: datetime) -> None:
    """The one code of a shared offer. Raises CodeTaken."""
    shown = shared_code.strip().upper()
    try:
        with transaction.atomic():
            Code.objects.update_or_create(
                offer_id=row.pk, serial=0, defaults={"hash": hash_of(shown), "issued_at": now}
            )
    except IntegrityError as error:
        raise CodeTaken(_("Another offer has this code. Choose another, or stop that offer.")) from error
    Row.objects.filter(pk=row.pk).update(shared_code=shown)


def _row(offer_id: int) -> Row:
    row = Row.objects.filter(pk=offer_id).first()
    if row is None:
        raise NoSuchOffer(_("There is no offer with the number %(number)s.") % {"number": offer_id})
    return row


def _locked(offer_id: int) -> Row:
    row = Row.objects.select_for_update(no_key=True).filter(pk=offer_id).first()
    if row is None:
        raise NoSuchOffer(_("There is no offer with the number %(number)s.") % {"number": offer_id})
    return row
