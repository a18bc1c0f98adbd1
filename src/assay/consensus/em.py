"""The two steps of expectation–maximisation for rater confusion models.

Nothing here knows about items by name, gold or stopping rules. A faster kernel replaces this
module and nothing else.

Shapes: N items, R raters, K classes, L labels. A label is one row of the design: its item and its
cell, rater × K + label.

`fused_step` goes from the parameters to the counts of the next ones without ever storing the
posterior; `posterior_of` stores it. `expect` and `count` are the same two steps apart. Many labels
go through a compiled pass where numba is installed, few labels or no numba through sparse products
of scipy: the answers agree to 1e-9 and either is the same bit for bit every time.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from assay._arrays import BoolArray, FloatArray, IntArray, positive
from assay.data import Labels

Engine: TypeAlias = Literal["auto", "numba", "scipy"]

HAS_NUMBA = importlib.util.find_spec("numba") is not None

COMPILED_FROM = 50_000
"""Labels from which the compiled pass is worth loading numba for: that takes about a second."""

AT_ONCE = 1 << 22
"""Labels whose raters are joined together, to hold no graph of all of them."""

LARGEST_EXPONENT = 640.0
"""Natural log of what a product of probabilities may shrink or grow by and still be a double."""


@dataclass(frozen=True, eq=False)
class Design:
    """Which items met which cells, sorted by item.

    `cells` (L,) holds rater × K + label; the labels of item i are `cells[starts[i]:starts[i + 1]]`.
    `by_item` (N, R·K) is the same as a sparse matrix of counts, `by_cell` its transpose.
    """

    cells: NDArray[np.int32]
    starts: IntArray
    n_raters: int
    n_classes: int

    @property
    def n_items(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def by_item(self) -> Any:
        shape = (self.n_items, self.n_raters * self.n_classes)
        return sparse.csr_array((np.ones(len(self.cells)), self.cells, self.starts), shape=shape)

    @cached_property
    def by_cell(self) -> Any:
        return self.by_item.T.tocsr()


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one E-step says to the next M-step.

    `counts` (R, K, K): how often each rater gave each label (last axis) when each class was true;
    `mass` (K,): items by true class; `log_likelihood` of the labels under the parameters given.
    """

    counts: FloatArray
    mass: FloatArray
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class _Tables:
    """Parameters as the compiled pass reads them: priors (1, width), cells (R·K, width)."""

    log_prior: FloatArray
    logs: FloatArray


def design_of(labels: Labels) -> Design:
    """Build the design once; every iteration reuses it.

    :raises ValueError: raters times classes is beyond 32 bits.

    >>> design = design_of(Labels.from_triples("aab", "xyx", [0, 1, 1]))
    >>> design.cells.tolist(), design.starts.tolist()
    ([0, 3, 1], [0, 2, 3])
    """
    n_cells = labels.n_raters * labels.n_classes
    if n_cells > np.iinfo(np.int32).max:
        raise ValueError(f"{labels.n_raters} raters times {labels.n_classes} classes are too many")
    cells = labels.rater_codes.astype(np.int32) * np.int32(labels.n_classes)
    cells += labels.label_codes.astype(np.int32)
    starts = np.zeros(labels.n_items + 1, dtype=np.int64)
    np.cumsum(np.bincount(labels.item_codes, minlength=labels.n_items), out=starts[1:])
    if not (labels.item_codes[1:] >= labels.item_codes[:-1]).all():
        cells = cells[np.argsort(labels.item_codes, kind="stable")]
    return Design(cells, starts, labels.n_raters, labels.n_classes)


def together(design: Design) -> Design:
    """The same labels as if one rater had given them all: for the confusion that all share."""
    return Design(design.cells % np.int32(design.n_classes), design.starts, 1, design.n_classes)


