"""What is wrong with a file, line by line, and how much of it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT_ERRORS = 200


@dataclass(frozen=True, slots=True, order=True)
class RowError:
    """One thing wrong with a file.

    `line` is where the row starts, counted from 1 with the header (in Parquet, which has no
    lines, the row's number); 0 speaks of the whole file. `column` is the file's own name for it.
    """

    line: int
    column: str
    message: str


class BadFile(Exception):
    """The file cannot be read any further. `errors` say why."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__(*errors)
        self.errors = errors


def bad_file(message: str, *, line: int = 0, column: str = "") -> BadFile:
    """A `BadFile` with one reason."""
    return BadFile(RowError(line, column, message))


@dataclass(slots=True)
class Faults:
    """Counts every error and keeps the first of them: a broken file of a million rows is small."""

    total: int = 0
    kept: list[RowError] = field(default_factory=list)

    def add(self, line: int, column: str, message: str) -> None:
        """Note one error."""
        self.total += 1
        if len(self.kept) < KEPT_ERRORS:
            self.kept.append(RowError(line, column, message))

    def add_many(self, total: int, first: list[RowError]) -> None:
        """Note `total` errors of one kind of which `first` are known in full."""
        self.total += total
        self.kept.extend(first)

    def report(self) -> tuple[RowError, ...]:
        """The errors kept, in the order of the file."""
        return tuple(sorted(self.kept)[:KEPT_ERRORS])
