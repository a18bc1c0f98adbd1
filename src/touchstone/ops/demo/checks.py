"""What the demonstration verifies about itself, from the data and not from remembered figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from touchstone.apps.consensus.queries import gold_check, newest_run
from touchstone.apps.datasets.queries import DamagedRelease, newest_release, verify_release
from touchstone.apps.economics.queries import newest_return
from touchstone.apps.evaluations.queries import newest_evaluation
from touchstone.apps.labeling.queries import overlap_faults, progress_of, stored_judgments
from touchstone.apps.quality.queries import newest_measurements
from touchstone.ops.demo import sources

if TYPE_CHECKING:
    from touchstone.apps.datasets.models import Release
    from touchstone.apps.planning.models import Project


@dataclass(frozen=True)
class Check:
    """One line of the report: what was checked, what came out, and whether it holds."""

    what: str
    result: str
    holds: bool


def of_open_data(project: Project) -> list[Check]:
    """The checks of the replayed project."""
    job = sources.read_job(sources.data_folder() / "arcs")
    return [
        _judgments(project, job),
        _overlap(project),
        *_consensus(project, job),
        _alpha(project),
        _release(project),
        _evaluation(project),
        _return(project),
    ]


def of_pilot(project: Project) -> list[Check]:
    """The checks of a project that waits for its annotators."""
    progress = progress_of(project)
    return [
        Check(
            "items open for labeling",
            f"{progress.items} items, {progress.wanted} judgments wanted, {progress.done} done",
            progress.items > 0,
        ),
        _overlap(project),
    ]


def _judgments(project: Project, job: sources.Job) -> Check:
    stored = stored_judgments(project)
    given = {
        (f"arcs-{page.rater}-{key}", None if label == sources.CANNOT_JUDGE else int(label))
        for page in job.pages
        for key, label in page.answers.items()
    }
    return Check(
        "judgments in = judgments stored",
        f"{job.judgments} in the file, {len(stored)} stored",
        given == stored and len(stored) == job.judgments,
    )


def _overlap(project: Project) -> Check:
    faults = overlap_faults(project)
    return Check("overlap exact, nobody twice on an item", f"{faults} faults", faults == 0)


def _consensus(project: Project, job: sources.Job) -> list[Check]:
    run = newest_run(project)
    if run is None:
        return [Check("consensus", "none", False)]
    found = gold_check(run)
    return [
        Check(
            "consensus against the gold answers",
            f"Dawid–Skene {found.consensus_hits} of {found.items} "
            f"({found.consensus_hits / found.items:.3f}), "
            f"majority vote {found.majority_hits} ({found.majority_hits / found.items:.3f})",
            found.items == len(job.gold) and 2 * found.consensus_hits > found.items,
        )
    ]


def _alpha(project: Project) -> Check:
    found = newest_measurements(project).get(("alpha", None))
    if found is None or found.value is None or found.low is None or found.high is None:
        return Check("Krippendorff's α", "not measured", False)
    return Check(
        "Krippendorff's α (ordinal, without gold items)",
        f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]",
        found.low <= found.value <= found.high,
    )


def _release(project: Project) -> Check:
    release = newest_release(project)
    if release is None:
        return Check("release", "none", False)
    return Check(
        f"release {release.version}, checksum recomputed from its files",
        release.checksum,
        _is_whole(release),
    )


def _is_whole(release: Release) -> bool:
    try:
        verify_release(release)
    except DamagedRelease:
        return False
    return True


def _evaluation(project: Project) -> Check:
    found = newest_evaluation(project)
    if found is None:
        return Check("evaluation", "none", False)
    comparison = next(c for c in found.comparisons.all() if c.metric == "nDCG@10")
    return Check(
        f"{found.candidate.system} − {found.baseline.system} in nDCG@10",
        f"{comparison.difference:+.4f} [{comparison.low:+.4f}, {comparison.high:+.4f}], "
        f"p = {comparison.p_value:.4f}, {comparison.n} queries",
        comparison.low <= comparison.difference <= comparison.high,
    )


def _return(project: Project) -> Check:
    found = newest_return(project)
    if found is None:
        return Check("return", "none", False)
    return Check(
        "return on investment, P10 / P50 / P90",
        f"{found.roi_p10:.2f} / {found.roi_p50:.2f} / {found.roi_p90:.2f}, "
        f"P(ROI>0) = {found.p_positive:.2f} (illustrative value per point)",
        found.roi_p10 <= found.roi_p50 <= found.roi_p90,
    )
