"""Names of columns as shops export them, in English and Russian, with how surely each means the field.

Each entry is (score, names parted by ";"). 100 is the name one would choose oneself; a higher score is for
a name that says more ("customer unique id" beside "customer id"). Names are compared in the normal form
of `names.squash`, so case, punctuation, camelCase, ё, currency and "шт" do not matter here.
"""

from __future__ import annotations

Entries = tuple[tuple[int, str], ...]

CUSTOMER: Entries = (
    (102, "customer unique id; unique customer id"),
    (100, """
        customer id; customer key; customer no; customer number; customer code; customer external id; client
        id; client code; client number; client no; buyer id; buyer number; shopper id; member id; member
        number; membership id; contact id; account id; cust id; cust no; cid; household id; household key;
        customer user id; id клиента; ид клиента; клиент id; клиент ид; код клиента; номер клиента; id
        покупателя; ид покупателя; покупатель id; код покупателя; id контрагента; ид контрагента; код
        контрагента; код партнера; id контакта; ид контакта; контакт id; id заказчика; код заказчика; клиент
        код; контрагент код; покупатель код; внешний id клиента; uuid клиента
    """),
    (95, """
        user id; user key; uid; userid hash; user uuid; visitor id; person id; profile id; subscriber id;
        login; username; user name; id пользователя; ид пользователя; код пользователя; пользователь id;
        логин; customer hash; client hash; guid клиента
    """),
    (90, """
        card number; card no; card id; loyalty card; loyalty card number; bonus card; discount card; loyalty
        id; номер карты; карта клиента; карта; карта лояльности; дисконтная карта; бонусная карта; номер
        дисконтной карты; номер бонусной карты; код карты; штрихкод карты; номер карты клиента
    """),
    (88, """
        customer; client; buyer; shopper; member; user; пользователь; клиент; покупатель; контрагент;
        заказчик; партнер; гость
    """),
    (80, """
        email; e mail; mail; email address; customer email; client email; buyer email; billing email; email
        billing; contact email; user email; order email; почта; эл почта; электронная почта; адрес
        электронной почты; email клиента; email покупателя; почта клиента; почта покупателя; рабочий email;
        рабочий email контакт; email контакт; контакт email; контакт e mail; e mail клиента; клиент email;
        email заказчика; контакт рабочий e mail
    """),
    (70, """
        phone; phone number; customer phone; client phone; buyer phone; billing phone; phone billing;
        mobile; mobile phone; contact phone; tel; telephone; телефон; номер телефона; тел; мобильный
        телефон; рабочий телефон; телефон клиента; телефон покупателя; телефон заказчика; контакт телефон;
        рабочий телефон контакт; мобильный телефон контакт; контактный телефон; мобильный
    """),
    (60, """
        customer name; client name; buyer name; billing name; name billing; full name; contact name;
        contact; customer full name; имя клиента; имя покупателя; фио; фио клиента; фио покупателя;
        покупатель фио; клиент фио; основной контакт; контакт; контактное лицо; имя и фамилия; наименование
        контрагента; имя заказчика; заказчик фио; контрагент наименование; клиент имя; покупатель имя
    """),
    (50, """
        shipping name; company; company name; recipient; компания; организация клиента; получатель; имя
    """),
    (30, "id; ид; код"),
)  # fmt: skip
ORDER: Entries = (
    (100, """
        order id; order uuid; order key; id заказа; ид заказа; заказ id; заказ ид; order reference; order
        ref; external order id; внешний id заказа
    """),
    (98, """
        order number; order no; order num; order; order code; order name; order nr; invoice no; invoice
        number; invoice; invoice id; invoice nr; receipt; receipt id; receipt number; receipt no;
        transaction id; transaction number; transaction no; trans id; basket id; basket; basket number; cart
        id; check id; check number; bill no; bill id; bill number; sale id; sale number; sales id; purchase
        id; purchase number; deal id; booking id; booking number; reservation id; номер заказа; заказ номер;
        заказ; код заказа; номер чека; чек; чек номер; id чека; код чека; номер документа; документ номер;
        номер накладной; накладная; номер реализации; номер сделки; id сделки; сделка id; номер счета; id
        покупки; номер покупки; номер продажи; id продажи; номер брони; номер транзакции; id транзакции;
        номер отправления
    """),
    (80, """
        document; document number; doc number; doc no; doc id; transaction; документ; документ продажи;
        документ реализации; регистратор; транзакция; ссылка
    """),
    (70, "number; no; num; номер"),
    (55, "id; ид"),
    (40, "name; код"),
)  # fmt: skip
ORDERED_AT: Entries = (
    (100, """
        order date; date order; ordered at; date ordered; ordered on; ordered; order timestamp; order
        datetime; order date time; order time; order dt; order ts; order day; order purchase timestamp;
        order purchase date; purchase date; purchase timestamp; purchase time; purchased at; date purchased;
        purchase dt; order created at; order created; order creation date; order placed; placed at; invoice
        date; invoice timestamp; invoice datetime; transaction date; transaction time; transaction
        timestamp; transaction datetime; trans date; buy ts; buy date; buy time; sale date; sales date; date
        sale; sold at; bought at; receipt date; check date; check time; booking date; bill date; дата
        заказа; дата и время заказа; дата время заказа; заказ дата; дата покупки; дата и время покупки; дата
        продажи; дата и время продажи; дата чека; чек дата; дата и время чека; дата оформления; дата
        оформления заказа; дата операции; дата и время операции; дата реализации; дата создания заказа; дата
        документа; дата сделки; дата транзакции; дата бронирования; дата накладной; дата счета; момент
        заказа; заказ создан; время заказа; время покупки
    """),
    (92, """
        created at; created; date created; creation date; created date; create time; created time; created
        on; create date; createtime; дата создания; дата и время создания; создан; создано; дата создания
        сделки; когда создан; время создания; дата добавления; date add
    """),
    (90, """
        date; datetime; date time; timestamp; date and time; дата; дата время; дата и время; дата продаж;
        date local; transaction day
    """),
    (85, "processed at; date created gmt; дата проведения; sent at; дата отправки"),
    (83, "paid at; payment date; date paid; paid date; дата оплаты; payment time; дата платежа"),
    (75, """
        ts; dt; event time; event timestamp; event date; event dt; event ts; event datetime; time; day;
        день; время; order approved at; дата визита; визит дата; дата посещения; период; period; moment
    """),
    (60, "дата отгрузки; отгружен; completed at; completed date; date completed; дата выполнения"),
    (50, "closed at; close date; дата закрытия; дата завершения; дата закрытия сделки"),
    (30, """
        delivered at; delivery date; shipped at; ship date; дата доставки; order delivered customer date
    """),
    (10, """
        updated at; modified at; дата изменения; дата редактирования; дата обновления; last modified
    """),
)  # fmt: skip
ORDERED_TIME: Entries = (
    (100, """
        time; время; order time; purchase time; transaction time; sale time; check time; receipt time; время
        заказа; время покупки; время продажи; время чека; время операции; время создания; hour minute
    """),
)  # fmt: skip
PRODUCT_CODE: Entries = (
    (100, """
        product id; product code; product key; product number; stock code; item code; item sku; product sku;
        sku; line item sku; lineitem sku; sku id; sku code; артикул; артикул товара; код товара; id товара;
        ид товара; товар id; код номенклатуры; номенклатура код; товар код; товар артикул; id продукта; код
        продукта; good id; goods id; offer id; material number; ean; upc; asin; nm id; plu; items offer id;
        артикул продавца; артикул поставщика
    """),
    (90, """
        item id; item number; variant id; product variant id; variation id; barcode; штрихкод; штрих код
    """),
)  # fmt: skip
PRODUCT_NAME: Entries = (
    (80, """
        product; product name; product title; item; item name; item title; line item name; lineitem name;
        line item title; title; description; item description; product description; stock description; good;
        goods; номенклатура; номенклатура наименование; товар; наименование; наименование товара; название
        товара; товар наименование; товар название; имя товара; наименование номенклатуры; услуга; название
        услуги; наименование услуги; продукт; название продукта; позиция; название позиции; items offer
        name; event name; название события; тариф; блюдо; service; service name; course; курс
    """),
    (50, """
        products; товары; состав; состав заказа; название; items; product s; номенклатура товаров; услуги
    """),
    (40, "name"),
)  # fmt: skip
PRODUCT: Entries = (*PRODUCT_CODE, *PRODUCT_NAME)
CATEGORY: Entries = (
    (101, "product category name english"),
    (100, """
        category; category name; product category; product category name; item category; main category;
        category title; категория; категория товара; категория товаров; категории; название категории;
        группа товаров; товарная группа; группа; номенклатурная группа; группа номенклатуры; вид
        номенклатуры; раздел; раздел каталога; тип товара; товарная категория; наименование категории;
        product type; product group; item group; department; product line; category1; category 1; категория
        1; категория 1 уровня; group name
    """),
    (95, "category code; product category code"),
    (80, """
        commodity; commodity desc; sub category; subcategory; подкатегория; подгруппа; product family;
        группа блюда; категория блюда
    """),
    (60, "category id; product category id; section; id категории; group"),
)  # fmt: skip
QUANTITY: Entries = (
    (100, """
        quantity; qty; quantity ordered; qty ordered; ordered quantity; order qty; order quantity; line item
        quantity; lineitem quantity; item quantity; item qty; product quantity; product qty; quantity
        refund; units; units sold; unit count; количество; кол во; колво; кол; количество товара; кол во
        товара; количество штук; количество единиц; число единиц; items quantity; quantity sold; net
        quantity; количество проданных; продано; pieces
    """),
    (75, """
        number of items; no of items; num items; items count; item count; items sold; total quantity; total
        qty; количество товаров; количество позиций; число товаров; product count; products count; order
        products; total items; количество билетов; tickets; items number
    """),
    (50, "count; items; amount of items; объем; число; volume; номер количество"),
)  # fmt: skip
UNIT_PRICE: Entries = (
    (102, """
        discounted price; discounted unit price; final price; price after discount; price with discount;
        цена со скидкой; цена с учетом скидки; цена с учетом скидок; final unit price
    """),
    (100, """
        unit price; price per unit; price unit; item price; line item price; lineitem price; price each;
        product price; price; selling price; sale price; sell price; sales price; item cost; price per item;
        цена; цена за единицу; цена единицы; цена за ед; цена за штуку; цена за 1; цена продажи; цена
        товара; цена позиции; цена реализации; price amount; price set shop amount; net price; unit price
        set shop amount; цена с ндс; price ex vat; price inc vat; avg price; average price; стоимость за
        единицу; стоимость единицы
    """),
    (80, """
        розничная цена; retail price; initial price; pre tax price; original price; цена розничная; rate
    """),
    (60, """
        list price; цена без скидки; base price; full price; msrp; price before discount; regular price
    """),
)  # fmt: skip
# The total of one line, by its name.
LINE_TOTAL: Entries = (
    (103, "discounted total; discounted total set shop amount; line total after discount"),
    (102, """
        line total; line item total; lineitem total; item total; row total; line amount; line price;
        extended price; line sales; line revenue; item revenue; item subtotal; item amount; row amount;
        total line price; сумма строки; сумма по строке; сумма позиции; сумма по позиции; сумма товара;
        стоимость позиции; стоимость товара; итого по позиции; итого по строке; original total set shop
        amount; total line amount; order line subtotal; product revenue; product total; выручка по товару;
        quantity x price
    """),
)  # fmt: skip
# Of a line or of an order: the data tell.
AMOUNT: Entries = (
    (98, """
        сумма со скидкой; сумма с учетом скидки; сумма с учетом скидок; сумма после скидки; стоимость со
        скидкой; amount after discount; discounted amount; net amount; net sales; net revenue; final amount
    """),
    (95, """
        amount; revenue; sales; sales amount; sale amount; sum; summ; total sales; turnover; gmv; spend;
        spent; purchase amount; purchase value; transaction amount; transaction value; sales value; sale
        value; monetary value; money; сумма; выручка; сумма продажи; сумма продаж; сумма покупки; сумма
        операции; сумма транзакции; сумма с ндс; оборот; продажи; доход; price total; amount total; сумма
        реализации; выручка с ндс; сумма всего; amount spent; сумма продажи с ндс; стоимость продажи
    """),
    (88, """
        amount paid; paid amount; paid; стоимость; оплачено; сумма оплаты; сумма платежа; value; gross sales
    """),
    (80, """
        gross amount; gross revenue; сумма без ндс; сумма без скидки; net total; dollars; выручка без ндс;
        cash
    """),
)  # fmt: skip
# Of a whole order, by its name.
ORDER_TOTAL: Entries = (
    (90, """
        order total; order amount; order value; order sum; order price; order revenue; total order value;
        total price; total amount; total; grand total; total paid; total sum; total summ; totalsumm; total
        cost; total charged; total value; total revenue; order total amount; invoice amount; invoice total;
        invoice value; receipt amount; receipt total; receipt sum; bill amount; basket value; basket amount;
        check amount; check sum; total price set shop amount; current total price; order cost; deal amount;
        deal value; сумма заказа; сумма документа; сумма чека; сумма сделки; сумма покупок; сумма по чеку;
        стоимость заказа; итого; всего; итого к оплате; к оплате; сумма к оплате; общая сумма; общая
        стоимость; итоговая сумма; итоговая стоимость; итоговая сумма заказа; сумма итого; итог; бюджет;
        бюджет сделки; чек сумма; сумма счета; общая сумма заказа; стоимость покупки; заказ сумма
    """),
    (86, """
        base grand total; total incl tax; total including tax; subtotal after discount; transaction revenue
    """),
    (75, """
        subtotal; sub total; subtotal price; order subtotal; order subtotal amount; cart subtotal; subtotal
        price set shop amount; total line items price; items total; стоимость товаров; сумма товаров; сумма
        без доставки; товаров на сумму; сумма за товары; total excl tax
    """),
    (45, "payment value; payment amount; payment; total price set pres amount; платеж"),
)  # fmt: skip
CURRENCY: Entries = (
    (100, """
        currency; currency code; order currency; transaction currency; ccy; curr; currency iso; валюта; код
        валюты; валюта заказа; валюта документа; валюта сделки; валюта платежа
    """),
    (90, """
        total price set shop currency code; currency id; shop currency; original total set shop currency
        code
    """),
    (60, "presentment currency; presentment currency code; payment currency"),
)  # fmt: skip
STATUS: Entries = (
    (100, """
        status; order status; financial status; display financial status; status name; order state; status
        code; transaction status; invoice status; статус; статус заказа; состояние заказа; состояние; статус
        сделки; этап сделки; стадия сделки; этап; стадия; deal stage; stage; pipeline stage; статус
        документа; статус продажи; статус брони; booking status; статус чека
    """),
    (85, """
        payment status; статус оплаты; оплата статус; статус платежа; display payment status; pay status
    """),
)  # fmt: skip
# Read as a status only when it holds words such as "refund" or "cancelled".
STATUS_LIKE: Entries = (
    (80, """
        type; transaction type; operation type; operation; document type; doc type; order type; record type;
        kind; sale type; event type; event; invoice type; sales type; entry type; тип; вид операции; тип
        операции; операция; вид документа; тип документа; вид; тип заказа; тип продажи; хозяйственная
        операция; тип транзакции; тип чека; вид чека; признак расчета; action; state; документ тип; событие;
        вид продажи; обоснование для оплаты; тип строки
    """),
    (40, "delivery status; fulfillment status; статус доставки; order outcome; result; результат"),
)  # fmt: skip
# A date or a yes here says that the order was cancelled.
CANCELLED: Entries = (
    (100, """
        cancelled at; canceled at; cancelled; canceled; is cancelled; is canceled; cancellation date; cancel
        date; cancelled on; canceled on; is cancel; order cancelled; order canceled; date cancelled; дата
        отмены; отменен; отменено; отмена; заказ отменен; время отмены; отменена
    """),
)  # fmt: skip
CHANNEL: Entries = (
    (100, """
        channel; sales channel; source; source name; source id; traffic source; order source; utm source;
        marketing channel; acquisition channel; channel name; channel id; acquisition source; lead source;
        канал; источник; канал продаж; канал продажи; источник заказа; источник трафика; рекламный канал;
        рекламный источник; источник сделки; источник рекламы; канал привлечения; источник клиента; источник
        привлечения; источник покупателя; канал заказа; sales channel name; id источника
    """),
    (80, """
        order method; способ оформления; способ оформления заказа; площадка; marketplace; маркетплейс
    """),
    (50, """
        utm medium; origin; attribution; платформа; platform; referring site; referrer; referer; medium
    """),
    (40, "utm campaign; campaign; кампания"),
)  # fmt: skip
BRANCH: Entries = (
    (100, """
        branch; branch id; branch name; store; store id; store name; store code; store key; shop; shop id;
        shop name; shop code; location; location id; location name; pos; point of sale; outlet; outlet id;
        магазин; id магазина; код магазина; название магазина; номер магазина; магазин id; филиал; торговая
        точка; точка продаж; точка; салон; подразделение; ресторан; кафе; аптека; клуб; студия; pickup
        point; restaurant; restaurant id; адрес магазина; объект; торговый объект
    """),
    (60, """
        склад; warehouse; warehouse id; касса; касса магазина; кассовый аппарат; terminal; pos id; till
    """),
    (40, "site; сайт; department id; отдел; торговое предприятие"),
)  # fmt: skip
COST_CHANNEL: Entries = (
    (100, """
        channel; channel name; channel id; source; source id; source name; utm source; traffic source; ad
        source; marketing channel; advertising channel; acquisition channel; канал; источник; рекламный
        канал; канал рекламы; источник трафика; рекламный источник; источник рекламы; id источника; канал
        продвижения
    """),
    (90, """
        площадка; рекламная площадка; рекламная система; система; платформа; platform; network; ad network;
        ad platform; publisher platform; advertising system; рекламный кабинет; кабинет
    """),
    (70, """
        campaign; campaign name; ad campaign; utm campaign; кампания; название кампании; рекламная кампания;
        наименование кампании; имя кампании; кампания название
    """),
    (50, "campaign id; номер кампании; id кампании; ид кампании; код кампании"),
    (40, """
        account; account name; ad account; ad group; ad group name; medium; utm medium; группа объявлений
    """),
)  # fmt: skip
COST_DAY: Entries = (
    (100, """
        day; date; dt; дата; день; report date; cost date; spend date; дата расхода; дата отчета; event date
    """),
    (85, """
        date start; reporting starts; starts; start date; дата начала; timestamp; ts; datetime; дата показа
    """),
    (60, "период; period; date stop; reporting ends; week; неделя; month; месяц"),
)  # fmt: skip
COST: Entries = (
    (102, "расход с ндс; расходы с ндс; потрачено с ндс; cost incl vat; cost with vat"),
    (100, """
        cost; costs; spend; spent; ad spend; ads spend; ad cost; ads cost; ad costs; amount spent; total
        spend; total cost; total costs; marketing cost; marketing costs; marketing spend; media cost; media
        spend; adv cost; advertising cost; advertising costs; cost total; expense; expenses; расход;
        расходы; потрачено; потрачено всего; израсходовано; затраты; расход всего; общий расход; расходы на
        рекламу; затраты на рекламу; рекламные расходы; рекламные затраты; сумма расхода; сумма расходов;
        списано; списания; расходы всего; итого расход; расход на рекламу; ad spend total
    """),
    (80, """
        стоимость; сумма; расход без ндс; расходы без ндс; сумма списания; стоимость рекламы; cost excl vat
    """),
    (60, "amount; budget spent; sum; бюджет; budget; sum cost; сумма затрат"),
)  # fmt: skip
