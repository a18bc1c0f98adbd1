"""Cost of quality: what is spent so that labels are good, and what it costs that some are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from numpy.typing import ArrayLike

from assay._arrays import finite_vector, positive
from assay.economics.labels import cost_per_effective_label
from assay.results import Result

QualityCost: TypeAlias = Literal[
    "prevention", "appraisal", "internal_failure", "external_failure"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CostOfQuality(Result):
    """Money by class, `shares` of the `total`, and the same per accepted label.

    `conformance` is prevention + appraisal, `failure` the two failures. `per_effective_label` is
    None where no accuracy was given.
    """

    amounts: Mapping[str, float]
    shares: Mapping[str, float]
    per_accepted_label: Mapping[str, float]
    total: float
    conformance: float
    failure: float
    total_per_accepted_label: float
    per_effective_label: float | None
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def cost_of_quality(
    classes: Sequence[str],
    amounts: ArrayLike,
    *,
    accepted_labels: float,
    accuracy: float | None = None,
) -> CostOfQuality:
    """Add up cost events by class: the prevention-appraisal-failure model, Feigenbaum (1956).

    `classes` (E,) gives each event exactly one of prevention (guidelines, training, calibration),
    appraisal (gold, audit), internal_failure (rework, relabeling before delivery) and
    external_failure (recall of labels, retraining, a wrong launch); `amounts` (E,) its money,
    negative for a refund. Making the labels is no cost of quality: leave it out. With the
    `accuracy` of accepted labels the cost per effective label is told too. External failures come
    late and seldom: a short period shows too few of them, never that there are none.

    :raises ValueError: lengths differ, a class is none of the four, an amount is not finite, or
        `accepted_labels` is not above zero.

    >>> found = cost_of_quality(
    ...     ["prevention", "appraisal", "internal_failure", "appraisal"], [200, 500, 200, 100],
    ...     accepted_labels=10_000)
    >>> found.shares["appraisal"], found.total_per_accepted_label, found.conformance
    (0.6, 0.1, 800.0)
    """
    money, labels = finite_vector(amounts, "amounts"), positive(accepted_labels, "accepted_labels")
    if len(classes) != len(money):
        raise ValueError(f"lengths differ: {len(classes)} classes, {len(money)} amounts")
    sums = dict.fromkeys(get_args(QualityCost), 0.0)
    for place, (held, amount) in enumerate(zip(classes, money.tolist(), strict=True)):
        if held not in sums:
            raise ValueError(
                f"event {place} has class {held!r}, not one of {', '.join(get_args(QualityCost))}"
            )
        sums[held] += amount
    return _told(sums, labels, accuracy, len(money))


def _told(
    sums: dict[str, float], labels: float, accuracy: float | None, events: int
) -> CostOfQuality:
    total = sum(sums.values())
    failure = sums["internal_failure"] + sums["external_failure"]
    warnings = () if sums["external_failure"] else ("no external failure is on record yet",)
    each = total / labels
    return CostOfQuality(
        sums, {name: amount / total if total else 0.0 for name, amount in sums.items()},
        {name: amount / labels for name, amount in sums.items()},
        total, total - failure, failure, each,
        None if accuracy is None else cost_per_effective_label(each, accuracy),
        events, "prevention, appraisal, failure", warnings,
    )  # fmt: skip
