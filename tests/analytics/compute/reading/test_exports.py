"""Exports in the shapes of the usual systems: the mapping that is chosen, and what the rows become."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from textwrap import dedent

from tests.analytics.compute.reading.reader import Reader

SHOPIFY = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,\
Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
Billing Name,Cancelled at,Payment Method,Refunded Amount,Vendor,Outstanding Balance,Id,Tags,Source,\
Lineitem discount,Phone
#1001,a@x.test,paid,2024-03-01 12:00:00 +0300,fulfilled,yes,USD,30.00,5.00,0.00,35.00,,0.00,\
2024-03-01 11:59:00 +0300,2,Tea,10.00,TEA,Ann B,,Card,0.00,V,0.00,5001,,web,0.00,
#1001,a@x.test,,,,,,,,,,,,2024-03-01 11:59:00 +0300,1,Cup,10.00,CUP,,,,,V,,,,,0.00,
#1002,b@x.test,refunded,2024-03-03 12:00:00 +0300,,no,USD,20.00,5.00,0.00,25.00,,0.00,\
2024-03-03 11:59:00 +0300,1,Tea,10.00,TEA,Bob C,2024-03-04 00:00:00 +0300,Card,15.00,V,0.00,5002,,web,0.00,
#1002,b@x.test,,,,,,,,,,,,2024-03-03 11:59:00 +0300,1,Cup,10.00,CUP,,,,,V,,,,,0.00,
#1003,a@x.test,partially_refunded,2024-03-05 12:00:00 +0300,fulfilled,yes,USD,10.00,0.00,0.00,10.00,,0.00,\
2024-03-05 23:59:00 -0500,1,Tea,10.00,TEA,Ann B,,Card,2.00,V,0.00,5003,,pos,0.00,
"""


def test_shopify_orders(reader: Reader) -> None:
    found = reader.text(SHOPIFY)
    assert found.reading.mapping == {
        "customer_id": "Email",
        "order_id": "Name",
        "ordered_at": "Created at",
        "product": "Lineitem sku",
        "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price",
        "currency": "Currency",
        "status": "Financial Status + Cancelled at",
        "channel": "Source",
    }
    assert found.column("amount") == [20, 10, 10, 10, 10], "the order's total is not summed over its lines"
    assert found.notes["order_total_unused"]["column"] == "Total"
    assert found.column("kind") == ["sale", "sale", "void", "void", "sale"], "a partial refund stays a sale"
    assert found.column("currency") == ["USD"] * 5, "a line takes the currency of its order"
    assert found.column("channel") == ["web", "web", "web", "web", "pos"]
    assert found.column("ordered_at")[4] == datetime(2024, 3, 6, 7, 59), "in the shop's zone"
    assert found.reading.currency == "USD"


def test_1c_sales_report(reader: Reader) -> None:
    report = dedent("""\
        Отчёт по продажам;;;;;;
        Период: 01.01.2024 - 31.03.2024;;;;;;
        ;;;;;;
        Контрагент;Номер;Дата;Номенклатура;Количество;Цена;Сумма
        Иванов И.И.;0000-000123;05.03.2024 10:11:12;Чай чёрный;2,000;1 250,50;2 501,00
        Петрова А.А.;0000-000124;06.03.2024 11:00:00;Кофе;1,000;999,00;999,00
        Итого;;;;3,000;;3 500,00
        """)
    found = reader.text(report, encoding="cp1251")
    assert found.reading.mapping == {
        "customer_id": "Контрагент",
        "order_id": "Номер",
        "ordered_at": "Дата",
        "product": "Номенклатура",
        "quantity": "Количество",
        "unit_price": "Цена",
        "amount": "Сумма",
    }
    assert found.column("part_row") == [5, 6], "the titles and the row of sums are no rows, but count as rows"
    assert found.column("quantity") == [2, 1]
    assert found.column("amount") == [2501, 999]
    assert found.column("ordered_at")[0] == datetime(2024, 3, 5, 10, 11, 12)
    assert found.notes["total_rows"]["count"] == 1
    assert found.reading.parts[0].encoding == "cp1251"


