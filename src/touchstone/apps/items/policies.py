"""The columns of an import: their names, the names people give them, and the limits.

No rows are read here (`rows.py`) and no files opened (`readers.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from touchstone.apps.items.faults import BadFile, RowError

REQUIRED = ("item_id", "query_id", "query", "document_id", "locale")
SHOWN = ("title", "text", "url", "domain")
OPTIONAL = ("position", "stratum", "inclusion_probability", "overlap", "priority", "gold")
COLUMNS = (*REQUIRED, *SHOWN, *OPTIONAL)

# The first name of a list that a file has is taken; an exact name comes before all of them.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "item_id": ("itemid", "item_key", "item", "unit_id", "task_id", "id"),
    "query_id": ("queryid", "query_key", "qid", "topic_id", "topic", "search_id"),
    "query": ("query_text", "search_query", "search_term", "keywords", "question"),
    "document_id": (
        "documentid", "document_key", "doc_id", "docid", "docno", "document",
        "result_id", "product_id", "passage_id",
    ),
    "locale": ("locale_tag", "language_tag", "language", "lang"),
    "title": ("result_title", "document_title", "headline", "name"),
    "text": ("body", "passage", "snippet", "description", "content"),
    "url": ("link", "result_url", "document_url"),
    "domain": ("site", "host"),
    "position": ("rank", "result_position"),
    "stratum": ("strata",),
    "inclusion_probability": ("inclusion_prob", "p_inclusion", "sampling_probability"),
    "overlap": ("judgments_wanted", "redundancy"),
    "priority": ("urgency", "tier"),
    "gold": ("gold_answer", "gold_answers", "accepted_answers", "gold_grade"),
}  # fmt: skip

MOST_COLUMNS = 64
MOST_ROWS = 500_000
MOST_FIELD_BYTES = 100_000
MOST_KEY_CHARACTERS = 200
MOST_STRATUM_CHARACTERS = 80
MOST_COLUMN_CHARACTERS = 80
MOST_POSITION = 2**31 - 1
MOST_OVERLAP = 50
PRIORITIES = ("urgent", "high", "normal", "low")
"""The words of the column `priority`, the most urgent first."""


@dataclass(frozen=True)
class Columns:
    """Where each of our columns stands in a file, and what the file calls it.

    `extra` are the columns that we have no word for; they travel in an item's content.
    """

    found: tuple[str, ...]
    places: Mapping[str, int]
    extra: tuple[tuple[str, int], ...]

    def name(self, ours: str) -> str:
        """The file's own name for our column."""
        return self.found[self.places[ours]] if ours in self.places else ours

    @property
    def mapping(self) -> dict[str, str]:
        """Our column → their column, as it was read."""
        return {ours: self.found[place] for ours, place in self.places.items()}


def match_columns(found: Sequence[str], mapping: Mapping[str, str] | None) -> Columns:
    """Match a file's columns to ours: by `mapping` first, then by name or a common other name.

    A column mapped to an empty name is left alone: it travels as content under its own name.

    :raises BadFile: a required column is missing, a column of the mapping is unknown, a name is
        empty, repeated or too long, or there are too many columns.
    """
    _refuse(_faults_of_names(found))
    given = {ours: theirs for ours, theirs in (mapping or {}).items() if theirs}
    _refuse(_faults_of_mapping(given, found))
    places = {ours: found.index(theirs) for ours, theirs in given.items()}
    _match_by_name(places, found, leave=frozenset(mapping or {}))
    _refuse(_missing(places, found))
    taken = frozenset(places.values())
    extra = tuple((name, at) for at, name in enumerate(found) if at not in taken)
    _refuse(_shown_twice(places, extra))
    return Columns(tuple(found), places, extra)


def plain_name(name: str) -> str:
    """A column name without case, spaces and punctuation: `Search Term` is `search_term`."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def _match_by_name(places: dict[str, int], found: Sequence[str], leave: frozenset[str]) -> None:
    plain = [plain_name(name) for name in found]
    for exact in (True, False):
        for ours in COLUMNS:
            for name in (ours,) if exact else ALIASES[ours]:
                if ours in places or ours in leave or name not in plain:
                    continue
                place = plain.index(name)
                if place not in places.values():
                    places[ours] = place


def _refuse(errors: list[RowError]) -> None:
    if errors:
        raise BadFile(*errors)


def _faults_of_names(found: Sequence[str]) -> list[RowError]:
    if len(found) > MOST_COLUMNS:
        message = _("The file has more than %(most)d columns. Remove the ones nobody needs.")
        return [RowError(0, "", message % {"most": MOST_COLUMNS})]
    errors = []
    for number, name in enumerate(found, start=1):
        if not name.strip():
            message = _("Column %(number)d has no name. Give it one, or delete the column.")
            errors.append(RowError(0, "", message % {"number": number}))
        elif len(name) > MOST_COLUMN_CHARACTERS or not is_storable(name):
            message = _("The name of column %(number)d is too long or holds invalid characters.")
            errors.append(RowError(0, "", message % {"number": number}))
    for name, times in Counter(found).items():
        if times > 1 and name.strip():
            message = _("The file has %(times)d columns named “%(name)s”. Rename all but one.")
            errors.append(RowError(0, name, message % {"times": times, "name": name}))
    return errors


def is_storable(text: str) -> bool:
    """Whether the database can hold `text`: no NUL and no half of a surrogate pair."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _faults_of_mapping(given: Mapping[str, str], found: Sequence[str]) -> list[RowError]:
    errors = []
    for ours, theirs in given.items():
        if ours not in COLUMNS:
            message = _("The mapping names “%(name)s”, which is none of our columns: %(ours)s.")
            said = {"name": ours, "ours": ", ".join(COLUMNS)}
            errors.append(RowError(0, ours, message % said))
        elif theirs not in found:
            message = _(
                "The mapping takes %(ours)s from “%(theirs)s”, but the file has no such column. "
                "It has: %(found)s."
            )
            said = {"ours": ours, "theirs": theirs, "found": ", ".join(found)}
            errors.append(RowError(0, theirs, message % said))
    for theirs, times in Counter(given.values()).items():
        if times > 1:
            message = _("The mapping uses the column “%(theirs)s” more than once.")
            errors.append(RowError(0, theirs, message % {"theirs": theirs}))
    return errors


def _missing(places: Mapping[str, int], found: Sequence[str]) -> list[RowError]:
    message = _(
        "The required column %(name)s is missing. The file has: %(found)s. "
        "Rename a column, or map one of them to %(name)s."
    )
    return [
        RowError(0, name, message % {"name": name, "found": ", ".join(found)})
        for name in REQUIRED
        if name not in places
    ]


def _shown_twice(places: Mapping[str, int], extra: Sequence[tuple[str, int]]) -> list[RowError]:
    message = _(
        "Two columns would be shown as “%(name)s”: the one mapped to it and the one of that name. "
        "Rename one of them."
    )
    return [
        RowError(0, name, message % {"name": name})
        for name, _place in extra
        if name in SHOWN and name in places
    ]
