"""The catalogue of translations, gathered with Python alone.

``messages.py`` gathers the texts of the interface into ``locale/`` and compiles
them. ``messages.py --check`` changes nothing and fails when a text is missing
there, is no longer used, has no translation, or was not compiled.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("communities", "votes", "governance")
LANGUAGES = ("en",)

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
TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
#: What ``templatize`` makes of the tags of a template.
CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext|npgettext)\(({TEXT})(?:, ({TEXT}))?(?:, ({TEXT}))?")

#: No dates: they would change when nothing did.
HEADER = """\
# The texts of the interface. `make messages` writes this file; translate the empty msgstr.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
SHOWN = 20
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)

Text = str | tuple[str, ...]


def python_messages() -> Iterator[tuple[str, Text, str | None]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for _, message, _, context in extract_from_file("python", path, keywords=KEYWORDS):
                yield str(path.relative_to(ROOT)), message, context


def template_messages() -> Iterator[tuple[str, Text, str | None]]:
    paths = [
        path
        for folder in (ROOT / "templates", *(ROOT / package for package in PACKAGES))
        for path in folder.rglob("*")
        if path.suffix in {".html", ".txt"}
    ]
    for path in sorted(paths):
        where = str(path.relative_to(ROOT))
        for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=where)):
            name, *written = call.groups()
            texts = [str(ast.literal_eval(text)) for text in written if text]
            context = texts.pop(0) if name in {"pgettext", "npgettext"} else None
            yield where, tuple(texts) if name.startswith("n") else texts[0], context


def gathered(language: str) -> Catalog:
    """Every text of the interface as it is in the sources now."""
    catalog = Catalog(locale=language, project="Linyi", charset="utf-8")
    for where, message, context in (*python_messages(), *template_messages()):
        if message and message[0]:
            catalog.add(message, locations=[(where, 0)], context=context)
    return catalog


def known(language: str) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    # Otherwise every compilation would differ from the last by its date.
    catalog.creation_date = catalog.revision_date = NO_DATE
    return catalog


def compiled(language: str) -> Catalog:
    path = po_path(language).with_suffix(".mo")
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_mo(file)


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def key(message: Message) -> tuple[str, Text]:
    return message.context or "", tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id


def keys(catalog: Catalog) -> set[tuple[str, Text]]:
    return {key(message) for message in catalog if message.id}


def translations(catalog: Catalog) -> dict[tuple[str, Text], list[str]]:
    """What a reader gets for each text."""
    return {
        key(message): [message.string] if isinstance(message.string, str) else list(message.string)
        for message in catalog
        if message.id and message.string and all(message.string)
    }


def update(language: str) -> None:
    catalog = known(language)
    catalog.update(gathered(language), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language, plural_forms=catalog.plural_forms).encode())
        write_po(file, catalog, width=110, sort_output=True, include_lineno=False, omit_header=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, known(language))
    print(f"{language}: {len(catalog)} texts, {len(list(untranslated(catalog)))} of them not translated")


def untranslated(catalog: Catalog) -> Iterator[str]:
    for message in catalog:
        if message.id and (message.fuzzy or not message.string or not all(message.string)):
            yield str(message.id)


def drift(language: str) -> list[str]:
    """What keeps the catalogue from being the one the sources call for."""
    catalog = known(language)
    there, wanted = keys(catalog), keys(gathered(language))
    troubles = [f"not in the catalogue: {text}" for _, text in sorted(wanted - there, key=str)]
    troubles += [f"no longer used: {text}" for _, text in sorted(there - wanted, key=str)]
    troubles += [f"not translated: {text}" for text in untranslated(catalog)]
    troubles += [f"{error}: {message.id}" for message, errors in catalog.check() for error in errors]
    if translations(catalog) != translations(compiled(language)):
        troubles.append("the compiled file is not the one of these texts")
    return [f"{language}: {trouble}" for trouble in troubles]


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        troubles = [trouble for language in LANGUAGES for trouble in drift(language)]
        for trouble in troubles[:SHOWN]:
            print(trouble)
        if len(troubles) > SHOWN:
            print(f"… and {len(troubles) - SHOWN} more. `make messages` gathers the texts.")
        return bool(troubles)
    for language in LANGUAGES:
        update(language)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