def connected_groups(design: Design) -> int:
    """Into how many groups raters and items fall that share nothing, directly or through others.

    Raters who meet on an item are joined in a chain, so that only raters are nodes.

    >>> connected_groups(design_of(Labels.from_triples("aabc", "xyxz", [0, 1, 1, 0])))
    2
    """
    group = np.arange(design.n_raters)
    same_item = np.ones(max(len(design.cells) - 1, 0), dtype=np.bool_)
    inner = design.starts[1:-1]
    same_item[inner[(inner > 0) & (inner < len(design.cells))] - 1] = False
    for start in range(0, len(same_item), AT_ONCE):
        end = min(start + AT_ONCE, len(same_item))
        raters = group[design.cells[start : end + 1] // np.int32(design.n_classes)]
        apart = same_item[start:end] & (raters[:-1] != raters[1:])
        if apart.any():
            group = _merged(group, raters[:-1][apart], raters[1:][apart])
    return len(np.unique(group))


def _merged(group: IntArray, first: IntArray, second: IntArray) -> IntArray:
    """The group of each rater once the named groups are joined two by two."""
    ones, shape = np.ones(len(first), dtype=np.bool_), (len(group), len(group))
    graph = sparse.coo_array((ones, (first, second)), shape=shape)
    merged = sparse.csgraph.connected_components(graph, directed=False)[1]
    return np.asarray(merged[group], dtype=np.int64)


def fused_step(
    design: Design,
    log_prior: FloatArray,
    log_confusion: FloatArray,
    *,
    allowed: BoolArray | None = None,
    temper: float = 1.0,
    engine: Engine = "auto",
) -> Step:
    """Both steps in one pass: from the parameters to the counts that the next ones come from.

    `log_prior` (K,) and `log_confusion` (R, K true, K given) are natural logs; minus infinity is
    an impossible class or label. The posterior of item i, p(k | labels of i) ∝ exp(log prior_k +
    temper · Σ_labels log confusion[rater, k, label]), is added up and thrown away: Dawid & Skene
    (1979), Applied Statistics 28(1), eq. 2.3–2.5. `allowed` (N, K) marks the classes a gold item
    may have. `temper` below 1 weakens the likelihood against the prior.

    Fails where every class of an item is impossible: its posterior is not a number.

    :raises ValueError: a shape does not fit, `temper` is not above zero, or the engine is unknown
        or not installed.

    >>> design = design_of(Labels.from_triples("aabb", "xyxy", [0, 0, 1, 1]))
    >>> right = np.log([[0.9, 0.1], [0.1, 0.9]])
    >>> step = fused_step(design, np.log([0.5, 0.5]), np.stack([right, right]))
    >>> step.mass.round(3).tolist(), step.counts[0].round(3).tolist()
    ([1.0, 1.0], [[0.988, 0.012], [0.012, 0.988]])
    """
    tables = _tables(design, log_prior, log_confusion, allowed, temper)
    if not _compiled(design, engine):
        posterior, likelihood = _by_products(design, tables, allowed)
        return Step(_counted(design, posterior), posterior.sum(axis=0), likelihood)
    counts = np.zeros((len(tables.logs), _width(design)))
    mass = np.zeros((1, _width(design)))
    likelihood = _pass(design, tables, allowed, counts, mass, np.zeros((0, design.n_classes)))
    return Step(_by_rater(design, counts), mass[0, : design.n_classes], likelihood)


def posterior_of(
    design: Design,
    log_prior: FloatArray,
    log_confusion: FloatArray,
    *,
    allowed: BoolArray | None = None,
    temper: float = 1.0,
    engine: Engine = "auto",
) -> tuple[FloatArray, float]:
    """The posterior (N, K) that `fused_step` adds up, and the log likelihood of the labels.

    :raises ValueError: as in `fused_step`.

    >>> design = design_of(Labels.from_triples("ab", "xx", [0, 1]))
    >>> right = np.log([[[0.9, 0.1], [0.1, 0.9]]])
    >>> posterior_of(design, np.log([0.5, 0.5]), right)[0].round(3).tolist()
    [[0.9, 0.1], [0.1, 0.9]]
    """
    tables = _tables(design, log_prior, log_confusion, allowed, temper)
    if not _compiled(design, engine):
        return _by_products(design, tables, allowed)
    posterior = np.empty((design.n_items, design.n_classes))
    none, mass = np.zeros((0, _width(design))), np.zeros((1, _width(design)))
    return posterior, _pass(design, tables, allowed, none, mass, posterior)


def expect(
    design: Design, prior: FloatArray, confusion: FloatArray, allowed: BoolArray | None = None
) -> tuple[FloatArray, float]:
    """E-step: posterior (N, K) of the true classes and the log likelihood of the labels.

    log p(k | labels of i) = log prior_k + Σ_labels log confusion[rater, k, label] + const.
    `allowed` (N, K) marks the classes a gold item may have; the others get no mass.
    """
    return posterior_of(design, np.log(prior), np.log(confusion), allowed=allowed)


def count(design: Design, posterior: FloatArray, *, engine: Engine = "auto") -> FloatArray:
    """M-step's counts (R, K, K): how often each rater gave each label when each class was true."""
    if not _compiled(design, engine):
        return _counted(design, posterior)
    from assay.consensus import _kernel

    counts = np.zeros((design.n_raters * design.n_classes, posterior.shape[1]))
    _kernel.tally(
        design.cells, design.starts, np.require(posterior, np.float64, ["C", "W"]), counts
    )
    return _by_rater(design, counts)


def _compiled(design: Design, engine: Engine) -> bool:
    if engine not in ("auto", "numba", "scipy"):
        raise ValueError(f'engine must be "auto", "numba" or "scipy", not {engine!r}')
    if engine == "numba" and not HAS_NUMBA:
        raise ValueError("engine is numba, but numba is not installed")
    return engine == "numba" or (
        engine == "auto" and HAS_NUMBA and len(design.cells) >= COMPILED_FROM
    )


def _tables(
    design: Design,
    log_prior: FloatArray,
    log_confusion: FloatArray,
    allowed: BoolArray | None,
    temper: float,
) -> _Tables:
    positive(temper, "temper")
    k = design.n_classes
    for name, given, shape in (
        ("log_prior", log_prior, (k,)),
        ("log_confusion", log_confusion, (design.n_raters, k, k)),
        ("allowed", allowed, (design.n_items, k)),
    ):
        if given is not None and given.shape != shape:
            raise ValueError(f"{name} must have the shape {shape}, not {given.shape}")
    logs = temper * log_confusion.transpose(0, 2, 1).reshape(-1, k)
    return _Tables(np.array(log_prior, dtype=np.float64, ndmin=2), np.ascontiguousarray(logs))


def _by_products(
    design: Design, tables: _Tables, allowed: BoolArray | None
) -> tuple[FloatArray, float]:
    scores = design.by_item @ tables.logs + tables.log_prior
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    evidence = special.logsumexp(scores, axis=1)
    return np.exp(scores - evidence[:, None]), float(evidence.sum())


def _counted(design: Design, posterior: FloatArray) -> FloatArray:
    return _by_rater(design, design.by_cell @ posterior)


def _by_rater(design: Design, by_cell: FloatArray) -> FloatArray:
    """From counts by cell (R·K, K or wider) to (R, K true, K given)."""
    k = design.n_classes
    return np.ascontiguousarray(by_cell[:, :k].reshape(design.n_raters, k, k).transpose(0, 2, 1))


def _width(design: Design) -> int:
    return max(design.n_classes, 8)


def _pass(
    design: Design,
    tables: _Tables,
    allowed: BoolArray | None,
    counts: FloatArray,
    mass: FloatArray,
    posterior: FloatArray,
) -> float:
    """Run the compiled pass into `counts`, `mass` and `posterior`; return the log likelihood."""
    from assay.consensus import _kernel

    cells, starts, wide = design.cells, design.starts, _width(design)
    if design.n_classes > _kernel.WIDTH:
        free = (
            np.zeros((0, wide), dtype=np.bool_) if allowed is None else np.array(allowed, order="C")
        )
        return _kernel.many(
            cells, starts, tables.log_prior, tables.logs, free, counts, mass, posterior
        )
    prior, logs = _padded(tables.log_prior, wide, -np.inf), _padded(tables.logs, wide, 0.0)
    masks = np.zeros(0, dtype=np.uint8)
    if allowed is not None:
        masks = np.packbits(allowed, axis=1, bitorder="little")[:, 0].copy()
    most = _most_labels(tables)
    return _kernel.eight(
        cells, starts, prior, logs, np.exp(prior), np.exp(logs), most, masks, counts, mass,
        posterior,
    )  # fmt: skip


def _padded(table: FloatArray, width: int, by: float) -> FloatArray:
    wide = np.full((len(table), width), by)
    wide[:, : table.shape[1]] = table
    return wide


def _most_labels(tables: _Tables) -> int:
    """Labels of one item whose product, the finite factors at their extremes, stays a double."""
    prior = np.abs(tables.log_prior[np.isfinite(tables.log_prior)]).max(initial=0.0)
    factor = np.abs(tables.logs[np.isfinite(tables.logs)]).max(initial=0.0)
    room = max(LARGEST_EXPONENT - float(prior), 0.0)
    return int(min(room / max(float(factor), 1e-9), 1e9))
