"""Names of columns of customers, products and returns, and of what an order says of its customer.

Entries as in `vocabulary`.
"""

from __future__ import annotations

from regulars.analytics.compute.reading import vocabulary
from regulars.analytics.compute.reading.vocabulary import Entries

EMAIL: Entries = (
    (101, """
        email; e mail; email address; customer email; client email; buyer email; contact email; почта;
        электронная почта; адрес электронной почты; email клиента; email покупателя; почта клиента
    """),
    (100, vocabulary.CUSTOMER[5][1]),
    (90, """
        mail address; e mail address; primary email; user mail; client mail; customer mail; рабочая почта;
        личная почта; домашний email; адрес почты; емейл; имейл; мейл; shipping email; recipient email;
        email получателя; member email; subscriber email; адрес email; основной email
    """),
)  # fmt: skip
PHONE: Entries = (
    (101, "phone; phone number; customer phone; телефон; номер телефона; телефон клиента; мобильный телефон"),
    (100, vocabulary.CUSTOMER[6][1]),
    (90, """
        cell; cell phone; mobile number; telephone number; phone mobile; phone 1; primary phone; sms phone
        number; сотовый; сотовый телефон; телефон мобильный; моб телефон; телефон 1; тел моб; номер
        мобильного; основной телефон; phone number 1; whatsapp; msisdn
    """),
    (60, "shipping phone; default address phone; shipping address phone; billing address phone"),
)  # fmt: skip
CUSTOMER_NAME: Entries = (
    (100, vocabulary.CUSTOMER[7][1]),
    (70, "billing address name; billing full name; account name; holder name; имя пользователя"),
    (60, vocabulary.CUSTOMER[8][1]),
    (55, "shipping address name; customer; client; buyer; клиент; покупатель; контрагент; заказчик; гость"),
)  # fmt: skip
FIRST_NAME: Entries = (
    (100, """
        first name; firstname; customer first name; given name; fname; merge fname; forename; имя; имя
        клиента; имя покупателя; client first name; contact first name; имя контакта; имя гостя
    """),
    (70, "billing first name; billing address first name"),
    (50, "shipping first name; shipping address first name"),
)  # fmt: skip
MIDDLE_NAME: Entries = (
    (100, "middle name; patronymic; отчество; отчество клиента; second name"),
)  # fmt: skip
LAST_NAME: Entries = (
    (100, """
        last name; lastname; customer last name; surname; family name; lname; merge lname; фамилия; фамилия
        клиента; фамилия покупателя; client last name; contact last name; фамилия гостя
    """),
    (70, "billing last name; billing address last name"),
    (50, "shipping last name; shipping address last name"),
)  # fmt: skip
# In a file of customers.
PERSON_ID: Entries = (
    *vocabulary.CUSTOMER[:4],
    (96, "id; ид; код; external id; uuid; guid; внешний id; внешний код"),
    (85, "номер; number"),
    (60, "customer; client; клиент; контрагент; покупатель"),
)  # fmt: skip
PERSON_NAME: Entries = (
    (100, f"{vocabulary.CUSTOMER[7][1]}; name; display name; фио полностью; полное имя; наименование"),
    (70, "title; nickname; название; company; organization; company name; компания; организация"),
    (60, "customer; client; buyer; member; клиент; покупатель; контрагент; гость; имя пользователя"),
    (40, "default address name; billing address name"),
)  # fmt: skip
REGISTERED_AT: Entries = (
    (100, """
        registered at; registered; registered on; registration date; date registered; signup date; sign up
        date; signed up; signed up at; customer since; member since; client since; joined; joined at; join
        date; date joined; timestamp signup; дата регистрации; зарегистрирован; дата и время регистрации;
        клиент с; клиент с даты; дата вступления; дата заведения; регистрация; дата появления
    """),
    (95, """
        created at; created; date created; creation date; created date; created on; date added; added at;
        added; дата создания; создан; дата добавления; создано; добавлен; customer created at; account
        created; account created at; subscribe date; subscribed at; дата подписки
    """),
    (70, "first seen; first order date; first purchase date; дата первой покупки; дата первого заказа"),
    (60, "timestamp opt; optin time; confirm time; date; дата"),
)  # fmt: skip
# What only a table of customers says; it is not brought in, but tells the kind of the file.
FACTS: Entries = (
    (100, """
        orders count; order count; number of orders; total orders; total spent; amount spent; lifetime
        value; ltv; accepts marketing; accepts email marketing; accepts sms marketing; email marketing
        consent state; email marketing consent; birthday; birth date; date of birth; birthdate; gender;
        sex; verified email; default address id; tax exempt; last order id; last order name; subscribed;
        unsubscribed; member rating; email type; vip; balance; bonus balance; points balance; discount
        percent; language; дата рождения; день рождения; др; пол; сумма покупок; количество покупок;
        количество заказов; число покупок; согласие на рассылку; согласие; рассылка; баллы; баланс; бонусы;
        бонусный баланс; скидка; город; city; address; адрес; последняя покупка; дата последней покупки
    """),
)  # fmt: skip
# In a file of products.
OWN_CODE: Entries = (
    (85, "id; ид; код; external id; uuid; guid; внешний код; внешний id; номер; number; code; артикул"),
    (40, "handle"),
)  # fmt: skip
OWN_NAME: Entries = (
    (85, "name; title; display name; название; наименование; полное наименование"),
    (30, "handle"),
)  # fmt: skip
PRODUCT_FACTS: Entries = (
    (100, """
        vendor; handle; price; barcode; variant price; variant sku; inventory quantity; stock; published;
        published at; published scope; compare at price; image src; images; brand; weight; in stock;
        available; cost; unit; sku; цена; розничная цена; закупочная цена; остаток; остатки; в наличии;
        бренд; производитель; поставщик; штрихкод; единица измерения; ед изм; вес; описание; фото;
        себестоимость; product type; категория; category
    """),
)  # fmt: skip
# In a file of points that customers bring over from the programme before.
HOLDER_ID: Entries = (*PERSON_ID[:3], *PERSON_ID[4:])
CARD: Entries = (
    (101, f"{vocabulary.CUSTOMER[3][1]}; card; bonus card number; discount card number; member card"),
)
POINTS: Entries = (
    (100, """
        points; points balance; balance of points; bonus balance; bonuses; bonus points; loyalty points;
        available points; current points; points amount; баллы; баланс баллов; остаток баллов; бонусы;
        бонусный баланс; бонусные баллы; баланс бонусов; остаток бонусов; сумма баллов; сумма бонусов;
        количество баллов; количество бонусов; доступно баллов; доступные баллы; накоплено баллов;
        накопленные баллы; баллы остаток; бонусы остаток; активные бонусы; активные баллы; бонусный счет
    """),
    (80, "balance; баланс; остаток; начальный остаток; остаток на конец; bonus; бонус; балл"),
    (50, "amount; sum; quantity; количество; сумма; начислено"),
)  # fmt: skip
EXPIRES_ON: Entries = (
    (100, """
        expires; expires at; expires on; expiry; expiry date; expiration; expiration date; date of expiry;
        valid until; valid till; valid to; use until; use by; last day; points expire; points expire on;
        сгорают; сгорание; дата сгорания; сгорают после; срок действия; срок действия баллов; срок действия
        бонусов; действует до; действуют до; действительны до; действительно до; действует по; действуют по;
        годны до; годен до; дата окончания действия; дата истечения; истекает; истекают; последний день;
        можно потратить до; дата списания
    """),
    (70, "end date; date to; until; дата окончания; срок; до; по"),
    (40, "date; дата"),
)  # fmt: skip
# In a file of returns.
RETURN: Entries = (
    (100, """
        return id; refund id; return number; refund number; return no; refund no; credit note; credit note
        number; credit note id; credit memo; credit memo number; rma; rma number; id возврата; номер
        возврата; возврат; код возврата; чек возврата; номер чека возврата; номер документа возврата; возврат
        номер; документ возврата
    """),
    (70, "id; ид; transaction id; номер; number; номер документа; документ; receipt; чек; name"),
)  # fmt: skip
# Without users and members: those are whoever took the goods back.
RETURNING_CUSTOMER: Entries = (*vocabulary.CUSTOMER[:2], *vocabulary.CUSTOMER[3:7])
RETURNED_ORDER: Entries = (
    (102, """
        original order id; original order; original order number; original invoice; parent order; parent
        order id; исходный заказ; номер исходного заказа; заказ основание; документ основание; чек продажи;
        номер чека продажи; номер заказа; original receipt
    """),
    (100, vocabulary.ORDER[0][1]),
    (98, vocabulary.ORDER[1][1]),
)  # fmt: skip
RETURNED_AT: Entries = (
    (105, """
        returned at; refunded at; return date; refund date; date of return; date of refund; returned on;
        refunded on; refund created at; return created at; return time; дата возврата; дата и время
        возврата; возвращено; возвращен; возврат дата; дата чека возврата; дата оформления возврата
    """),
)  # fmt: skip
RETURNED_QUANTITY: Entries = (
    (105, """
        returned quantity; refunded quantity; return quantity; refund quantity; quantity returned; quantity
        refunded; qty returned; returned qty; количество возврата; возвращено штук; количество возвращено;
        кол во возврата; возвращенное количество; количество возвращенных
    """),
)  # fmt: skip
RETURNED_AMOUNT: Entries = (
    (105, """
        refund amount; refunded amount; amount refunded; return amount; returned amount; total refunded;
        refund total; total refund; refund; refunded; refund value; credit amount; total refunded set shop
        amount; сумма возврата; сумма к возврату; возвращено денег; возвращенная сумма; сумма возвращено;
        стоимость возврата; итого возврат; сумма по возврату
    """),
    (98, "subtotal; subtotal set shop amount; transaction amount"),
)  # fmt: skip
RETURNED_CURRENCY: Entries = (
    (95, "total refunded set shop currency code; subtotal set shop currency code"),
)  # fmt: skip
