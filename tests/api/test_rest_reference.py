"""The reference as a page: complete, without scripts, and every link in it leads somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from regulars.api.rest import openapi
from regulars.api.rest.problems import Code
from regulars.config.headers import POLICY


class Page(HTMLParser):
    """What a page holds of what matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(name)


def test_the_page_needs_nothing_the_policy_forbids() -> None:
    answer = Client().get("/api/v1/reference")
    page = Page(answer.content.decode())
    assert answer["Content-Security-Policy"] == POLICY
    assert not page.tags & {"script", "style", "iframe"}
    assert page.inline == []
    assert all(link.startswith(("/", "#")) for link in page.links)


def test_every_operation_and_every_problem_has_a_place_of_its_own() -> None:
    page = Page(Client().get("/api/v1/reference").content.decode())
    assert sorted(page.ids) == sorted(set(page.ids))
    operations = [o["operationId"] for path in openapi.document()["paths"].values() for o in path.values()]
    assert len(operations) == len(set(operations)) > 20
    assert set(operations) | {code.code for code in Code} <= set(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_samples_are_whole_calls() -> None:
    text = Client().get("/api/v1/reference").content.decode()
    samples = re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)
    assert len(samples) > 20
    assert not [sample for sample in samples if "{customer_id}" in sample or "None" in sample]


@pytest.mark.django_db  # closing the answer looks at connections
def test_its_styles_are_served() -> None:
    answer = Client().get("/static/api/reference.css")
    assert answer.status_code == 200
    assert b"prefers-color-scheme" in answer.getvalue()
    answer.close()
