"""The `assay` command: labels from a CSV file in, a consensus or an agreement out.

The only module of assay that touches files. Results go to standard output, words about them to
standard error; the exit status is 0, or 1 where there is too little data, or 2 where the input
cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from assay.agreement import krippendorff_alpha, raw_agreement
from assay.consensus import ConsensusResult, dawid_skene, majority_vote
from assay.consensus.result import most_probable, vote_shares
from assay.data import Labels
from assay.results import TooLittle

COLUMNS = ("item", "rater", "label")


class UnusableInput(Exception):
    """The input cannot be read as labels; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    given = _parser().parse_args(arguments)
    try:
        status: int = given.run(given)
        sys.stdout.flush()
    except (UnusableInput, ValueError) as problem:
        print(f"assay: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="assay", description="Measure the quality of labels.")
    commands = parser.add_subparsers(required=True, metavar="command")
    consensus = commands.add_parser("consensus", help="one label per item, with its probability")
    consensus.add_argument("--method", choices=("dawid-skene", "majority"), default="dawid-skene")
    consensus.set_defaults(run=_consensus)
    alpha = commands.add_parser("alpha", help="Krippendorff's alpha with its interval")
    alpha.add_argument(
        "--level", choices=("nominal", "ordinal", "interval", "ratio"), required=True
    )
    alpha.add_argument("--resamples", type=int, default=1000)
    alpha.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default 0)")
    alpha.add_argument("--cluster", metavar="COLUMN", help="resample by this column, e.g. query")
    alpha.set_defaults(run=_alpha)
    for command in (consensus, alpha):
        _add_input(command)
    return parser


def _add_input(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="CSV with columns item, rater, label; UTF-8")
    command.add_argument("--classes", help="the possible labels in order, parted by commas")
    command.add_argument("--abstain", help='answers that are not labels, such as "cannot judge"')
    command.add_argument(
        "--repeats", choices=("last", "first", "error"), default="last",
        help="which label counts when a rater labeled an item more than once",
    )  # fmt: skip


def _consensus(given: argparse.Namespace) -> int:
    labels = _labels(given, _rows(given.file, COLUMNS))
    _say(_described(labels))
    result = dawid_skene(labels) if given.method == "dawid-skene" else majority_vote(labels)
    if isinstance(result, TooLittle):
        _say(str(result))
        return 1
    _write_consensus(result, labels, sys.stdout)
    _say(f"{result.method}; {result.n_iter} iterations; probabilities are uncalibrated")
    _say(f"ties, given to the lowest class: {int(result.tied.sum())}")
    _warn(result.warnings)
    return 0


def _write_consensus(result: ConsensusResult, labels: Labels, out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("item", "label", "p", "majority"))
    majority = most_probable(vote_shares(labels))[0]
    for row, item in enumerate(result.item_ids):
        label = result.classes[int(result.labels[row])]
        voted = result.classes[int(majority[row])]
        writer.writerow((item, label, f"{result.p_top[row]:.6f}", voted))


def _alpha(given: argparse.Namespace) -> int:
    needed = COLUMNS if given.cluster is None else (*COLUMNS, given.cluster)
    rows = _rows(given.file, needed)
    if given.level != "nominal" and given.classes is None and not _all_numbers(rows):
        raise UnusableInput("labels are not numbers: name their order with --classes")
    labels = _labels(given, rows)
    clusters = _clusters(rows, given.cluster) if given.cluster else None
    _say(_described(labels))
    found = krippendorff_alpha(
        labels, level=given.level, rng=np.random.default_rng(given.seed),
        clusters=clusters, resamples=given.resamples,
    )  # fmt: skip
    if isinstance(found, TooLittle):
        _say(str(found))
        return 1
    print(f"alpha,low,high,confidence,n\n{found.value:.4f},{found.low:.4f},{found.high:.4f},"
          f"{found.level},{found.n}")  # fmt: skip
    raw = raw_agreement(labels, rng=np.random.default_rng(given.seed), clusters=clusters)
    _say(f"{found.method}; raw agreement {raw}")
    _warn(found.warnings)
    return 0


def _clusters(rows: Sequence[tuple[str, ...]], column: str) -> dict[str, str]:
    clusters: dict[str, str] = {}
    for item, _, _, cluster in rows:
        if clusters.setdefault(item, cluster) != cluster:
            raise UnusableInput(f"item {item!r} has more than one {column}: it cannot be a cluster")
    return clusters


def _rows(file: Path, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The named columns of the file, row by row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(_read(lines, columns, file))
    except UnicodeDecodeError as problem:
        raise UnusableInput(
            f"{file} is not UTF-8 (byte {problem.start}): save it as UTF-8"
        ) from None
    except OSError as problem:
        raise UnusableInput(f"cannot read {file}: {problem.strerror}") from None
    if not rows:
        raise UnusableInput(f"{file} has a header but no rows")
    return rows


def _read(lines: Iterable[str], columns: Sequence[str], file: Path) -> Iterable[tuple[str, ...]]:
    reader = csv.DictReader(lines)
    if reader.fieldnames is None:
        raise UnusableInput(f"{file} is empty: a header with {', '.join(COLUMNS)} is needed")
    if missing := [column for column in columns if column not in reader.fieldnames]:
        found = ", ".join(reader.fieldnames)
        raise UnusableInput(f"{file} lacks the column {missing[0]!r}; it has: {found}")
    for row in reader:
        values = tuple(row[column] for column in columns)
        if not all(values):
            empty = columns[[bool(value) for value in values].index(False)]
            raise UnusableInput(f"{file}, line {reader.line_num}: {empty} is empty")
        yield values


def _labels(given: argparse.Namespace, rows: Sequence[tuple[str, ...]]) -> Labels:
    items, raters, labels = (
        [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows],
    )  # fmt: skip
    abstain = _parts(given.abstain) or ()
    classes = _parts(given.classes) or _in_order(set(labels) - set(abstain))
    return Labels.from_triples(
        items, raters, labels, classes=classes, abstain=abstain, repeats=given.repeats
    )


def _parts(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",")] if text else None


def _in_order(labels: set[str]) -> list[str]:
    """Labels as text, ordered as numbers where all are numbers."""
    if all(_is_number(label) for label in labels):
        return sorted(labels, key=lambda label: (float(label), label))
    return sorted(labels)


def _all_numbers(rows: Sequence[tuple[str, ...]]) -> bool:
    return all(_is_number(row[2]) for row in rows)


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _described(labels: Labels) -> str:
    counted = f"{labels.n_labels} labels, {labels.n_items} items, {labels.n_raters} raters"
    left_out = f"{labels.repeats_dropped} repeats and {labels.abstentions} abstentions left out"
    return f"{counted}, classes {', '.join(labels.classes)}; {left_out}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        _say(f"warning: {warning}")
