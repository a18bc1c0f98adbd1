"""Rules of money and of the return that need no database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from touchstone.apps.economics.models import CostEvent

__all__ = ["DRAWS", "POINTS", "Assumptions", "QualityClass", "Work", "line_amount"]

Work = CostEvent.Work
QualityClass = CostEvent.QualityClass

POINTS = 100
"""Points in a whole metric: a point is 0.01 on a scale from 0 to 1."""

DRAWS = 200_000
SEED_MASK = 2**64 - 1


@dataclass(frozen=True)
class Assumptions:
    """What the return rests on besides what was measured; stored whole with each estimate.

    The defaults are deliberately low. Replace each with a figure from your own past experiments.

    `slope_mean`, `slope_sd`: online points won for each offline point, and how sure that is. Half
    of an offline gain reaching people is cautious; the wide spread lets it be nothing.
    `value_sd_share`: how far off the stated value per point may be, as a share of it.
    `p_launch`: the chance that the change ships; experiments succeed in some 10–30 % of cases.
    `attribution`: the share of the gain that the labels may claim; the rest is the model's.
    """

    slope_mean: float = 0.5
    slope_sd: float = 0.25
    value_sd_share: float = 0.25
    p_launch: float = 0.2
    attribution: float = 0.5

    def as_dict(self) -> dict[str, float]:
        """All of them by name."""
        return asdict(self)

    def wrong_field(self) -> str | None:
        """The first assumption that cannot be, if any."""
        for name in ("p_launch", "attribution"):
            if not 0 <= getattr(self, name) <= 1:
                return name
        for name in ("slope_sd", "value_sd_share"):
            if not 0 <= getattr(self, name) < 100:
                return name
        return None if -100 < self.slope_mean < 100 else "slope_mean"


def line_amount(quantity: int, unit_price: Decimal, digits: int) -> int:
    """One line in minor units: quantity × unit price, rounded half-even once, at the end.

    `digits` is the number of minor-unit digits of the currency.
    """
    exact = (unit_price * quantity).scaleb(digits)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
