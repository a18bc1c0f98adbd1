"""Tests of machine judges: published numbers, simulations, real judges where at hand."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).resolve().parents[3] / "../shared/data"
"""Data that may be measured but not shipped; tests that need it are skipped where it is not."""


def qrels(path):
    """Read {(query, document): grade} from a TREC file, or skip the test."""
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not at hand")
    rows = (line.split() for line in (DATA / path).read_text(encoding="utf-8").splitlines())
    return {(query, document): int(grade) for query, _, document, grade in rows}


def dl23(judge="willia-umbrela1"):
    """Human and judge grades of TREC DL 2023, in the order that the references were drawn in."""
    human, graded = qrels("judges-dl23/human.txt"), qrels(f"judges-dl23/{judge}.txt")
    pairs = sorted(human, key=lambda pair: hashlib.sha256(" ".join(pair).encode()).hexdigest())
    return tuple(np.array([held[pair] for pair in pairs], dtype=float) for held in (human, graded))


def real_run(name):
    """The rank of each of a run's ten best documents, by score."""
    with gzip.open(DATA / f"dl19/runs/{name}.gz", "rt") as lines:
        rows = [line.split() for line in lines]
    rows.sort(key=lambda row: (row[0], -float(row[4])))
    found, seen = {}, {}
    for query, _, document, *_ in rows:
        seen[query] = seen.get(query, 0) + 1
        if seen[query] <= 10:
            found[query, document] = seen[query]
    return found


def planted(rng, size=4000, cuts=(0.55, 0.8, 0.92), correlation=0.75):
    """Human and judge grades 0 to 3 of a whole pool, correlated as those of a fair judge."""
    shared = rng.normal(size=size)
    noise = np.sqrt(1 - correlation**2)
    human, judge = (correlation * shared + noise * rng.normal(size=size) for _ in range(2))
    return tuple(np.digitize(held, np.quantile(held, cuts)) for held in (human, judge))


def covered(found, truth):
    return found.low <= truth <= found.high
