"""What a risk is expected to cost. Plain functions without the ORM.

The loss, if the event happens, is lognormal with the stated 90 % interval from its 5th to its 95th
percentile (operations.md §6): a loss is positive, skewed, and now and then far above the typical
one. It fails when losses come in a few fixed sizes, or when the interval was meant as the worst
and best case. Ordinal scores are never multiplied.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

from touchstone.apps.risks.models import Risk

__all__ = ("METHOD", "METHOD_VERSION", "LossDistribution", "RiskState", "loss_from_interval")

RiskState = Risk.State
METHOD = "lognormal-90"
METHOD_VERSION = "1"
_STANDARD = NormalDist()
_Z95 = _STANDARD.inv_cdf(0.95)


@dataclass(frozen=True)
class LossDistribution:
    """Lognormal loss, given that the event happens: its logarithm is normal (mu, sigma)."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        """What the event costs on average when it happens."""
        return exp(self.mu + self.sigma**2 / 2)

    def quantile(self, p: float) -> float:
        """What the loss stays below with probability `p` when the event happens."""
        return exp(self.mu + self.sigma * _STANDARD.inv_cdf(p))

    def expected(self, probability: float) -> float:
        """The expected loss, the event happening with `probability`."""
        return probability * self.mean

    def unconditional_quantile(self, p: float, probability: float) -> float:
        """What the loss stays below with probability `p`, counting that the event may not happen.

        Zero as long as the event fails to happen with at least probability `p`.
        """
        quiet = 1 - probability
        return 0.0 if p <= quiet else self.quantile((p - quiet) / probability)


def loss_from_interval(low: float, high: float) -> LossDistribution:
    """The lognormal loss whose 5th and 95th percentiles are `low` and `high`.

    :raises ValueError: unless 0 < `low` < `high`.

    >>> round(loss_from_interval(10_000, 200_000).mean)
    67700
    """
    if not 0 < low < high:
        raise ValueError("a loss interval needs 0 < low < high")
    return LossDistribution(
        mu=(log(low) + log(high)) / 2, sigma=(log(high) - log(low)) / (2 * _Z95)
    )
