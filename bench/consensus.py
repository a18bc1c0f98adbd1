"""Dawid–Skene and Krippendorff's alpha of `assay` beside crowd-kit's, on the same labels.

And the way of ten million labels from a file to a written consensus, beside a clock.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from assay.agreement import krippendorff_alpha
from assay.consensus import OnlinePosterior, community_consensus, dawid_skene, infer
from assay.consensus.em import design_of, fused_step
from assay.data import Labels
from assay.files import read_labels, write_consensus
from bench.timing import Figure, in_turn, median, seconds

ITEMS, RATERS, LABELS_EACH, CLASSES = 20_000, 200, 5, 4
STEPS = 20

MANY, MANY_RATERS, MANY_CLASSES = 1_000_000, 500, 5
"""Labels for one step of EM: the setting of the limit of a thirtieth of crowd-kit's time."""

FILE_LABELS, FILE_RATERS = 10_000_000, 5_000
FILE_SECONDS = 15.0


def figures() -> list[Figure]:
    """Both libraries run the same number of EM steps over the same labels."""
    items, raters, given = _labels(np.random.default_rng(7))
    labels = Labels.from_triples(items, raters, given, classes=range(CLASSES))
    frame = pd.DataFrame({"task": items, "worker": raters, "label": given})
    return [_dawid_skene(labels, frame), _step(), _online(labels),
            _alpha(labels, frame), _file()]  # fmt: skip


def _labels(rng: np.random.Generator) -> tuple[list[int], list[int], list[int]]:
    truth = rng.integers(CLASSES, size=ITEMS)
    skill = rng.uniform(0.5, 0.95, size=RATERS)
    items = np.repeat(np.arange(ITEMS), LABELS_EACH)
    raters = np.concatenate(
        [rng.choice(RATERS, LABELS_EACH, replace=False) for _item in range(ITEMS)]
    )
    right = rng.random(len(items)) < skill[raters]
    given = np.where(right, truth[items], rng.integers(CLASSES, size=len(items)))
    return items.tolist(), raters.tolist(), given.tolist()


def _dawid_skene(labels: Labels, frame: pd.DataFrame) -> Figure:
    from crowdkit.aggregation import DawidSkene

    ours, theirs = in_turn(
        lambda: dawid_skene(labels, max_iter=STEPS, tol=1e-300),
        lambda: DawidSkene(n_iter=STEPS, tol=0.0).fit(frame),
        rounds=3,
    )
    return Figure("Dawid–Skene, 100,000 labels, 20 steps", ours, "crowd-kit", theirs, 0.5)


def _step() -> Figure:
    """One EM step over a million labels; crowd-kit's is a run of six less a run of one, by five."""
    from crowdkit.aggregation import DawidSkene

    items, raters, given = _many(np.random.default_rng(8), MANY, MANY_RATERS)
    ids = {"item_ids": np.arange(MANY // 5), "rater_ids": np.arange(MANY_RATERS)}
    labels = Labels.from_codes(items, raters, given, **ids, classes=range(MANY_CLASSES))
    design = design_of(labels)
    prior = np.full(MANY_CLASSES, -np.log(MANY_CLASSES))
    confusion = np.log(np.full((MANY_CLASSES, MANY_CLASSES), 0.1) + 0.5 * np.eye(MANY_CLASSES))
    each = np.broadcast_to(confusion, (labels.n_raters, *confusion.shape))
    frame = pd.DataFrame({
        "task": labels.item_codes, "worker": labels.rater_codes, "label": labels.label_codes,
    })  # fmt: skip
    ours = median(lambda: fused_step(design, prior, each), rounds=9)
    one, six = (
        seconds(lambda steps=steps: DawidSkene(n_iter=steps, tol=-np.inf).fit(frame))
        for steps in (1, 6)
    )
    theirs = (six - one) / 5
    what = f"EM step, 1,000,000 labels ({1e9 * ours / labels.n_labels:.1f} ns a label)"
    return Figure(what, ours, "crowd-kit", theirs, 1 / 30)


def _many(
    rng: np.random.Generator, labels: int, raters: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Labels in the order made, about five an item, by raters of different skill."""
    items, by = rng.integers(labels // 5, size=labels), rng.integers(raters, size=labels)
    truth, skill = rng.integers(MANY_CLASSES, size=labels // 5), rng.uniform(0.5, 0.95, raters)
    right = rng.random(labels) < skill[by]
    return items, by, np.where(right, truth[items], rng.integers(MANY_CLASSES, size=labels))


def _online(labels: Labels) -> Figure:
    """One judgment into a posterior that is kept on line, against five microseconds."""
    online = OnlinePosterior(community_consensus(labels))
    rows = list(zip(labels.item_codes.tolist(), labels.rater_codes.tolist(),
                    labels.label_codes.tolist(), strict=True))  # fmt: skip

    def all_of_them() -> None:
        for item, rater, label in rows:
            online.add(item, rater, label)

    took = median(all_of_them, rounds=3) / len(rows)
    return Figure(f"one judgment on line ({1e6 * took:.1f} µs)", took, "the limit", 5e-6, 1.0)


def _file() -> Figure:
    """Ten million labels with ids of text, from Parquet to Parquet."""
    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as folder:
        source, target = Path(folder, "labels.parquet"), Path(folder, "consensus.parquet")
        items, raters, given = _many(np.random.default_rng(9), FILE_LABELS, FILE_RATERS)
        pq.write_table(pa.table({
            "item": _named("query-", items), "rater": _named("annotator-", raters), "label": given,
        }), source)  # fmt: skip
        del items, raters, given
        took = seconds(lambda: write_consensus(infer(read_labels(source)), target))
    return Figure("file of 10,000,000 labels to consensus", took, "the limit", FILE_SECONDS, 1.0)


def _named(prefix: str, numbers: NDArray[np.int64]) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _alpha(labels: Labels, frame: pd.DataFrame) -> Figure:
    from crowdkit.metrics.data import alpha_krippendorff

    def ours() -> object:
        rng = np.random.default_rng(1)
        return krippendorff_alpha(labels, level="nominal", rng=rng, resamples=200)

    def theirs() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return alpha_krippendorff(frame)

    mine, peers = in_turn(ours, theirs, rounds=1)
    return Figure(
        "α with 200 resamples, 100,000 labels", mine, "crowd-kit, no interval", peers, 1.0
    )
