from __future__ import annotations

import gettext
from pathlib import Path

from regulars.config.locale import compile_all

RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 &&"
" (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "%(n)s order"
msgid_plural "%(n)s orders"
msgstr[0] "%(n)s заказ"
msgstr[1] "%(n)s заказа"
msgstr[2] "%(n)s заказов"

#, fuzzy
msgid "guessed"
msgstr "угадано"
"""


def test_catalogues_are_compiled_with_their_plurals_and_without_guesses(tmp_path: Path) -> None:
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(RUSSIAN, encoding="utf-8")
    assert compile_all(tmp_path) == [folder / "django.mo"]
    catalogue = gettext.translation("django", tmp_path, languages=["ru"])
    texts = [catalogue.ngettext("%(n)s order", "%(n)s orders", n) % {"n": n} for n in (1, 2, 5, 11, 21)]
    assert texts == ["1 заказ", "2 заказа", "5 заказов", "11 заказов", "21 заказ"]
    assert catalogue.gettext("guessed") == "guessed"
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]
