"""What an order of one's own would earn by the draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.commerce.queries import choices
from regulars.console.offers_pages.lines import offer_voice
from regulars.console.programme_pages.desk import Desk
from regulars.console.programme_pages.tried_coupons import Coupon, coupons
from regulars.console.tried_carts import categories_and_brands, number, usual_amount, written_at
from regulars.kit.folding import fold
from regulars.kit.money import to_minor
from regulars.loyalty import queries
from regulars.loyalty.rules.earning import discount_minor, payable_minor
from regulars.loyalty.rules.tiers import missing_to_discount, standing_of
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.earned import CASHBACK, EarningLine, EarningOrder, of_rule, of_tier
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.wording.amounts import points
from regulars.offers import queries as offers
from regulars.offers.types import Applied, Cart, CartLine, Offer, Standing
from regulars.offers.wording import refusal_sentence

LINES = 3
AMOUNT_MAX = Decimal(10) ** 9
PIECES_MAX = 10_000
ANY = 10**12 * MINOR


@dataclass(frozen=True)
class Line:
    """A line as it was written."""

    amount: str
    pieces: str
    goods: str


@dataclass(frozen=True)
class Trying:
    """The order that is tried, and what came of it. `shares`: what brought how much, in words.

    `tiers`, `branches`, `channels`, `coupons`, `given` (coupons of the programme): what can be chosen, and
    `asks_day`; what makes no difference to what the draft says is not asked for.
    """

    lines: tuple[Line, ...]
    tier: str
    tiers: tuple[tuple[str, str], ...]
    branch: str
    branches: tuple[str, ...]
    channel: str
    channels: tuple[str, ...]
    coupon: str
    coupons: tuple[Coupon, ...]
    given: tuple[Coupon, ...]
    day: str
    asks_day: bool
    fits: bool
    has_conditions: bool
    goods: tuple[str, ...]
    result: str = ""
    shares: tuple[tuple[str, str], ...] = ()
    more: tuple[str, ...] = ()
    problem: str = ""


def trying(asked: QueryDict, desk: Desk) -> Trying:
    """The order of the address; without one, a round sum."""
    programme = desk.programme
    lines = _lines(asked, programme.currency or desk.speak.shop.currency)
    tiers = tuple((level.key, level.name) for level in _levels(programme))
    tier, branch, channel = (asked.get(name, "") for name in ("tier", "branch", "channel"))
    branches, channels = _branches(programme), _channels(programme)
    choice = coupons(desk)
    coupon, offered = choice.get(asked.get("coupon", "")), [one.offer for one in choice.values()]
    tried = Trying(
        lines=lines,
        tier=tier if tier in dict(tiers) else "",
        tiers=tiers,
        branch=branch if branch in branches else "",
        branches=branches,
        channel=channel if channel in channels else "",
        channels=channels,
        coupon=coupon.key if coupon else "",
        coupons=tuple(one for one in choice.values() if not one.is_given),
        given=tuple(one for one in choice.values() if one.is_given),
        day=asked.get("day", "") or desk.speak.today.isoformat(),
        asks_day=_asks_day(programme, offered),
        fits="amount" not in asked or "fits" in asked,
        has_conditions=any(rule.when.who is not None for rule in programme.rules),
        goods=_goods_named(programme, offered),
    )
    return _reckoned(tried, coupon.offer if coupon else None, desk)


def _reckoned(tried: Trying, coupon: Offer | None, desk: Desk) -> Trying:
    programme, formats = desk.programme, desk.speak.formats
    currency = programme.currency or desk.speak.shop.currency
    level = next((one for one in _levels(programme) if one.key == tried.tier), None)
    try:
        cart, day = _cart(tried, currency), date.fromisoformat(tried.day)
    except (ValueError, InvalidOperation):
        return replace(tried, problem=_("Write amounts as numbers, such as 1500, and choose a day."))
    if not programme.running:
        return replace(tried, problem=_("The programme is stopped: orders earn nothing."))
    noon = datetime.combine(day, time(12), tzinfo=desk.speak.zone)
    applied = _applied(cart, coupon, noon, standing_of(level))
    asked = EarningOrder(
        lines=_paid(cart, applied),
        currency=currency,
        day=day,
        tier=tried.tier,
        branch=tried.branch,
        channel=tried.channel,
        fits=frozenset(rule.key for rule in programme.rules if rule.when.who is not None and tried.fits),
    )
    whole = programme if programme.currency else programme.model_copy(update={"currency": currency})
    (earned,) = queries.earned(whole, [asked])
    payable = payable_minor(total_minor=asked.total_minor, programme=programme, spendable_minor=ANY)
    more = _discounts(applied, coupon, level, cart, desk)
    if payable and not applied.may_pay_with_points:
        more.append(_("With this coupon nothing can be paid with points."))
    elif payable:
        worth = desk.speak.money(discount_minor(payable, programme), currency)
        facts = {"points": points(payable, formats), "money": worth}
        more.append(_("Can be paid with points: %(points)s, which is %(money)s less.") % facts)
    names = _names(programme)
    shares = tuple((names.get(key, key), points(minor, formats)) for key, minor in earned.shares.items())
    return replace(tried, result=points(earned.total_minor, formats), shares=shares, more=tuple(more))


def _cart(tried: Trying, currency: str) -> Cart:
    """The order as it was written. Raises ValueError, InvalidOperation."""
    written = [line for line in tried.lines if line.amount.strip()]
    known = categories_and_brands([line.goods for line in written if line.goods])
    lines = []
    for line in written:
        category, brand = known.get(line.goods.casefold(), (line.goods, line.goods))
        lines.append(
            CartLine(
                amount_minor=to_minor(number(line.amount, AMOUNT_MAX), currency),
                quantity=Decimal(int(number(line.pieces or "1", Decimal(PIECES_MAX)))),
                product=line.goods,
                category=category,
                brand=brand,
            )
        )
    return Cart(currency=currency, lines=tuple(lines))


def _applied(cart: Cart, coupon: Offer | None, at: datetime, standing: Standing | None) -> Applied:
    """What is taken off: by the coupon, and by the tier after it."""
    if coupon is None:
        return offers.try_standing(cart, standing)
    return offers.try_offer(coupon, cart, at=at, standing=standing)


def _paid(cart: Cart, applied: Applied) -> tuple[EarningLine, ...]:
    """The lines less what is taken off."""
    return tuple(
        EarningLine(
            amount_minor=line.amount_minor - applied.of_line(place) - applied.standing[place],
            pieces=int(line.quantity),
            product=line.product,
            category=line.category,
            brand=line.brand,
        )
        for place, line in enumerate(cart.lines)
    )


def _discounts(
    applied: Applied, coupon: Offer | None, level: Tier | None, cart: Cart, desk: Desk
) -> list[str]:
    """What is taken off, and why a coupon takes nothing off, in words."""
    said, currency = [], cart.currency
    for one in applied.discounts:
        facts = {"name": plain(one.name), "money": desk.speak.money(one.amount_minor, currency)}
        said.append(_("The coupon “%(name)s” takes off %(money)s.") % facts)
    if coupon and applied.refused:
        voice = offer_voice(desk.speak, currency)
        said += [plain(refusal_sentence(why, voice)) for why in applied.refused.values()]
    if level is not None and (off := sum(applied.standing)):
        facts = {"name": level.name, "money": desk.speak.money(off, currency)}
        said.append(_("The tier “%(name)s” takes off %(money)s.") % facts)
    elif level is not None and applied.with_tier:
        said += _missing_to_sum(level, cart, desk)
    return said


def _missing_to_sum(level: Tier, cart: Cart, desk: Desk) -> list[str]:
    """How much more the cart would have to come to for the sum the tier takes off, in words."""
    off, left = level.brings.discount_sum, missing_to_discount(level, cart.total_minor)
    if off is None or not left:
        return []
    facts = {
        "left": desk.speak.money(left, cart.currency),
        "name": level.name,
        "money": desk.speak.money(off.amount_minor, cart.currency),
    }
    return [_("%(left)s more, and the tier “%(name)s” takes off %(money)s.") % facts]


def _lines(asked: QueryDict, currency: str) -> tuple[Line, ...]:
    amounts, pieces, goods = (asked.getlist(name) for name in ("amount", "pieces", "goods"))
    if not amounts:
        amounts = [usual_amount(currency)]
    wide = max(LINES, len(amounts[: LINES * 2]))

    return tuple(
        Line(written_at(amounts, n), written_at(pieces, n), written_at(goods, n)) for n in range(wide)
    )


def _levels(programme: Programme) -> tuple[Tier, ...]:
    return programme.tiers.levels if programme.tiers else ()


def _names(programme: Programme) -> dict[str, str]:
    """What brings points, by the names the reckoning has for it."""
    names = {CASHBACK: _("Cashback")}
    names |= {of_rule(rule.key): rule.name for rule in programme.rules}
    return names | {
        of_tier(level.key): _("Tier “%(name)s”") % {"name": level.name} for level in _levels(programme)
    }


def _branches(programme: Programme) -> tuple[str, ...]:
    """Where a rule asks for one: the shop's, and those asked for though nothing is called so by now."""
    asked = [name for rule in programme.rules for name in rule.when.branches]
    return _each_once([*choices.branches(), *asked]) if asked else ()


def _channels(programme: Programme) -> tuple[str, ...]:
    """Those that rules ask for: what came by another one earns the same by any."""
    return _each_once([name for rule in programme.rules for name in rule.when.channels])


def _asks_day(programme: Programme, coupons: Iterable[Offer]) -> bool:
    """Whether the day makes a difference to a rule or a coupon."""
    whens = (rule.when for rule in programme.rules)
    return any(when.weekdays or when.first or when.last for when in whens) or any(
        one.terms.since or one.terms.until for one in coupons
    )


def _each_once(names: list[str]) -> tuple[str, ...]:
    """Names as rules compare them: without case."""
    found = {fold(name): name for name in reversed(names)}
    return tuple(sorted(found.values()))


def _goods_named(programme: Programme, coupons: Iterable[Offer]) -> tuple[str, ...]:
    """Goods that rules and coupons speak of: those that make a difference."""
    of = [rule.goods for rule in programme.rules] + [one.terms.goods for one in coupons]
    names = {name for goods in of for name in (*goods.categories, *goods.brands, *goods.products)}
    return tuple(sorted(names))
