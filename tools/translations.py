"""Keep the Russian catalogue in step with the source: `python -m tools.translations check|update [FILE…]`.

check    every message of the source is translated, nothing is left over, nothing is merely copied
update   add what is missing and drop what the source no longer has; translations of what is missing are
         taken from the .po files named
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "regulars"
CATALOGUE = SOURCE / "locale" / "ru" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Words that are the same in both languages: abbreviations, names, patterns of nothing but placeholders.
SAME_IN_BOTH = re.compile(
    r"^(?:\W|\d|%\(\w+\)[sd]|\{\w*\}|Regulars|CAC|LTV|RFM|NPS|XLSX|CSV|JSON|HTML|PDF|Enter|Ctrl|E-mail|[RFM])*$"
)
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def messages() -> Iterator[tuple[str, int, str | tuple[str, ...], str | None]]:
    """Yield (file, line, msgid or (singular, plural), context) of the whole source."""
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]
    for path in sorted(files):
        if "static" in path.parts or "node_modules" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Read as Python, where the indentation of a template would mean something.
            text = re.sub(r"(?m)^[ \t]+", "", templatize(text))
        for line, message, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            yield str(path.relative_to(ROOT)), line, message, context


def template() -> Catalog:
    """Build the catalogue of what the source says, untranslated."""
    catalogue = Catalog(locale="ru", project="Regulars", charset="utf-8", fuzzy=False)
    for name, _line, message, context in messages():
        catalogue.add(message, locations=[(name, 0)], context=context)
    return catalogue


def current() -> Catalog:
    """Read the committed catalogue (an empty one where there is none yet)."""
    if not CATALOGUE.exists():
        return Catalog(locale="ru")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ru")


def _strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string or ""]


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id[0] if isinstance(message.id, list | tuple) else message.id


def faults() -> list[str]:
    """Say what is wrong with the committed catalogue, one line each."""
    catalogue = current()
    have = {_key(m): m for m in catalogue if m.id}
    found = []
    wanted = {_key(m): m for m in template() if m.id}
    for key, message in wanted.items():
        where = ", ".join(name for name, _line in message.locations[:2])
        mine = have.get(key)
        plural = isinstance(message.id, list | tuple)
        if mine is None or not all(_strings(mine)) or (plural and len(_strings(mine)) != 3):
            found.append(f"not translated: {key[1]!r} ({where})")
            continue
        if mine.fuzzy:
            found.append(f"fuzzy: {key[1]!r} ({where})")
        for text in _strings(mine):
            if not CYRILLIC.search(text) and not SAME_IN_BOTH.match(text):
                found.append(f"copied, not translated: {key[1]!r} ({where})")
                break
        found += [f"{e}: {key[1]!r} ({where})" for e in map(str, mine.check(catalogue))]
    found += [f"no longer in the source: {key[1]!r}" for key in have if key not in wanted]
    return found


def update(fragments: list[Path]) -> None:
    """Write the catalogue anew from the source, with the translations at hand."""
    known = {_key(m): m for m in current() if m.id and any(_strings(m))}
    for path in fragments:
        with path.open("rb") as file:
            for message in read_po(file, locale="ru"):
                if message.id and any(_strings(message)):
                    known.setdefault(_key(message), message)
    fresh = template()
    for message in fresh:
        mine = known.get(_key(message)) if message.id else None
        if mine is not None:
            message.string = mine.string
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as out:
        write_po(out, fresh, width=100, sort_output=True, omit_header=False)
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines(keepends=True)
    # Dates in the header would make every run a change.
    kept = [line for line in lines if not re.match(r'"(POT-Creation|PO-Revision)-Date', line)]
    CATALOGUE.write_text(re.sub(r"(?m)^(#: .*?):0\b", r"\1", "".join(kept)), encoding="utf-8")


def main() -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True)
    command, *rest = sys.argv[1:] or ["check"]
    if command == "check":
        problems = faults()
        for line in problems:
            print(line)
        print(f"{CATALOGUE.relative_to(ROOT)}: {len(problems)} to mend")
        return 1 if problems else 0
    update([Path(name) for name in rest])
    return 0


if __name__ == "__main__":
    sys.exit(main())
