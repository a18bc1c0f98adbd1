"""The default consensus beside crowd-kit's methods on labels whose truth experts gave.

One fixed setting for all sets. The sets are not part of this repository but for ARCS; those that
lie in `../shared/data` are measured, the others passed over. What is promised: never more than a
point below majority vote nor below the best of the peers on a set, and above all of them on the
mean; with fifty gold items probabilities that are honest; sequential collection that reaches the
majority of all labels with half of them.
"""

from __future__ import annotations

import csv
import statistics
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from assay.agreement import kappa_of_table
from assay.consensus import expected_grades, infer, rater_accuracy, reliability, replay
from assay.consensus.calibration import KnownItems
from assay.data import Labels

ROOT = Path(__file__).parents[1]
PLACES = (ROOT / "demo" / "data", ROOT.parent / "shared" / "data")
SETS = ("web", "relevance2010", "adult", "product", "arcs")
GOLD, SPLITS = 50, 20


@dataclass(frozen=True)
class Score:
    """One line of the report: a share, and the bound it must keep."""

    what: str
    value: float
    bound: float
    least: bool
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound

    def __str__(self) -> str:
        verdict, word = ("ok " if self.holds else "NOT"), ("least" if self.least else "most")
        bound = f"at {word} {self.bound:.4f}"
        return f"{verdict} {self.what:<44} {self.value:8.4f}   {bound}   {self.detail}"


@dataclass(frozen=True)
class Known:
    """A set of labels with the accepted classes of some items."""

    name: str
    labels: Labels
    truth: dict[str, set[int]]

    def accuracy(self, label_of: dict[str, int]) -> float:
        found = [label_of.get(item) in accepted for item, accepted in self.truth.items()]
        return sum(found) / len(found)


def figures() -> Iterator[Score]:
    """All scores of the sets that are there."""
    sets = [found for name in SETS if (found := _read(name)) is not None]
    yield from _accuracies(sets)
    yield from (_grades(each) for each in sets if each.name == "web")
    yield from _raters(sets)
    yield from _calibration(sets)
    yield from _savings(sets)


def _read(name: str) -> Known | None:
    for place in PLACES:
        if (place / name / "labels.csv").exists():
            with (place / name / "labels.csv").open(newline="") as file:
                rows = [(r["item"], r["rater"], int(r["label"])) for r in csv.DictReader(file)]
            labels = Labels.from_triples(*zip(*rows, strict=True), abstain={-1})
            with (place / name / "truth.csv").open(newline="") as file:
                truth = {r["item"]: {int(part) for part in r["truth"].split("|")}
                         for r in csv.DictReader(file)}  # fmt: skip
            known = set(labels.item_ids)
            return Known(
                name, labels, {item: held for item, held in truth.items() if item in known}
            )
    return None


def _accuracies(sets: list[Known]) -> Iterator[Score]:
    ours, theirs = {}, {}
    for each in sets:
        ours[each.name] = each.accuracy(infer(each.labels).label_of())
        theirs[each.name] = {name: each.accuracy(peer(each.labels)) for name, peer in PEERS.items()}
        best = max(theirs[each.name], key=theirs[each.name].__getitem__)
        slack = 1 / len(each.truth) if each.name == "arcs" else 0.01
        detail = f"best peer {best} {theirs[each.name][best]:.4f}"
        yield Score(f"accuracy on {each.name}", ours[each.name],
                    theirs[each.name][best] - slack, True, detail)  # fmt: skip
    means = {name: statistics.mean(found[name] for found in theirs.values()) for name in PEERS}
    best = max(means, key=means.__getitem__)
    yield Score(f"mean accuracy of {len(sets)} sets", statistics.mean(ours.values()),
                means[best], True, f"best peer {best}")  # fmt: skip


def _grades(each: Known) -> Score:
    """Quadratic kappa of the expected grades, rounded, against the experts'."""
    found, classes = infer(each.labels), each.labels.classes
    grade_of = dict(zip(found.item_ids, np.rint(expected_grades(found)).astype(int), strict=True))
    table = np.zeros((len(classes), len(classes)))
    for item, (true,) in each.truth.items():
        table[classes.index(true), classes.index(grade_of[item])] += 1
    kappa = kappa_of_table(table, weighting="quadratic").value
    return Score(f"quadratic kappa on {each.name}", kappa, 0.93, True, "by rounded expected grade")


def _peer(method: str) -> Callable[[Labels], dict[str, int]]:
    def labeled(labels: Labels) -> dict[str, int]:
        from crowdkit import aggregation

        items = np.asarray(labels.item_ids, dtype=object)[labels.item_codes]
        frame = pd.DataFrame({"task": items, "worker": labels.rater_codes,
                              "label": np.asarray(labels.classes)[labels.label_codes]})  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = getattr(aggregation, method)().fit_predict(frame)
            except ValueError:  # MMSR fails on some of the sets
                return {}
        return {item: int(label) for item, label in found.items()}

    return labeled


