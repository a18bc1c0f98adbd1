"""How many items, queries or comparisons a question needs before it is asked."""

from assay.sizing.clusters import design_effect, intraclass_correlation, pilot_design_effect
from assay.sizing.pairs import ab_size, bridge_set_size, side_by_side_size, win_rate_sample_size
from assay.sizing.proportions import (
    StrataSizes,
    proportion_sample_size,
    strata_sample_sizes,
    zero_defect_size,
)
from assay.sizing.queries import (
    PowerCurve,
    detectable_difference,
    paired_power,
    paired_power_curve,
    paired_topics,
    several_systems_power,
    several_systems_topics,
)
from assay.sizing.size import SampleSize

__all__ = [
    "PowerCurve",
    "SampleSize",
    "StrataSizes",
    "ab_size",
    "bridge_set_size",
    "design_effect",
    "detectable_difference",
    "intraclass_correlation",
    "paired_power",
    "paired_power_curve",
    "paired_topics",
    "pilot_design_effect",
    "proportion_sample_size",
    "several_systems_power",
    "several_systems_topics",
    "side_by_side_size",
    "strata_sample_sizes",
    "win_rate_sample_size",
    "zero_defect_size",
]
