"""The catalogues of translations: brought in step with the source, checked, compiled.

English is the source language. A text without its French fails `make check`; so does one of the
workbench, which speaks eighteen languages, without its translation into each of them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from touchstone.ops.message_extraction import Message, messages_in

SOURCE = Path(__file__).resolve().parents[1]
LOCALE = SOURCE / "locale"
WORKBENCH = (
    "workbench/",
    "flows/desk.py",
    "flows/exposure.py",
    "flows/labeling.py",
    "flows/practising.py",
    "flows/qualification.py",
    "flows/qualifying.py",
    "flows/results.py",
    "apps/guidelines/practice.py",
    "apps/guidelines/quizzes.py",
    "apps/guidelines/words.py",
    "apps/intake/classes.py",
    "apps/labeling/asking/",
    "apps/labeling/operations.py",
    "apps/people/keymap.py",
    "apps/planning/queries.py",
    "apps/quality/appealing/operations.py",
    "apps/quality/gold_tests.py",
    "apps/wellbeing/",
    "web/templatetags/exposure.py",
)
# Each language with the parts of the source that it covers.
REQUIRED: dict[str, tuple[str, ...]] = {"fr": ("",)} | {
    code: WORKBENCH
    for code in (
        *("ar", "de", "es", "he", "id", "it", "ja", "ko", "ms", "nl", "pl", "pt", "sv", "th"),
        *("tr", "vi"),
    )
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
IDLE_HEADERS = tuple(
    f'"{name}:'
    for name in (
        "Generated-By",
        "Language-Team",
        "Last-Translator",
        "PO-Revision-Date",
        "POT-Creation-Date",
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
    )
)
HEADER = (
    "# Translations of Touchstone. `touchstone-ops messages extract` keeps the entries in step."
)


def extract(locale: Path = LOCALE, source: Path = SOURCE) -> list[str]:
    """Add new texts, drop those the source no longer has, keep every translation."""
    found = messages_in(source)
    for language in REQUIRED:
        path = _path(locale, language)
        old = read(path, language)
        new = Catalog(locale=language, header_comment=HEADER, fuzzy=False)
        for message in _wanted(found, language):
            known = old.get(message.id, message.context)
            new.add(
                message.id,
                known.string if known else None,
                locations=[(message.file, message.line)],
                context=message.context,
            )
        write(path, new)
    return []


def check(locale: Path = LOCALE, source: Path = SOURCE) -> list[str]:
    """What is wrong with the required languages, one line for each fault."""
    found = messages_in(source)
    return [
        fault
        for language in REQUIRED
        for fault in _faults(
            read(_path(locale, language), language), _wanted(found, language), language
        )
    ]


def compile_all(locale: Path = LOCALE) -> list[str]:
    """Write the binary form, which Django reads, beside every catalogue."""
    for path in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        catalog = read(path, path.parts[-3])
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
    return []


def _wanted(messages: list[Message], language: str) -> list[Message]:
    return [message for message in messages if message.file.startswith(REQUIRED[language])]


def _faults(catalog: Catalog, wanted: list[Message], language: str) -> Iterator[str]:
    seen = set()
    for message in wanted:
        seen.add((message.singular, message.context))
        entry = catalog.get(message.id, message.context)
        if fault := _fault(entry):
            where = f"{message.file}:{message.line}"
            yield f"{where}: {message.singular!r} {fault} ({language})"
    for entry in catalog:
        singular = entry.id[0] if isinstance(entry.id, (list, tuple)) else entry.id
        if singular and (singular, entry.context) not in seen:
            yield f"{language}: {singular!r} is unused: run `touchstone-ops messages extract`"


def _fault(entry: Entry | None) -> str:
    if entry is None:
        return "is not in the catalogue: run `touchstone-ops messages extract`"
    if entry.fuzzy:
        return "is marked fuzzy"
    strings = _forms(entry.string)
    if not strings or not all(strings):
        return "has no translation"
    wanted = _placeholders(_forms(entry.id))
    if any(not _placeholders([string]) <= wanted for string in strings):
        return "has a placeholder that the source lacks"
    if _placeholders(strings) != wanted:
        return "lacks a placeholder of the source"
    return ""


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    if text is None:
        return []
    return [text] if isinstance(text, str) else list(text)


def _placeholders(texts: list[str]) -> set[str]:
    return {found for text in texts for found in PLACEHOLDER.findall(text)}


def _path(locale: Path, language: str) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(path: Path, catalog: Catalog) -> None:
    """Without the header lines that say nothing, or differ at every run and collide in merges."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, sort_output=True)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(IDLE_HEADERS)))