PEERS = {name: _peer(name) for name in ("MajorityVote", "DawidSkene", "OneCoinDawidSkene", "MMSR")}


def _raters(sets: list[Known]) -> Iterator[Score]:
    """Rank correlation of estimated with true accuracy, over raters with 20 scored answers."""
    found = []
    for each in sets:
        accuracy = rater_accuracy(each.labels, infer(each.labels)).accuracy
        labels, code = each.labels, {held: n for n, held in enumerate(each.labels.classes)}
        right = np.zeros((labels.n_items, labels.n_classes), dtype=bool)
        for row, item in enumerate(labels.item_ids):
            right[row, [code[held] for held in each.truth.get(item, ()) if held in code]] = True
        scored = right.any(axis=1)[labels.item_codes]
        hits = right[labels.item_codes, labels.label_codes]
        n = np.bincount(labels.rater_codes, scored, minlength=labels.n_raters)
        share = np.bincount(labels.rater_codes, hits, minlength=labels.n_raters) / np.maximum(n, 1)
        if (n >= 20).sum() >= 20:
            found.append((each.name, spearmanr(accuracy[n >= 20], share[n >= 20]).statistic))
    told = ", ".join(f"{name} {value:.2f}" for name, value in found)
    mean = statistics.mean(value for _, value in found)
    yield Score("rank correlation of rater accuracy, mean", mean, 0.72, True, told)


def _calibration(sets: list[Known]) -> Iterator[Score]:
    """Fifty gold items of each set but ARCS, whose 64 leave too few to be scored on."""
    errors, gaps = {}, {}
    for each in sets:
        if each.name == "arcs":
            continue
        found = [_split(each, np.random.default_rng(seed)) for seed in range(SPLITS)]
        errors[each.name] = statistics.mean(error for error, _ in found)
        gaps[each.name] = abs(statistics.mean(gap for _, gap in found))
    if errors:
        yield Score("mean calibration error", statistics.mean(errors.values()), 0.075, False,
                    _told(errors))  # fmt: skip
        yield Score("mean |promised − real| from p ≥ .8", statistics.mean(gaps.values()), 0.04,
                    False, _told(gaps))  # fmt: skip
        yield Score("worst |promised − real| from p ≥ .8", max(gaps.values()), 0.06, False)


def _told(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values.items())


def _split(each: Known, rng: np.random.Generator) -> tuple[float, float]:
    """Calibration error, and promised less real where p is at least .8, on the other items."""
    names = list(each.truth)
    gold = set(rng.choice(len(names), GOLD, replace=False).tolist())
    found = infer(each.labels, gold={names[n]: each.truth[names[n]] for n in gold})
    row = {item: n for n, item in enumerate(each.labels.item_ids)}
    rest = [name for n, name in enumerate(names) if n not in gold]
    rows = np.asarray([row[name] for name in rest])
    accepted = np.asarray([[held in each.truth[name] for held in each.labels.classes]
                           for name in rest])  # fmt: skip
    sure = found.p_top[rows] >= 0.8
    right = accepted[np.arange(len(rows)), found.labels[rows]]
    gap = float(found.p_top[rows][sure].mean() - right[sure].mean()) if sure.any() else 0.0
    return reliability(found.posterior, KnownItems(rows, accepted, 0)).error, gap


def _savings(sets: list[Known]) -> Iterator[Score]:
    shares = {"cold": [], "warm": []}
    for each in sets:
        for name, labels, warm in _runs(each.labels):
            rng = np.random.default_rng(3)
            found = replay(labels, rng=rng, truth=each.truth, warm=warm)
            shares[name].append(1.0 if found.share_needed is None else found.share_needed)
    for name, most in (("cold", 0.5), ("warm", 0.4)):
        told = ", ".join(f"{share:.2f}" for share in shares[name])
        yield Score(f"share of labels needed, median, {name}", statistics.median(shares[name]),
                    most, False, told)  # fmt: skip


def _runs(labels: Labels) -> list[tuple[str, Labels, Labels | None]]:
    items = np.asarray(labels.item_ids, dtype=object)[labels.item_codes].tolist()
    raters, given = labels.rater_codes.tolist(), labels.label_codes.tolist()
    rows = list(zip(items, raters, [labels.classes[code] for code in given], strict=True))
    halves = [
        Labels.from_triples(
            *zip(*[row for row, code in zip(rows, labels.item_codes.tolist(), strict=True)
                   if code % 2 == side], strict=True),
            classes=labels.classes,
        )
        for side in (0, 1)
    ]  # fmt: skip
    return [("cold", labels, None), ("warm", halves[0], halves[1])]


if __name__ == "__main__":
    for score in figures():
        print(score, flush=True)
