"""Measured quality beside its standards, as the quality page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from touchstone.web.charts import Chart, Interval, forest

if TYPE_CHECKING:
    from touchstone.apps.planning.models import PlanLocale
    from touchstone.apps.quality.models import Measurement

Measured = Mapping[tuple[str, str | None], "Measurement"]
KINDS = ("alpha", "gold_accuracy", "audit_agreement")


@dataclass(frozen=True)
class Gate:
    """One figure of one locale, or of the whole project, and how it does against its standard."""

    locale_tag: str
    kind: str
    measurement: Measurement
    standard: float | None

    @property
    def level(self) -> str:
        """Red when the figure itself is below, yellow when only its lower end is."""
        found = self.measurement
        if found.value is None or found.low is None or self.standard is None:
            return "none"
        if found.value < self.standard:
            return "bad"
        return "good" if found.low >= self.standard else "watch"


def kind_name(kind: str) -> str:
    """A figure's name."""
    return {
        "alpha": _("Krippendorff's α"),
        "gold_accuracy": _("Gold accuracy"),
        "audit_agreement": _("Audit agreement"),
    }[kind]


def gates_of(terms: Sequence[PlanLocale], measured: Measured) -> list[Gate]:
    """The figures of the planned locales; without terms those of the whole project."""
    if not terms:
        return [
            Gate("", kind, measured[(kind, None)], None)
            for kind in KINDS
            if (kind, None) in measured
        ]
    return [
        Gate(row.locale_id, kind, measured[(kind, row.locale_id)], _standard(row, kind))
        for row in terms
        for kind in KINDS
        if (kind, row.locale_id) in measured
    ]


def _standard(row: PlanLocale, kind: str) -> float | None:
    standards = {"alpha": row.alpha_lower_bound, "gold_accuracy": row.gold_accuracy}
    found = standards.get(kind)
    return None if found is None else float(found)


def picture_of_gates(terms: Sequence[PlanLocale], measured: Measured) -> list[Chart]:
    """One forest plot for each kind of figure that has been measured."""
    gates = gates_of(terms, measured) if terms else []
    titles = {
        "alpha": _("Agreement (α) by locale: 95 % interval (line), standard (tick)"),
        "gold_accuracy": _("Gold accuracy by locale: 95 % interval (line), standard (tick)"),
    }
    found = []
    for kind, title in titles.items():
        rows = [_interval(gate) for gate in gates if gate.kind == kind]
        chart = forest(title, kind_name(kind), [row for row in rows if row is not None])
        found += [chart] if chart else []
    return found


def _interval(gate: Gate) -> Interval | None:
    value, low, high = gate.measurement.value, gate.measurement.low, gate.measurement.high
    if value is None or low is None or high is None:
        return None
    return Interval(gate.locale_tag, value, low, high, gate.standard)


def rater_standard(terms: Sequence[PlanLocale]) -> float | None:
    """The gold accuracy that annotators are held to: the lowest of the planned locales."""
    return min((float(row.gold_accuracy) for row in terms), default=None)
