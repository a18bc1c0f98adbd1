"""What the worker does: each job, turn of the clock and pulse is one call to a flow.

`touchstone.lib.jobs` loads this module. The clock is read here, at the edge, and nowhere below.
"""

from __future__ import annotations

from datetime import UTC, datetime

from touchstone.apps.labeling.operations import expire_leases
from touchstone.apps.labeling.queries import with_leases_run_out
from touchstone.flows import collecting
from touchstone.flows.rater_models import fit_raters
from touchstone.lib.jobs import clockwork, enqueue, job, pulse


@pulse("labeling.decide", seconds=1.0)
def decide() -> None:
    """Stop or go on with items under dynamic overlap."""
    while collecting.decide_due(at=datetime.now(UTC)).more:
        pass


@pulse("labeling.expire", seconds=2.0)
def expire() -> None:
    """Give the places of leases that ran out back to the queue."""
    now = datetime.now(UTC)
    for project in with_leases_run_out(now):
        expire_leases(project=project, at=now)


@clockwork("labeling.look_for_fits", "* * * * *")
def look_for_fits() -> None:
    """Have raters fitted where there is enough new work."""
    for plan, tag in collecting.fits_wanted():
        enqueue(
            "labeling.fit_raters",
            once=f"labeling.fit_raters {plan.project_id} {tag}",
            project=plan.project_id,
            locale=tag,
        )


@job("labeling.fit_raters")
def fit(project: int, locale: str) -> None:
    """Fit the raters of one locale; nothing happens where that is no longer wanted."""
    for plan, tag in collecting.fits_wanted():
        if (plan.project_id, tag) == (project, locale):
            fit_raters(project=plan.project, plan=plan, locale_tag=tag, at=datetime.now(UTC))
