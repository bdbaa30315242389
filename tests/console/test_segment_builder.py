"""The form of a segment: from nothing to a saved one, what is wrong where, taking things away and back."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from tests.console import shops

from regulars.segments import queries
from regulars.team.types import Role

pytestmark = pytest.mark.django_db


class _Fields(HTMLParser):
    """What a browser would send of the form: the fields as they stand, without buttons."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select: str | None = None
        self._chosen: str | None = None
        self._first: str | None = None
        self._textarea: str | None = None
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "form":
            self._inside = "builder" in (said.get("class") or "")
        if not self._inside:
            return
        if tag == "input" and name and (said.get("type") != "checkbox" or "checked" in said):
            self.sent.append((name, value or ("on" if said.get("type") == "checkbox" else "")))
        elif tag == "select":
            self._select, self._chosen, self._first = name, None, None
        elif tag == "option" and self._select is not None:
            self._first = value if self._first is None else self._first
            self._chosen = value if "selected" in said else self._chosen
        elif tag == "textarea":
            self._textarea = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = self._first if self._chosen is None else self._chosen
            self.sent.append((self._select, chosen or ""))
            self._select = None
        elif tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.sent.append((self._textarea, data))


class Form:
    """A browser without scripts at the builder: fills fields in, presses buttons."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        self._take(client.get(path).text)

    def _take(self, text: str) -> None:
        self.text, self.fields = text, dict(_Fields(text).sent)

    def press(self, do: str, **said: str) -> Form:
        """Press a button after filling in; `n3_way` stands for the field `n3-way`."""
        filled = {name.replace("_", "-", 1) if name[1:2].isdigit() else name: v for name, v in said.items()}
        answer = self.client.post(self.path, self.fields | filled | {"do": do}, follow=True)
        self.status = answer.status_code
        self._take(answer.text)
        return self


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def test_a_segment_from_nothing(inside: Client) -> None:
    form = Form(inside, reverse("segments-new"))
    assert "Here stands in words whom you mean." in form.text
    form.press("add 1 orders").press("look", n2_low="3")
    assert "Bought 3 times or more" in form.text
    form.press("add 1 attribute").press("look", n3_attribute="commerce.last_order_at")
    form.press("look", n3_way="days_ago").press("look", n3_low="60")
    assert "60 days ago or earlier" in form.text
    form.press("save", name="Regular once")
    (row,) = queries.segments()
    assert row.name == "Regular once"
    print(row.condition)
