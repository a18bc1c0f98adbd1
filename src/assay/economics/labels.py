"""What a label costs: as made, as accepted, and per unit of what it tells."""

from __future__ import annotations

import math

from assay._arrays import closed_share, positive


def effective_labels(n: float, accuracy: float) -> float:
    """Labels weighted by what they tell: n·(2a − 1)².

    For two classes and symmetric noise, to first order near a = ½; an approximation elsewhere.
    A label of accuracy ½ tells nothing.

    :raises ValueError: n is negative, or `accuracy` is not between ½ and 1.

    >>> round(effective_labels(1000, 0.92), 1)
    705.6
    """
    if n < 0 or not 0.5 <= accuracy <= 1:
        raise ValueError(f"need n ≥ 0 and accuracy in [0.5, 1], not {n} and {accuracy}")
    return n * (2 * accuracy - 1) ** 2


def cost_per_accepted_label(
    cost_per_hour: float,
    labels_per_hour: float,
    *,
    checked_share: float,
    check_cost_ratio: float,
    acceptance: float,
) -> float:
    """Cost of an accepted label: rate/throughput · (1 + checked·ratio) / acceptance.

    `checked_share` of labels are checked at `check_cost_ratio` of a label's cost each;
    `acceptance` is the share accepted, not infinite rework.

    :raises ValueError: a number is out of range.

    >>> accepted = cost_per_accepted_label(
    ...     12, 50, checked_share=0.1, check_cost_ratio=0.6, acceptance=0.95)
    >>> round(accepted, 4)
    0.2678
    """
    made = positive(cost_per_hour, "cost_per_hour") / positive(labels_per_hour, "labels_per_hour")
    if check_cost_ratio < 0 or closed_share(acceptance, "acceptance") == 0:
        raise ValueError("check_cost_ratio must not be negative, acceptance must be above zero")
    checks = 1 + closed_share(checked_share, "checked_share") * check_cost_ratio
    return made * checks / acceptance


def cost_per_effective_label(cost_per_accepted: float, accuracy: float) -> float:
    """Cost of one label's worth of information: cost per accepted label / (2a − 1)².

    Infinite at accuracy ½. The unit in which vendors of different accuracy can be compared.

    :raises ValueError: the cost is negative, or `accuracy` is not between ½ and 1.

    >>> round(cost_per_effective_label(0.267789, 0.92), 4)
    0.3795
    """
    if cost_per_accepted < 0:
        raise ValueError(f"a cost must not be negative, like {cost_per_accepted}")
    worth = effective_labels(1.0, accuracy)
    return cost_per_accepted / worth if worth else math.inf
