"""Several systems on the same queries: each against a baseline, or all against all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, open_share
from assay.comparison.corrections import benjamini_hochberg, benjamini_yekutieli, holm
from assay.comparison.pairs import ROUNDING, PairedTest, paired_t, sign_flip
from assay.intervals import CELLS_AT_ONCE
from assay.results import Result, TooLittle

Correction: TypeAlias = Literal["holm", "benjamini-hochberg", "benjamini-yekutieli", "none"]

CORRECTIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "holm": holm,
    "benjamini-hochberg": benjamini_hochberg,
    "benjamini-yekutieli": benjamini_yekutieli,
    "none": lambda p_values: p_values,
}


@dataclass(frozen=True, slots=True, eq=False)
class AgainstBaseline(Result):
    """Each of `systems` (K,) against the `baseline`, on n queries.

    `tests` are in the order of `systems`, TooLittle where a system is the baseline's twin;
    `p_values` and `adjusted` (K,) hold NaN there. `correction` names what adjusted them. The
    intervals in `tests` are for one comparison each, not adjusted.
    """

    baseline: Hashable
    systems: tuple[Any, ...]
    tests: tuple[PairedTest | TooLittle, ...]
    p_values: FloatArray
    adjusted: FloatArray
    correction: str
    n: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class AllPairs(Result):
    """All pairs of S systems on n queries, in the order of `systems`.

    `differences[i, j]` (S, S) is the mean of system i − system j, `p_values` (S, S) that it is
    chance, adjusted for all pairs at once, 1 on the diagonal. A pair whose means differ by more
    than `critical_difference` differs at `level`; difference ± critical_difference are intervals
    that hold together.
    """

    systems: tuple[Any, ...]
    means: FloatArray
    differences: FloatArray
    p_values: FloatArray
    critical_difference: float
    level: float
    n: int
    draws: int
    method: str
    warnings: tuple[str, ...] = ()


def systems_by_query(
    values: Mapping[Any, Mapping[Any, float]],
) -> tuple[FloatArray, tuple[Any, ...], tuple[Any, ...]]:
    """Line up several systems' values by query: an array (Q, S), the systems, the sorted queries.

    :raises ValueError: there is no system, or the queries differ: decide first what a missing
        query counts for.

    >>> values = {"A": {"q2": 2, "q1": 1}, "B": {"q1": 3, "q2": 4}}
    >>> array, systems, queries = systems_by_query(values)
    >>> array.tolist(), systems, queries
    ([[1.0, 3.0], [2.0, 4.0]], ('A', 'B'), ('q1', 'q2'))
    """
    if not values:
        raise ValueError("there is no system to line up")
    systems = tuple(values)
    queries = set(values[systems[0]])
    for system in systems:
        if differing := queries ^ set(values[system]):
            shown = ", ".join(sorted(map(repr, differing))[:3])
            raise ValueError(f"{system!r} and {systems[0]!r} differ in queries such as {shown}")
    kept = tuple(sorted(queries))
    rows = [[values[system][query] for system in systems] for query in kept]
    return np.asarray(rows, dtype=np.float64).reshape(len(kept), len(systems)), systems, kept


def against_baseline(
    values: Mapping[Any, Mapping[Any, float]],
    baseline: Hashable,
    *,
    correction: Correction,
    test: Literal["t", "sign-flip"] = "t",
    rng: np.random.Generator | None = None,
    draws: int = 10_000,
    level: float = 0.95,
) -> AgainstBaseline | TooLittle:
    """Test every other system against the baseline, with p-values adjusted for their number.

    `values` maps a system to its value by query. `correction` has to be chosen: "holm" keeps the
    chance of any false claim under α (for decisions to ship), "benjamini-hochberg" the expected
    share of false claims (for sifting many variants; against one baseline the tests are positively
    dependent, as it needs), "benjamini-yekutieli" the same under any dependence. The family is the
    systems of this call: tests run earlier or left out are not corrected for.

    :raises ValueError: the baseline is not among the systems, no other is, queries differ, or
        `rng` is missing for the sign-flip test.

    >>> values = {"base": {"a": 1, "b": 2, "c": 3}, "new": {"a": 2, "b": 4, "c": 4}}
    >>> found = against_baseline(values, "base", correction="holm")
    >>> found.systems, found.adjusted.round(4).tolist()
    (('new',), [0.0572])
    """
    array, names, queries = systems_by_query(values)
    if baseline not in names or len(names) < 2:
        raise ValueError(f"the baseline {baseline!r} and another system must be among {names}")
    if correction not in CORRECTIONS:
        raise ValueError(f"correction must be one of {sorted(CORRECTIONS)}, not {correction!r}")
    if len(queries) < 2:
        return TooLittle("a paired test needs two pairs", len(queries))
    base = array[:, names.index(baseline)]
    others = [column for column, name in enumerate(names) if name != baseline]
    tests = tuple(_tested(base, array[:, each], test, rng, draws, level) for each in others)
    p = np.asarray([np.nan if isinstance(t, TooLittle) else t.p_value for t in tests])
    adjusted, known = p.copy(), ~np.isnan(p)
    adjusted[known] = CORRECTIONS[correction](p[known])
    twins = int(np.count_nonzero(~known))
    return AgainstBaseline(
        baseline, tuple(names[each] for each in others), tests, p, adjusted, correction,
        len(queries),
        (f"systems that differ from the baseline nowhere or by a constant: {twins}",) if twins
        else (),
    )  # fmt: skip


def randomised_tukey(
    values: ArrayLike,
    *,
    rng: np.random.Generator,
    systems: Sequence[Hashable] | None = None,
    draws: int = 10_000,
    level: float = 0.95,
) -> AllPairs | TooLittle:
    """All systems against all, by the permutation version of Tukey's honest test.

    Shuffles each query's values among the systems and keeps the largest difference of means; p of
    a pair is the share of shuffles whose largest difference reaches the pair's own,
    (1 + hits)/(1 + draws). Holds the chance of any false claim under α where no system differs.
    Carterette (2012), ACM TOIS 30(1); Sakai (2018), ch. 5. Paired by query, unlike Tukey's test
    on independent groups. Where some systems differ widely the others' pairs are judged by a too
    wide yardstick: cautious. `values` has shape (Q, S).

    :raises ValueError: `values` is no finite table of two systems or more, names do not fit it, or
        draws < 1.

    >>> rng = np.random.default_rng(1)
    >>> found = randomised_tukey(rng.normal([0, 0, 1], 0.5, size=(40, 3)), rng=rng, draws=999)
    >>> found.p_values[0].round(2).tolist()
    [1.0, 0.9, 0.0]
    """
    table = finite_table(values, "values")
    names = named(systems, table.shape[1])
    open_share(level, "level")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    if len(table) < 2:
        return TooLittle("a paired test needs two queries", len(table))
    means = table.mean(axis=0)
    differences = means[:, None] - means
    ranges = np.sort(_permuted_ranges(table, draws, rng))
    reached = np.abs(differences) - ROUNDING * float(np.abs(table).max())
    hits = draws - np.searchsorted(ranges, reached, side="left")
    p_values = (1 + hits) / (1 + draws)
    return AllPairs(
        names, means, differences, p_values, float(np.quantile(ranges, level)), level,
        len(table), draws, "randomised Tukey test, paired by query",
    )  # fmt: skip


def finite_table(values: ArrayLike, name: str) -> FloatArray:
    """Return `values` as a table of queries × systems.

    :raises ValueError: it is not two-dimensional, holds fewer than two systems, or NaN or infinity.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"{name} must be queries × two systems or more, not of {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError(f"{name} must hold finite numbers only")
    return table