def test_woocommerce_orders(reader: Reader) -> None:
    export = dedent("""\
        Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Phone (Billing),\
Cart Discount Amount,Order Subtotal Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,\
Order Total Tax Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost
        1001,Completed,2024-03-01 10:00,A,a@b.test,+1 555,0,30,5,0,35,0,T1,1,Tea,2,10
        1001,Completed,2024-03-01 10:00,A,a@b.test,+1 555,0,30,5,0,35,0,C1,2,Cup,1,10
        1002,Cancelled,2024-03-02 10:00,C,c@d.test,+1 556,0,10,5,0,15,0,T1,1,Tea,1,10
        """)
    found = reader.text(export)
    mapping = found.reading.mapping
    assert mapping["customer_id"] == "Email (Billing)"
    assert (mapping["product"], mapping["quantity"], mapping["unit_price"]) == (
        "SKU",
        "Quantity (- Refund)",
        "Item Cost",
    )
    assert found.column("amount") == [20, 10, 10]
    assert found.column("kind") == ["sale", "sale", "void"]


def test_amocrm_deals(reader: Reader) -> None:
    export = dedent("""\
        "ID","Название сделки","Компания","Основной контакт","Ответственный","Этап сделки","Бюджет ₽",\
"Дата создания","Дата закрытия","Рабочий email (контакт)","Мобильный телефон (контакт)"
        "123","Сделка 1","","Иван Петров","Мария","Успешно реализовано","15 000","05.03.2024 10:11:12",\
"15.03.2024 10:11:12","ivan@x.test","+79991234567"
        "124","Сделка 2","","Анна","Мария","Закрыто и не реализовано","7 000","25.03.2024 10:11:12",\
"26.03.2024 10:11:12","anna@x.test","+79991234568"
        """)
    found = reader.text(export)
    assert found.reading.mapping == {
        "customer_id": "Рабочий email (контакт)",
        "order_id": "ID",
        "ordered_at": "Дата создания",
        "amount": "Бюджет ₽",
        "status": "Этап сделки",
    }
    assert found.column("kind") == ["sale", "void"]
    assert found.reading.currency == "RUB", "the column's name tells it"


def test_bitrix_deals(reader: Reader) -> None:
    export = dedent("""\
        ID;Стадия сделки;Название сделки;Сумма;Валюта;Компания;Контакт;Дата создания;Дата закрытия;Источник
        1;Сделка успешна;Заказ 1;1500.00;RUB;;Иван Петров;05.03.2024 10:11:12;06.03.2024;Сайт
        2;Сделка провалена;Заказ 2;2500.00;RUB;ООО Сад;Анна Смирнова;15.03.2024 10:11:12;16.03.2024;Звонок
        """)
    found = reader.text(export)
    assert found.reading.mapping == {
        "customer_id": "Контакт",
        "order_id": "ID",
        "ordered_at": "Дата создания",
        "amount": "Сумма",
        "currency": "Валюта",
        "status": "Стадия сделки",
        "channel": "Источник",
    }
    assert found.column("kind") == ["sale", "void"]


def test_retailcrm_orders_prefer_a_phone_to_a_name(reader: Reader) -> None:
    export = dedent("""\
        Номер;Дата и время;Магазин;Покупатель;Телефон;E-mail;Статус;Сумма;Оплачено;Менеджер;Способ оформления
        1001A;05.03.2024 10:11;Сайт;Иван Петров;+7 999 123-45-67;ivan@x.test;Выполнен;1 500,00;да;М;Корзина
        1002A;15.03.2024 10:11;Сайт;Анна;+7 999 123-45-68;;Отменён;2 500,00;нет;М;По телефону
        """)
    found = reader.text(export)
    assert found.reading.mapping["customer_id"] == "Телефон"
    assert found.reading.mapping["amount"] == "Сумма"
    assert found.column("customer_id") == ["+7 999 123-45-67", "+7 999 123-45-68"]
    assert found.column("kind") == ["sale", "void"]
    assert (found.column("channel")[1], found.column("branch")[1]) == ("По телефону", "Сайт")


def test_insales_lines_with_the_total_of_the_order(reader: Reader) -> None:
    export = dedent("""\
        Номер заказа;Дата заказа;Имя покупателя;Email;Статус заказа;Название товара;Артикул;Количество;\
Цена продажи;Сумма заказа
        1001;05.03.2024;Иван;ivan@x.test;Завершен;Чай;T1;2;100.50;251.00
        1001;05.03.2024;Иван;ivan@x.test;Завершен;Кофе;C1;1;50.00;251.00
        1002;15.03.2024;Анна;anna@x.test;Отменён;Чай;T1;1;100.50;100.50
        """)
    found = reader.text(export)
    assert found.column("amount") == [201, 50, Decimal("100.5")]
    assert found.notes["order_total_unused"]["column"] == "Сумма заказа"


