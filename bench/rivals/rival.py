"""What the driver asks of each system, beyond the loop of next and submit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bench.crowd import System
from bench.rivals.http import Download
from bench.scene import items_file

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRADES = ("0 Bad", "1 Fair", "2 Good", "3 Excellent", "4 Perfect")
GRADE = 2
COMMENT = "As expected."
OVERLAP = 3
OWNER_EMAIL = "owner@bench.example"
PASSWORD = "Kept-for-a-bench-8412"
SHOWN = ("query", "title", "text", "url")


@dataclass(frozen=True)
class Check:
    """What the submit endpoint did with something that it should not let pass.

    `kept` of what was sent is in the store afterwards; `right` of it should be.
    """

    what: str
    statuses: tuple[int, ...]
    kept: int
    right: int
    note: str = ""

    @property
    def holds(self) -> bool:
        return self.kept == self.right

    def __str__(self) -> str:
        told = "refused" if self.holds and self.right == 0 else f"{self.kept} stored"
        codes = ", ".join(str(status) for status in self.statuses)
        return f"{told} ({codes}{'; ' + self.note if self.note else ''})"


@dataclass(frozen=True)
class Seat:
    """How a browser labels: where, and by which keys.

    `ready` can be seen when an answer can be given; the text of `what` changes with the item. The
    time to the next item runs from the first of the `submit` keys. `chosen` and `between` are parts
    of the addresses whose answers a person sees before the next key, after a choice and between two
    keys; or nothing.
    """

    address: str
    ready: str
    what: str
    choose: str
    submit: tuple[str, ...]
    chosen: str = ""
    between: str = ""


class Rival(System, Protocol):
    """A system that is running with its people signed up and one empty project."""

    version: str
    server: str
    notes: list[str]

    @property
    def roots(self) -> tuple[int, ...]:
        """The processes of the web server and the jobs; the database is not among them."""

    def import_items(self) -> None:
        """Take in the items, as an owner does; returns when they can be labeled."""

    def counted(self) -> tuple[int, int] | None:
        """The labels that the system's own counter tells, and those in its store."""

    def checks(self) -> list[Check]:
        """Try what the submit endpoint should refuse."""

    def sign_in(self, page: Page) -> None:
        """Sign the browser's person in."""

    def seat(self) -> Seat:
        """Where that person labels."""

    def fill_for_export(self) -> None:
        """Have the judgments that `export` exports; not timed."""

    def export(self) -> Download:
        """Export the judgments, as an owner does."""


def items(count: int) -> Iterator[dict[str, str]]:
    """The items that every system gets: the rows of our own bench."""
    yield from csv.DictReader(io.StringIO(items_file(count).decode()))
