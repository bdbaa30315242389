"""From the first file to its undoing, as somebody does it who reads no manual."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit, overflow, serious_findings

from regulars.commerce.models import Order
from regulars.imports import services
from regulars.imports.models import Import
from regulars.kit import clock
from regulars.team.models import User

pytestmark = pytest.mark.slow

ORDERS = (
    "Покупатель;Номер заказа;Дата заказа;Товар;Сумма\n"
    "anna@example.com;А-1;05.03.2024;Кружка;1 200,50\n"
    "boris@example.com;А-2;17.03.2024;Чайник;2 300\n"
    "anna@example.com;А-3;05.04.2024;Кружка;1 200,50\n"
    "anna@example.com;А-4;когда-то;Кружка;1 200,50\n"
)


@pytest.fixture
def file(settings: LazySettings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    path = tmp_path / "заказы.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def _work() -> None:
    """What the worker does when it is woken."""
    services.advance(import_id=Import.objects.latest("id").pk, clock=clock.now)


def _check(page: Page) -> None:
    assert serious_findings(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_from_the_first_file_to_its_undoing(
    visit: Visit, owner: User, file: Path, width: int, theme: str
) -> None:
    visitor = visit(width=width, theme=theme)
    page = visitor.enter(owner, "/imports/")
    _check(page)
    page.get_by_role("link", name="Выбрать файл").click()
    _check(page)
    page.get_by_label("Перетащите файл сюда").set_input_files(file)
    page.get_by_role("button", name="Посмотреть файл").click()
    expect(page.get_by_role("status")).to_have_text("Ждём обработчика")
    _check(page)
    _work()
    expect(page.get_by_role("heading", name="Как поняты столбцы")).to_be_visible()
    expect(page.get_by_label("Дата заказа")).to_have_value("Дата заказа")
    expect(page.get_by_text("Дата не читается: 1")).to_be_visible()
    _check(page)
    page.get_by_role("button", name="Сначала всё проверить").click()
    expect(page.get_by_role("status")).to_have_text("Ждём обработчика")
    _work()
    expect(page.get_by_role("status")).to_contain_text("2 клиента, 3 заказа и 2 товара")
    assert Order.objects.count() == 0
    _check(page)
    page.get_by_role("button", name="Загрузить", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Ждём обработчика")
    _work()
    expect(page.get_by_role("link", name="На кого посмотреть сегодня")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("2 клиента, 3 заказа и 2 товара")
    assert Order.objects.count() == 3
    _check(page)
    page.get_by_role("link", name="Отменить загрузку").click()
    expect(page.get_by_text("3 заказа")).to_be_visible()
    _check(page)
    page.get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_role("status")).to_have_text("Ждём обработчика")
    _work()
    expect(page.get_by_role("heading", name="Отменено")).to_be_visible()
    assert Order.objects.count() == 0
    _check(page)


@pytest.fixture
def without_scripts(visit: Visit, owner: User) -> Callable[[str], Page]:
    return lambda path: visit(scripts=False).enter(owner, path)


def test_without_scripts(without_scripts: Callable[[str], Page], file: Path) -> None:
    page = without_scripts("/imports/upload/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Посмотреть файл").click()
    _work()
    page.reload()
    page.get_by_role("button", name="Загрузить", exact=True).click()
    _work()
    page.reload()
    expect(page.get_by_role("link", name="На кого посмотреть сегодня")).to_be_visible()
