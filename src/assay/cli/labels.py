"""Commands on label files: consensus, agreement, gold, replay."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from assay.agreement import class_agreement, gwet_ac1, krippendorff_alpha, raw_agreement
from assay.cli.output import ESTIMATES, Report, add_output, estimated, progress, say, short, tell
from assay.cli.tables import accepted_sets, column_of
from assay.consensus import (
    ConsensusResult,
    StopRule,
    community_consensus,
    dawid_skene,
    infer,
    majority_vote,
    one_coin,
    ordinal_consensus,
    replay,
    variational_dawid_skene,
)
from assay.data import Labels
from assay.files import read_labels, write_consensus
from assay.gold import score_gold, shrink
from assay.results import TooLittle

Method = Callable[[Labels], ConsensusResult | TooLittle]


def _ordinal(labels: Labels) -> ConsensusResult | TooLittle:
    found = ordinal_consensus(labels)
    return found if isinstance(found, TooLittle) else found.consensus


METHODS: Mapping[str, Method] = {
    "communities": community_consensus,
    "dawid-skene": dawid_skene,
    "majority": majority_vote,
    "one-coin": one_coin,
    "ordinal": _ordinal,
    "variational": variational_dawid_skene,
}


def add_to(commands: Any) -> None:
    """Add the four commands."""
    _add_consensus(commands)
    _add_agreement(commands)
    _add_gold(commands)
    _add_replay(commands)


def _add_consensus(commands: Any) -> None:
    command = commands.add_parser("consensus", help="one label per item, with its probability")
    _add_input(command)
    command.add_argument(
        "--method", choices=("infer", *METHODS), default="infer",
        help="infer (the default) lets gold choose and calibrate; the others are one model each",
    )  # fmt: skip
    command.add_argument(
        "--gold", type=Path, metavar="FILE", help="columns item, truth (1|2: a set)"
    )
    add_output(command, formats=".csv, .jsonl, .parquet (also .gz)")
    command.set_defaults(run=_consensus)


def _consensus(given: argparse.Namespace) -> int:
    labels = _labels(given)
    gold = None if given.gold is None else accepted_sets(given.gold, labels)
    if gold is not None and given.method != "infer":
        raise ValueError("--gold goes with --method infer")
    found = infer(labels, gold=gold) if given.method == "infer" else METHODS[given.method](labels)
    if isinstance(found, TooLittle):
        return short(found)
    say(f"{found.method}; {found.n_iter} iterations; probabilities: {found.calibration}")
    say(f"ties, given to the lowest class: {int(found.tied.sum())}")
    if given.out is not None:
        for warning in found.warnings:
            say(f"warning: {warning}")
        write_consensus(found, given.out)
        say(f"{len(found.item_ids)} items written to {given.out}")
        return 0
    return tell(_consensus_report(found), given)


def _consensus_report(found: ConsensusResult) -> Report:
    classes = found.classes
    rows = [
        (item, classes[label], top, bool(tied), votes)
        for item, label, top, tied, votes in zip(
            found.item_ids, found.labels.tolist(), found.p_top.tolist(), found.tied.tolist(),
            found.votes.tolist(), strict=True,
        )
    ]  # fmt: skip
    more: dict[str, object] = {"method": found.method, "parameters": found.parameters,
            "calibration": found.calibration, "input_hash": found.input_hash}  # fmt: skip
    return Report(("item", "label", "p", "tied", "votes"), rows, (), found.warnings, more)


def _add_agreement(commands: Any) -> None:
    command = commands.add_parser("agreement", help="how far raters agree, with intervals")
    _add_input(command)
    command.add_argument(
        "--level", choices=("nominal", "ordinal", "interval", "ratio"), default="nominal",
        help="what the distance of two labels means (default nominal)",
    )  # fmt: skip
    command.add_argument("--resamples", type=int, default=1000)
    command.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default 0)")
    command.add_argument("--cluster", metavar="COLUMN", help="resample by this column, e.g. query")
    add_output(command)
    command.set_defaults(run=_agreement)


def _agreement(given: argparse.Namespace) -> int:
    labels = _labels(given)
    _refuse_words(labels, given)
    clusters = _clusters(given) if given.cluster else None
    options: dict[str, Any] = {"clusters": clusters, "resamples": given.resamples}
    alpha = krippendorff_alpha(
        labels, level=given.level, rng=np.random.default_rng(given.seed), **options
    )
    if isinstance(alpha, TooLittle):
        return short(alpha)
    raw = raw_agreement(labels, rng=np.random.default_rng(given.seed), **options)
    rows = [
        estimated(f"alpha ({given.level})", alpha),
        estimated("AC1", gwet_ac1(labels, clusters=clusters)),
        estimated("raw agreement", raw),
    ]
    return tell(Report(ESTIMATES, rows, _prevalence(labels), alpha.warnings), given)


def _prevalence(labels: Labels) -> tuple[str, ...]:
    found = class_agreement(labels, rng=np.random.default_rng(0), resamples=1)
    if isinstance(found, TooLittle):
        return ()
    shares = (f"{held} {share:.1%}"
              for held, share in zip(found.classes, found.prevalence, strict=True))  # fmt: skip
    return (f"prevalence: {', '.join(shares)}",)


def _refuse_words(labels: Labels, given: argparse.Namespace) -> None:
    words = any(isinstance(held, str) for held in labels.classes)
    if given.level != "nominal" and words and given.classes is None:
        raise ValueError("labels are not numbers: name their order with --classes")


def _clusters(given: argparse.Namespace) -> dict[Hashable, str]:
    """The cluster of each item, from a column of the label file itself."""
    clusters: dict[Hashable, str] = {}
    for item, cluster in column_of(given.file, (given.item, given.cluster)):
        if clusters.setdefault(item, cluster) != cluster:
            raise ValueError(f"item {item!r} has more than one {given.cluster}: no cluster")
    return clusters


def _add_gold(commands: Any) -> None:
    command = commands.add_parser("gold", help="raters against known answers")
    _add_input(command)
    command.add_argument("--gold", type=Path, required=True, metavar="FILE",
                         help="columns item, truth (1|2: a set)")  # fmt: skip
    command.add_argument("--standard", type=float, help="accuracy that a rater must have, e.g. 0.8")
    add_output(command)
    command.set_defaults(run=_gold)


def _gold(given: argparse.Namespace) -> int:
    labels = _labels(given)
    score = score_gold(labels, accepted_sets(given.gold, labels))
    met = np.flatnonzero(score.trials > 0)
    found = shrink(score.hits[met], score.trials[met], standard=given.standard)
    if isinstance(found, TooLittle):
        return short(found)
    below = found.p_below if found.p_below is not None else [None] * len(met)
    rows = [
        (labels.rater_ids[rater], int(score.hits[rater]), int(score.trials[rater]), *numbers)
        for rater, *numbers in zip(met.tolist(), found.mean, found.low, found.high, below,
                                   strict=True)
    ]  # fmt: skip
    columns = ("rater", "hits", "answers", "accuracy", "low", "high", "p_below_standard")
    order = sorted(rows, key=lambda row: (-(row[6] or 0), row[3]))
    notes = (f"accuracy shrunk towards what raters do on the whole; {found.method}",)
    return tell(Report(columns, order, notes, found.warnings), given)


def _add_replay(commands: Any) -> None:
    command = commands.add_parser("replay", help="what stopping early would have saved")
    _add_input(command)
    command.add_argument(
        "--truth", type=Path, metavar="FILE", help="columns item, truth; only scores"
    )
    command.add_argument(
        "--warm", type=Path, metavar="FILE", help="labels of the same raters elsewhere"
    )
    command.add_argument("--route", choices=("information", "random"), default="information")
    command.add_argument("--cap", type=int, default=15, help="most labels an item (default 15)")
    command.add_argument(
        "--start", type=int, default=1, help="labels before any decision (default 1)"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the order (default 0)")
    add_output(command)
    command.set_defaults(run=_replay)


def _replay(given: argparse.Namespace) -> int:
    labels = _labels(given)
    truth = None if given.truth is None else accepted_sets(given.truth, labels)
    found = replay(
        labels, rng=np.random.default_rng(given.seed), truth=truth, route=given.route,
        rule=StopRule(cap=given.cap, start=given.start),
        warm=None if given.warm is None else _read(given, given.warm, labels.classes),
    )  # fmt: skip
    if isinstance(found, TooLittle):
        return short(found)
    rows: list[tuple[object, ...]] = [
        ("price", point.rule.price, point.labels_per_item, point.share, point.accuracy)
        for point in found.points
    ]
    most = found.fixed[-1][0] if found.fixed else 1.0
    rows += [("majority at overlap", n + 1, mean, mean / most, accuracy)
             for n, (mean, accuracy) in enumerate(found.fixed)]  # fmt: skip
    columns = ("rule", "at", "labels_per_item", "share_of_labels", "accuracy")
    needed = "no rule reached it" if found.share_needed is None else f"{found.share_needed:.0%}"
    notes = () if found.target is None else (
        f"to be as accurate as the majority of all labels, less half a point ({found.target:.4f}), "
        f"it took {needed} of them; scored on {found.n_scored} items",
    )  # fmt: skip
    more: dict[str, object] = {"target": found.target, "share_needed": found.share_needed}
    return tell(Report(columns, rows, notes, found.warnings, more), given)


def _add_input(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help=".csv, .jsonl or .parquet, also .gz; UTF-8")
    for name in ("item", "rater", "label"):
        command.add_argument(f"--{name}", default=name, metavar="COLUMN",
                             help=f"the column of the {name} (default {name})")  # fmt: skip
    command.add_argument("--classes", help="the possible labels in order, parted by commas")
    command.add_argument("--abstain", action="append", metavar="ANSWERS",
                         help='what is no label, parted by commas: "skip,unsure"')  # fmt: skip
    command.add_argument(
        "--repeats", choices=("last", "first", "error"), default="last",
        help="the label that counts of several by one rater on one item (default last)",
    )  # fmt: skip


def _labels(given: argparse.Namespace) -> Labels:
    labels = _read(given, given.file, _parts(given.classes))
    left_out = f"{labels.repeats_dropped} repeats and {labels.abstentions} abstentions left out"
    say(f"{labels.n_labels} labels, {labels.n_items} items, {labels.n_raters} raters, "
        f"classes {', '.join(map(str, labels.classes))}; {left_out}")  # fmt: skip
    return labels


def _read(given: argparse.Namespace, file: Path, classes: Any) -> Labels:
    show = progress("rows read")
    labels = read_labels(
        file, item=given.item, rater=given.rater, label=given.label, classes=classes,
        abstain=_parts(",".join(given.abstain or ())) or (), repeats=given.repeats, progress=show,
    )  # fmt: skip
    if show is not None:
        say("")
    return labels


def _parts(text: str | None) -> list[Hashable] | None:
    """Names parted by commas; whole numbers as numbers, as in the files."""
    if not text:
        return None
    return [number(part.strip()) for part in text.split(",")]


def number(text: str) -> Hashable:
    """A label as files hold it: a whole number, another number, or words."""
    try:
        held = float(text)
    except ValueError:
        return text
    return int(held) if held.is_integer() else held
