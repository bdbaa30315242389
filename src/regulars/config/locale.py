"""`python -m regulars.config.locale`: make the .mo files, which Django reads, from the .po files.

Babel does it, so that no gettext has to be installed.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from regulars.config.words import LOCALE


def compile_all(folder: Path = LOCALE) -> list[Path]:
    """Compile every catalogue below the folder and return the files made."""
    made = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        new = target.with_suffix(".mo.new")  # a running process never sees half a file
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
        with new.open("wb") as file:
            write_mo(file, catalogue)
        new.replace(target)
        made.append(target)
    return made


if __name__ == "__main__":
    compile_all()