def named(systems: Sequence[Hashable] | None, count: int) -> tuple[Any, ...]:
    """Return the systems' names, or numbers from 0 in their place.

    :raises ValueError: there are not `count` different names.
    """
    names = tuple(range(count)) if systems is None else tuple(systems)
    if len(names) != count or len(set(names)) < count:
        raise ValueError(f"{count} systems need as many different names, not {names}")
    return names


def _tested(
    base: FloatArray, other: FloatArray, test: str, rng: np.random.Generator | None, draws: int,
    level: float,
) -> PairedTest | TooLittle:  # fmt: skip
    if test == "t":
        return paired_t(base, other, level=level)
    if test != "sign-flip":
        raise ValueError(f"test must be 't' or 'sign-flip', not {test!r}")
    if rng is None:
        raise ValueError("the sign-flip test draws: pass an rng")
    return sign_flip(base, other, rng=rng, draws=draws, level=level)


def _permuted_ranges(table: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Largest difference of means after shuffling within each query: shape (draws,)."""
    step, ranges = max(1, CELLS_AT_ONCE // table.size), []
    for done in range(0, draws, step):
        many = np.broadcast_to(table, (min(step, draws - done), *table.shape))
        ranges.append(np.ptp(rng.permuted(many, axis=2).mean(axis=1), axis=1))
    return np.concatenate(ranges)
