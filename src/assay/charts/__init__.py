"""Control charts: has the work changed, when, and how often the chart would say so by mistake.

`p_chart` and `laney_chart` show shares per period and find large jumps; `ewma_chart` and
`cusum_chart` find small lasting shifts; `bernoulli_cusum` follows labels one by one. Every chart
names its rule, and every rule has its mean run length: long in control, short after a change.
`screen_charts` reads many charts at once.
"""

from assay.charts.bernoulli import bernoulli_cusum, bernoulli_run_length, bernoulli_threshold
from assay.charts.chart import Chart, RunLength, standard_scores
from assay.charts.cusum import Cusum, cusum_chart, cusum_run_length, cusum_threshold
from assay.charts.ewma import ewma_chart, ewma_run_length, ewma_width
from assay.charts.several import Screening, any_false_alarm, screen_charts
from assay.charts.shares import laney_chart, laney_run_length, p_chart, p_chart_run_length

__all__ = [
    "Chart",
    "Cusum",
    "RunLength",
    "Screening",
    "any_false_alarm",
    "bernoulli_cusum",
    "bernoulli_run_length",
    "bernoulli_threshold",
    "cusum_chart",
    "cusum_run_length",
    "cusum_threshold",
    "ewma_chart",
    "ewma_run_length",
    "ewma_width",
    "laney_chart",
    "laney_run_length",
    "p_chart",
    "p_chart_run_length",
    "screen_charts",
    "standard_scores",
]
