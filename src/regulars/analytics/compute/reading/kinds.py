"""Words that say what a row is: a sale, a refund, or part of an order that came to nothing.

Shops write the state of an order in their own words; these lists hold those of the usual systems. What is not
listed (new, paid, shipped, partially refunded, ...) is a sale.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from regulars.analytics.compute.reading import sql

Meaning = Literal["void", "credit", "sale"]

# Nothing was sold, or all of it was given back.
VOID = """
    cancelled; canceled; cancel; cancelled by customer; cancelled by seller; cancelled by admin; void;
    voided; failed; failure; fail; payment failed; declined; rejected; denied; trash; trashed; deleted;
    refunded; fully refunded; full refund; fully returned; returned; returned to sender; chargeback; charged
    back; chargedback; expired; abandoned; checkout draft; auto draft; draft; lost; deal lost; closed lost;
    view; cart; add to cart; remove from cart; removed from cart; no call; no product; already buyed;
    delyvery did not suit; prices did not suit; cancel other; annulled; error; reversed; отменен; отменена;
    отменено; отмена; отмененный; отменен клиентом; отменен покупателем; отменен продавцом; отменен
    магазином; отменен системой; заказ отменен; аннулирован; аннулирована; аннулировано; удален; удалено;
    отклонен; отклонена; отклонено; отказ; отказ клиента; отказ покупателя; отказался; ошибка; ошибка
    оплаты; неудачный; неуспешный; неуспешно; платеж не прошел; не удалось; возвращен; возвращена;
    возвращено; полностью возвращен; возвращен полностью; полный возврат; деньги возвращены; оплата
    возвращена; невыкуп; не выкуплен; закрыто и не реализовано; закрыт и не реализован; не реализовано;
    сделка провалена; сделка проиграна; провалена; проиграна; провал; проигран; сорвана; черновик; корзина;
    просмотр; недозвон; нет товара; не устроила цена; не устроила доставка; истек; истекла; спам; дубль;
    тестовый; не пришел; клиент не пришел; no show; noshow
"""
# The row itself gives something back.
CREDIT = """
    refund; refunds; return; returns; sales return; sale return; customer return; return of goods; product
    return; credit note; credit memo; creditnote; credit invoice; reversal; storno; cancellation; return
    receipt; refund receipt; sell refund; money back; moneyback; возврат; возвраты; возврат товара; возврат
    товаров; возврат от покупателя; возврат товаров от покупателя; возврат прихода; возврат продажи; возврат
    покупки; возврат оплаты; возврат денег; возврат средств; сторно; сторнирование; корректировка возврат;
    кредит нота; кредитовая нота; чек возврата; возврат по чеку; возврат от клиента; возврат розничной
    продажи; возврат денежных средств
"""
# Known to be sales; they only help to recognise a column of states.
SALE = """
    paid; completed; complete; delivered; shipped; processing; approved; fulfilled; closed; success;
    successful; sale; sold; purchase; order; invoice; partially refunded; partially paid; pending; on hold;
    new; created; invoiced; unavailable; authorized; won; closed won; confirmed; done; finished; received;
    оплачен; оплачено; выполнен; выполнено; доставлен; доставлено; отправлен; завершен; завершено; новый; в
    работе; продажа; покупка; реализация; реализация товаров; реализация товаров и услуг; успешно
    реализовано; сделка успешна; закрыт; принят; подтвержден; приход; частичный возврат; частично возвращен;
    чек; выдан; получен; собран
"""
_NO = frozenset({"false", "no", "n", "0", "0.0", "нет", "ложь", "f"})
_YES = frozenset({"true", "yes", "y", "1", "1.0", "да", "истина", "t"})
_SEPARATORS = re.compile(r"[^a-zа-я0-9]+")


def _folded(words: str) -> frozenset[str]:
    return frozenset(_fold(word) for word in words.split(";"))


def _fold(value: str) -> str:
    return _SEPARATORS.sub(" ", value.lower().replace("ё", "е")).strip()


_VOID, _CREDIT, _SALE = _folded(VOID), _folded(CREDIT), _folded(SALE)


@lru_cache(maxsize=20_000)
def meaning_of(status: str) -> Meaning | None:
    """What the state says, None where the word is not known (and the row is taken for a sale)."""
    word = _fold(status)
    for prefix in ("wc ", "status ", "order ", "статус "):
        word = word.removeprefix(prefix)
    if word in _VOID:
        return "void"
    if word in _CREDIT:
        return "credit"
    return "sale" if word in _SALE else None


def is_flag(value: str) -> bool:
    return value.lower() in _YES | _NO


def says_sql(value: str, words: list[str]) -> str:
    """`words` are those values of the column, as they stand in it, that carry the meaning."""
    return f"coalesce(list_contains([{sql.texts(words)}], {value}), false)" if words else "false"


def is_yes_sql(value: str) -> str:
    """A cell of a column such as "Cancelled at" or "Отменён": a date, a yes, anything but a no."""
    return f"({value} IS NOT NULL AND NOT list_contains([{sql.texts(sorted(_NO))}], lower({value})))"
