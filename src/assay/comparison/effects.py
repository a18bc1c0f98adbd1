"""How large a difference is beside the spread of the queries."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from assay._arrays import open_share
from assay._noncentral import noncentral_t_cdf
from assay.comparison.pairs import paired_t
from assay.results import Estimate, TooLittle


def effect_size(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95
) -> Estimate | TooLittle:
    """Standardised mean difference d_z = d̄/s_d of pairs, with its exact interval.

    The interval turns the noncentral t: the d whose t distribution has the observed t at its
    upper or lower tail. Cumming & Finch (2001), Educ. Psychol. Meas. 61. Normal differences
    assumed.

    :raises ValueError: lengths differ, or a value is not finite.

    >>> found = effect_size([0.62, 0.41, 0.55, 0.70], [0.68, 0.45, 0.52, 0.81])
    >>> round(found.value, 3)
    0.776
    """
    open_share(level, "level")
    test = paired_t(first, second)
    if isinstance(test, TooLittle):
        return test
    root = float(np.sqrt(test.n))
    low, high = (
        _noncentrality(test.statistic, test.n - 1, share) / root
        for share in ((1 + level) / 2, (1 - level) / 2)
    )
    return Estimate(
        test.statistic / root, low, high, level, test.n, "d_z of pairs; noncentral t interval"
    )


def _noncentrality(statistic: float, freedom: int, share: float) -> float:
    """The noncentrality under which the observed t lies at quantile `share`."""

    def excess(noncentrality: float) -> float:
        return noncentral_t_cdf(statistic, freedom, noncentrality) - share

    width = 10.0 + 8.0 * abs(statistic)
    return float(optimize.brentq(excess, statistic - width, statistic + width, xtol=1e-10))
