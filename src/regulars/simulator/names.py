"""What the customers of the demo shop are called."""

from __future__ import annotations

from random import Random


def _list(text: str, divider: str | None = None) -> list[str]:
    return text.split(divider)


_WOMEN = _list(
    "Анна Мария Елена Ольга Наталья Екатерина Татьяна Ирина Светлана Юлия Анастасия Дарья Ксения Алёна Вера"
    " Полина София Алиса Марина Людмила Галина Надежда Евгения Кира Варвара Лидия Зоя Оксана Диана Раиса"
)
_MEN = _list(
    "Александр Дмитрий Максим Сергей Андрей Алексей Артём Илья Кирилл Михаил Никита Матвей Роман Егор Иван"
    " Пётр Фёдор Павел Владимир Константин Николай Степан Тимур Глеб Олег Виктор Юрий Денис Руслан Семён"
)
_SURNAMES = _list(
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев"
    " Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев"
    " Соловьёв Борисов Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв"
    " Гусев Киселёв Ильин Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков"
    " Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов"
    " Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев"
)
_ENGLISH_FIRST = _list(
    "Emma Olivia Sophie Grace Hannah Lucy Julia Alice Clara Rachel James Oliver Thomas Daniel Henry Samuel"
    " George Adam Peter Robert Laura Kate Nina Mark Paul Simon"
)
_ENGLISH_LAST = _list(
    "Wilson Taylor Brown Carter Evans Walker Hughes Green Edwards Hall Wood Clarke Turner Cooper Ward Morris"
    " Bennett Gray Collins Foster Russell Hayes Palmer Webb Barnes Fisher O'Neill Marsh Fleming Doyle"
)
_CAFES = _list(
    "Кофейня «Пенка»|Чайная «Самовар»|Бар «Зерно»|Кафе «Тёплый угол»|Пекарня «Корж»|Coffee Point"
    "|Студия «Точка»|Антикафе «Час»|Офис «Вектор»|Bakery & Tea|Гостиница «Двина»|Коворкинг «Этаж»"
    "|Кафе «Ёлка»|Книжный «Закладка»|Old Town Café|Бюро «Линия»|Кофейня «Утро»|Школа йоги «Лотос»"
    "|Кондитерская «Вишня»|Клиника «Эхо»",
    "|",
)
ENGLISH_SHARE = 0.1


def person(random: Random) -> str:
    """The name of a private customer, Russian or English."""
    if random.random() < ENGLISH_SHARE:
        return f"{random.choice(_ENGLISH_FIRST)} {random.choice(_ENGLISH_LAST)}"
    if random.random() < 0.64:
        return f"{random.choice(_WOMEN)} {random.choice(_SURNAMES)}а"
    return f"{random.choice(_MEN)} {random.choice(_SURNAMES)}"


def firm(number: int) -> str:
    """The name of a café or an office; they begin to repeat, with a number, after the list is used up."""
    name, round_ = _CAFES[number % len(_CAFES)], number // len(_CAFES)
    return f"{name} {round_ + 1}" if round_ else name
