"""What loyalty refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.kit.errors import Conflict, RegularsError


class LoyaltyProblem(RegularsError):
    """Something about points that a person can put right."""

    code = "loyalty"


class NotEnough(LoyaltyProblem):
    """More points than can be spent; `spendable_minor` is what can."""

    code = "not_enough_points"

    def __init__(self, message: str, *, spendable_minor: int) -> None:
        super().__init__(message)
        self.spendable_minor = spendable_minor


class NoSuchHold(LoyaltyProblem):
    """There is none with this number."""

    code = "no_such_hold"


class HoldClosed(Conflict):
    """It was captured, cancelled or timed out, and what is asked for now is something else."""

    code = "hold_closed"


class KeyReused(Conflict):
    """The same key came before with something else."""

    code = "key_reused"


class BadProgramme(LoyaltyProblem):
    """A document that cannot be published."""

    code = "bad_programme"


class DraftChanged(Conflict):
    """Somebody changed the draft meanwhile, or it is gone."""

    code = "draft_changed"

    def __init__(self) -> None:
        super().__init__(_("Somebody changed the draft meanwhile. Look at it again."))


class CannotAdjust(LoyaltyProblem):
    """More than somebody may give or take, or than there is."""

    code = "cannot_adjust"


class NoSuchMember(LoyaltyProblem):
    """Nobody is known by what a till gave."""

    code = "no_such_member"

    def __init__(self) -> None:
        super().__init__(_("Nobody is known by this."))


class SeveralMembers(LoyaltyProblem):
    """Several persons are known by what a till gave, and points are one person's."""

    code = "several_members"

    def __init__(self) -> None:
        super().__init__(_("Several customers are known by this. Ask for another sign: a card, a QR code."))


class EntryRefused(LoyaltyProblem):
    """An entry of a till's journal that cannot be honoured; `reason` is one of `types.EntryReason`."""

    code = "entry_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class NoSender(LoyaltyProblem):
    """Nothing is set up to send codes with; says what to set."""

    code = "no_sender"


class Unreachable(LoyaltyProblem):
    """None of the ways there are reaches this customer."""

    code = "unreachable"

    def __init__(self) -> None:
        super().__init__(_("This customer has no address a code could be sent to."))


class LockedOut(LoyaltyProblem):
    """Too many codes or wrong tries; `seconds` until it may be tried again."""

    code = "locked_out"

    def __init__(self, seconds: int) -> None:
        super().__init__(_("That was tried too often. Wait a while."))
        self.seconds = seconds


class CodeElsewhere(LoyaltyProblem):
    """A code that was asked for at another branch opens nothing here."""

    code = "code_elsewhere"

    def __init__(self) -> None:
        super().__init__(_("This code was asked for at another branch. Send a new one from here."))


class CodeOfLess(LoyaltyProblem):
    """A code that was asked for to spend fewer points: `points_minor`."""

    code = "code_of_less"

    def __init__(self, points_minor: int) -> None:
        super().__init__(_("This code was asked for to spend fewer points. Send a new one."))
        self.points_minor = points_minor


class BadReward(LoyaltyProblem):
    """A reward of the catalogue that cannot be as it was told."""

    code = "bad_reward"


class CannotRedeem(LoyaltyProblem):
    """A reward somebody cannot have; `code` is one of `types.rewards.WhyNot`, or says what else is wrong."""

    code = "cannot_redeem"


class CannotCancel(Conflict):
    """A reward that was handed out or done already; its points stay spent."""

    code = "handed_out"


class CouponOver(CannotCancel):
    """A coupon taken for points whose last day is over: only a colleague gives its points back."""

    code = "coupon_over"

    def __init__(self) -> None:
        super().__init__(_("The last day of this coupon is over; its points stay spent."))


class NoReferral(LoyaltyProblem):
    """Bringing a friend brings nothing: there is no programme, or none that rewards it."""

    code = "no_referral"

    def __init__(self) -> None:
        super().__init__(_("Bringing a friend is not part of the programme now."))


class MayNotRefer(LoyaltyProblem):
    """This customer may not bring friends."""

    code = "may_not_refer"

    def __init__(self) -> None:
        super().__init__(_("This customer may not bring friends: the programme says who may."))


class NoSuchCode(LoyaltyProblem):
    """A code for friends that is nobody's."""

    code = "no_such_code"

    def __init__(self) -> None:
        super().__init__(_("Nobody has this code. Look at it again: ten letters and digits."))


class CannotDecide(LoyaltyProblem):
    """A referral that nothing is to be said about by hand; says why."""

    code = "cannot_decide"
