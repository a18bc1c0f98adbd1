"""The console's pictures: plain figures in, a Vega-Lite chart with its table out.

Colours are the page's own (`var(--ts-series-1)`), so that a chart fits light and dark. A title says
what the chart shows; the table behind it holds the same figures for screen readers and copying.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import altair as alt
from django.utils.translation import gettext as _

from touchstone.web.templatetags.shown import day, number, percent, short_money

if TYPE_CHECKING:
    from touchstone.apps.economics.models import ReturnEstimate
    from touchstone.apps.economics.queries import CostShare
    from touchstone.apps.evaluations.models import Comparison, MetricResult
    from touchstone.apps.markets.models import Currency
    from touchstone.apps.quality.queries import RaterRow
    from touchstone.apps.risks.queries import AssessedRisk

FIRST, SECOND, THIRD = "var(--ts-series-1)", "var(--ts-series-2)", "var(--ts-series-3)"
GOOD, BAD, MUTED = "var(--ts-series-4)", "var(--ts-series-5)", "var(--ts-series-6)"
ROW_HEIGHT = 26
FEW = alt.Axis(tickCount=7)


@dataclass(frozen=True)
class Chart:
    """A picture and the figures in it."""

    title: str
    spec: dict[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Interval:
    """A figure with its interval, perhaps beside a standard, in a row of a forest plot."""

    name: str
    value: float
    low: float
    high: float
    standard: float | None = None
    extra: tuple[str, ...] = field(default=())


def _spec(chart: Any) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict(validate=False)
    # The page's own theme (charts.js) decides on colours and fonts.
    spec.pop("config", None)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _data(rows: Sequence[dict[str, Any]]) -> Any:
    return alt.Data(values=list(rows))


def _tips(*shorthands: str) -> list[Any]:
    """What the pointer shows. Made outright: altair reads bare shorthands ten times slower."""
    return [alt.Tooltip(shorthand) for shorthand in shorthands]


def burn_up(
    by_day: Sequence[tuple[dt.date, int]], wanted: int, start: dt.date, end: dt.date
) -> Chart | None:
    """Judgments that came in, added up, beside an even pace from the plan's start to its end."""
    if not by_day or not wanted:
        return None
    total, rows = 0, [{"date": start.isoformat(), "n": 0}]
    for date, count in by_day:
        total += count
        # What came in on a day is there at its end.
        rows.append({"date": (date + dt.timedelta(days=1)).isoformat(), "n": total})
    pace = [
        {"date": start.isoformat(), "n": 0},
        {"date": (end + dt.timedelta(days=1)).isoformat(), "n": wanted},
    ]
    ticks = min(8, (end - start).days + 1)
    x = alt.X("date:T", title=_("Day"), axis=alt.Axis(format="%d %b", tickCount=ticks))
    y = alt.Y("n:Q", title=_("Judgments"))
    done = alt.Chart(_data(rows)).mark_line(
        color=FIRST,
        strokeWidth=2.5,
        point={"color": FIRST, "filled": True} if len(rows) < 40 else False,
    )
    plan = alt.Chart(_data(pace)).mark_line(color=MUTED, strokeDash=[5, 4])
    layers = (done.encode(x=x, y=y, tooltip=_tips("date:T", "n:Q")), plan.encode(x=x, y=y))
    picture = alt.layer(*layers).properties(width="container", height=200)
    table = [
        (day(date), number(row["n"])) for (date, __), row in zip(by_day, rows[1:], strict=True)
    ]
    title = _("%(done)s of %(wanted)s judgments are in (line); even pace of the plan (dashed)")
    facts = {"done": number(total), "wanted": number(wanted)}
    return Chart(title % facts, _spec(picture), (_("Day"), _("Judgments so far")), table)


def forest(title: str, axis: str, rows: Sequence[Interval], *, digits: int = 3) -> Chart | None:
    """Figures with their intervals below one another, each with its standard as a tick."""
    if not rows:
        return None
    data = [
        {"name": r.name, "value": r.value, "low": r.low, "high": r.high, "standard": r.standard}
        for r in rows
    ]
    order = [row.name for row in rows]
    base = alt.Chart(_data(data)).encode(y=alt.Y("name:N", title=None, sort=order))
    bars = base.mark_rule(strokeWidth=3, color=FIRST).encode(
        x=alt.X("low:Q", title=axis, scale=alt.Scale(zero=False, padding=12), axis=FEW),
        x2=alt.X2("high:Q"),
    )
    points = base.mark_point(filled=True, size=70, color=FIRST, opacity=1).encode(
        x=alt.X("value:Q"), tooltip=_tips("name:N", "value:Q", "low:Q", "high:Q", "standard:Q")
    )
    ticks = base.transform_filter("datum.standard != null").mark_tick(
        color=SECOND, thickness=3, size=18
    )
    held = (
        [ticks.encode(x=alt.X("standard:Q"))] if any(r.standard is not None for r in rows) else []
    )
    picture = alt.layer(bars, *held, points).properties(
        width="container", height=ROW_HEIGHT * len(rows)
    )
    table = [
        (r.name, number(r.value, digits), number(r.low, digits), number(r.high, digits),
         number(r.standard, digits))
        for r in rows
    ]  # fmt: skip
    columns = ("", axis, _("Low"), _("High"), _("Standard"))
    return Chart(title, _spec(picture), columns, table)


def raters(rows: Sequence[RaterRow], standard: float | None) -> Chart | None:
    """Gold accuracy of each annotator with its interval, beside the standard."""
    measured = [
        Interval(r.user.name, r.accuracy, r.low, r.high, standard)
        for r in rows
        if r.accuracy is not None and r.low is not None and r.high is not None
    ]
    measured.sort(key=lambda row: row.low)
    title = _("Gold accuracy of each annotator, 95 % interval (line), standard (tick)")
    return forest(title, _("Share of gold hits"), measured[:40])