def test_olist_like_items(reader: Reader) -> None:
    """The customer's id is made anew for each order there; the lasting one is another column."""
    header = (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
        "order_delivered_customer_date,order_estimated_delivery_date,customer_unique_id,customer_city,"
        "order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value,payment_value,"
        "product_category_name\n"
    )
    row = (
        "{0},{1},{2},2017-10-0{3} 10:56:33,2017-10-02 11:07:15,2017-10-10 21:25:13,2017-10-18,{4},rio,{5},"
        "{6},s1,2017-10-06 11:07:15,{7},8.72,{8},home\n"
    )
    export = header + "".join(
        row.format(*cells)
        for cells in [
            ("e1", "c1", "delivered", 2, "u1", 1, "p1", "29.99", "77.42"),
            ("e1", "c1", "delivered", 2, "u1", 2, "p2", "29.99", "77.42"),
            ("e2", "c2", "canceled", 5, "u1", 1, "p3", "118.70", "141.46"),
        ]
    )
    found = reader.text(export)
    assert found.reading.mapping == {
        "customer_id": "customer_unique_id",
        "order_id": "order_id",
        "ordered_at": "order_purchase_timestamp",
        "product": "product_id",
        "category": "product_category_name",
        "unit_price": "price",
        "status": "order_status",
    }
    assert found.column("amount") == [Decimal("29.99"), Decimal("29.99"), Decimal("118.7")]
    assert found.column("kind") == ["sale", "sale", "void"]


def test_cdnow_like_purchases_have_no_order_ids(reader: Reader) -> None:
    found = reader.text("customer_id,date,quantity,amount\n00001,19970101,1,11.77\n00002,19970112,5,77.00\n")
    assert not found.reading.has_order_ids
    assert found.column("customer_id") == ["00001", "00002"]
    assert found.column("ordered_at")[0] == datetime(1997, 1, 1)


def test_an_id_that_comes_back_on_other_days_is_the_customers(reader: Reader) -> None:
    found = reader.text(
        "id,date,amount\n1,19970101,11.77\n2,19970112,12\n2,19970212,77\n3,19970212,8\n3,19970213,9\n"
    )
    assert found.reading.mapping == {"customer_id": "id", "ordered_at": "date", "amount": "amount"}


def test_online_retail_with_american_dates_and_float_ids(reader: Reader) -> None:
    export = dedent("""\
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
        536365,85123A,WHITE,6,12/1/2010 8:26,2.55,17850.0,United Kingdom
        536366,71053,LANTERN,6,12/13/2010 8:26,3.39,17850.0,United Kingdom
        C536379,D,Discount,-1,12/14/2010 9:41,27.5,14527.0,United Kingdom
        536370,22728,ALARM,24,12/1/2010 8:45,3.75,,France
        """)
    found = reader.text(export)
    assert found.reading.mapping == {
        "customer_id": "CustomerID",
        "order_id": "InvoiceNo",
        "ordered_at": "InvoiceDate",
        "product": "StockCode",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
    }
    assert found.column("customer_id") == ["17850", "17850", "14527", None]
    assert found.column("ordered_at")[0] == datetime(2010, 12, 1, 8, 26)
    assert found.column("kind") == ["sale", "sale", "credit", "sale"]
    assert found.column("amount")[2] == Decimal("-27.5")


def test_a_log_of_views_and_purchases(reader: Reader) -> None:
    found = reader.text(
        "event_time,event_type,product_id,price,user_id\n"
        "2019-10-01 00:00:00 UTC,view,7,5,1\n2019-10-01 00:00:01 UTC,purchase,7,5,1\n"
    )
    assert found.column("kind") == ["void", "sale"]


def test_date_and_time_in_two_columns(reader: Reader) -> None:
    found = reader.text(
        "клиент;дата;время;сумма\n7;05.03.2024;9:05;10\n8;25.03.2024;23:15:10;20\n9;26.03.2024;;5\n"
    )
    assert found.reading.mapping["ordered_at"] == "дата + время"
    assert found.column("ordered_at") == [
        datetime(2024, 3, 5, 9, 5),
        datetime(2024, 3, 25, 23, 15, 10),
        datetime(2024, 3, 26),
    ]


def test_card_numbers_keep_their_zeros(reader: Reader) -> None:
    found = reader.text(
        "Номер карты;Дата покупки;Сумма чека, руб.\n0001234;05.03.2024;1 234,50\n0001235;06.03.2024;-99,00\n"
    )
    assert found.column("customer_id") == ["0001234", "0001235"]
    assert found.column("kind") == ["sale", "credit"]
    assert found.reading.currency == "RUB"
