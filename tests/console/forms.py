"""A browser without scripts: the fields of a form as they stand, and pressing its buttons."""

from __future__ import annotations

from html.parser import HTMLParser

from django.test import Client


class _Fields(HTMLParser):
    """What would be sent of the forms of a class: all fields, no buttons."""

    def __init__(self, text: str, form: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self.boxes: set[str] = set()
        self._form, self._inside = form, not form
        self._select: str | None = None
        self._first: str | None = None
        self._chosen: str | None = None
        self._textarea: str | None = None
        self._typed = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "form":
            self._inside = self._form in (said.get("class") or "").split()
        if not self._inside:
            return
        if tag == "button" and name == "do":
            self.buttons.append(value)
        elif tag == "input" and name:
            is_box = said.get("type") == "checkbox"
            self.boxes.update([name] if is_box else [])
            if not is_box or "checked" in said:
                self.sent.append((name, value or ("on" if is_box else "")))
        elif tag == "select":
            self._select, self._first, self._chosen = name, None, None
        elif tag == "option" and self._select is not None:
            self._first = value if self._first is None else self._first
            self._chosen = value if "selected" in said else self._chosen
        elif tag == "textarea":
            self._textarea, self._typed = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = self._first if self._chosen is None else self._chosen
            self.sent.append((self._select, chosen or ""))
            self._select = None
        elif tag == "form":
            self._inside = False
        elif tag == "textarea" and self._textarea is not None:
            self.sent.append((self._textarea, self._typed))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._typed += data


def fields_of(text: str, form: str = "") -> list[tuple[str, str]]:
    """The fields of a piece of HTML, or of its form of this class, as a browser would send them."""
    return _Fields(text, form).sent


class Form:
    """A form of one class at an address, filled in and sent again and again; `went_to`: where it led."""

    went_to = ""

    def __init__(self, client: Client, path: str, form: str) -> None:
        self.client, self.path, self.form = client, path, form
        self._take(client.get(path).text)

    def _take(self, text: str) -> None:
        found = _Fields(text, self.form)
        self.text, self.fields = text, dict(found.sent)
        self.buttons, self.boxes = found.buttons, found.boxes

    def press(self, do: str, said: dict[str, str] | None = None) -> Form:
        """Fill in and press the button that says this; it has to be there."""
        assert do in self.buttons, f"no button says {do}: {self.buttons}"
        for name in said or {}:
            assert name in self.fields or name in self.boxes, f"no field {name}: {list(self.fields)}"
        return self.send(do, said)

    def send(self, do: str, said: dict[str, str] | None = None) -> Form:
        """Send it as a program could, without asking whether there is such a button."""
        answer = self.client.post(self.path, self.fields | (said or {}) | {"do": do})
        if answer.status_code == 302:
            self.text, self.went_to = "", str(answer["Location"])
            return self
        assert answer.status_code == 200
        self._take(answer.text)
        return self