def waterfall(shares: Sequence[CostShare], currency: Currency) -> Chart | None:
    """What the costs are made of: one step for each class, then all of them."""
    if not shares:
        return None
    unit, level, rows = 10**currency.digits, 0.0, []
    for share in shares:
        amount = share.minor_units / unit
        rows.append({"name": share.name, "from": level, "to": level + amount, "kind": "part"})
        level += amount
    rows.append({"name": _("All costs"), "from": 0, "to": level, "kind": "all"})
    order = [str(row["name"]) for row in rows]
    picture = (
        alt.Chart(_data(rows))
        .mark_bar(size=20)
        .encode(
            y=alt.Y("name:N", title=None, sort=order),
            x=alt.X("from:Q", title=_("Costs in %(code)s") % {"code": currency.code}),
            x2=alt.X2("to:Q"),
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(domain=["part", "all"], range=[SECOND, FIRST]),
            ),
            tooltip=_tips("name:N", "from:Q", "to:Q"),
        )
        .properties(width="container", height=ROW_HEIGHT * len(rows) + 10)
    )
    table = [(s.name, short_money(s.minor_units, currency)) for s in shares]
    title = _("What the costs are made of")
    return Chart(title, _spec(picture), (_("Class"), _("Amount")), table)


def return_range(estimate: ReturnEstimate) -> Chart:
    """The return as a range: P10 to P90 with the median, and zero as the line to cross."""
    values = {"low": estimate.roi_p10, "mid": estimate.roi_p50, "high": estimate.roi_p90}
    chance = percent(estimate.p_positive)
    base = alt.Chart(_data([values]))
    axis = alt.X("low:Q", title=_("Return on cost (0 = costs are just covered)"), axis=FEW)
    zero = alt.Chart(_data([{"zero": 0}])).mark_rule(color=BAD, strokeDash=[4, 3], strokeWidth=2)
    picture = alt.layer(
        base.mark_bar(color=FIRST, opacity=0.35, height=26).encode(x=axis, x2=alt.X2("high:Q")),
        base.mark_tick(color=FIRST, thickness=4, size=34).encode(x=alt.X("mid:Q")),
        zero.encode(x=alt.X("zero:Q")),
    ).properties(width="container", height=60)
    title = _(
        "The return lies between P10 and P90 (bar); the chance that it is above zero is %(p)s"
    )
    found = (
        ("P10", estimate.roi_p10, estimate.value_p10_minor_units),
        ("P50", estimate.roi_p50, estimate.value_p50_minor_units),
        ("P90", estimate.roi_p90, estimate.value_p90_minor_units),
    )
    rows = [(p, percent(roi), short_money(value, estimate.currency)) for p, roi, value in found]
    columns = (_("Percentile"), _("Return on cost"), _("Value"))
    return Chart(title % {"p": chance}, _spec(picture), columns, rows)


def losses(rows: Sequence[AssessedRisk]) -> Chart | None:
    """The loss of each open risk if it happens: from the typical to the severe, on a log scale."""
    still_open = [row for row in rows if row.risk.state == "open"]
    if not still_open:
        return None
    code = still_open[0].risk.currency_id
    data = [
        {
            "name": f"R{row.risk.number}",
            "low": _major(row.risk.loss_low_minor_units, row),
            "mid": _major(row.typical_minor_units, row),
            "high": _major(row.risk.loss_high_minor_units, row),
            "event": row.risk.event,
        }
        for row in still_open
    ]
    order = [str(item["name"]) for item in data]
    base = alt.Chart(_data(data)).encode(y=alt.Y("name:N", title=None, sort=order))
    axis = alt.X(
        "low:Q",
        title=_("Loss if it happens, in %(code)s (logarithmic)") % {"code": code},
        scale=alt.Scale(type="log"),
    )
    picture = alt.layer(
        base.mark_rule(strokeWidth=4, color=SECOND).encode(x=axis, x2=alt.X2("high:Q")),
        base.mark_point(filled=True, size=80, color=SECOND, opacity=1).encode(
            x=alt.X("mid:Q"), tooltip=_tips("event:N", "low:Q", "mid:Q", "high:Q")
        ),
    ).properties(width="container", height=ROW_HEIGHT * len(data))
    table = [
        (f"R{row.risk.number}", percent(row.risk.probability),
         short_money(row.risk.loss_low_minor_units, row.risk.currency),
         short_money(row.typical_minor_units, row.risk.currency),
         short_money(row.risk.loss_high_minor_units, row.risk.currency))
        for row in still_open
    ]  # fmt: skip
    columns = (_("Risk"), _("Probability"), _("Low"), _("Typical"), _("High"))
    title = _("What each open risk would cost: 90 % interval (line), typical loss (dot)")
    return Chart(title, _spec(picture), columns, table)


def _major(minor: int, row: AssessedRisk) -> float:
    return float(minor / 10**row.risk.currency.digits)


def differences(comparisons: Sequence[Comparison], title: str) -> Chart | None:
    """Candidate minus baseline in each metric, with its interval; zero is no difference."""
    rows = [Interval(c.metric, c.difference, c.low, c.high, 0.0) for c in comparisons]
    return forest(title, _("Difference (candidate − baseline)"), rows, digits=4)


def systems(results: Sequence[MetricResult]) -> Chart | None:
    """Each metric of each system with its interval."""
    rows = [Interval(f"{r.metric} · {r.run.system}", r.value, r.low, r.high) for r in results]
    title = _("Each system in each metric, 95 % interval (line)")
    return forest(title, _("Metric (0 to 1)"), rows, digits=4)
