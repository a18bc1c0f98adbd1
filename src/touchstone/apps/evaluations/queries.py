"""Reading system runs and evaluations."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.evaluations.models import Evaluation, Ranking, SystemRun
from touchstone.apps.people.models import User
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import project_for
from touchstone.lib.errors import NotVisible


def runs_of(project: Project) -> QuerySet[SystemRun]:
    """The system runs of a project the caller may see, newest first."""
    return project.system_runs.select_related("by").order_by("-id")


def run_for(project: Project, run_id: int) -> SystemRun:
    """One run of a project the caller may see.

    :raises NotVisible: the project has no such run.
    """
    found = runs_of(project).filter(pk=run_id).first()
    if found is None:
        raise NotVisible(_("There is no such system run."))
    return found


def rankings_of(run: SystemRun) -> dict[str, list[str]]:
    """The documents by query, best first."""
    rows = Ranking.objects.filter(run=run).values_list("query_key", "documents")
    return dict(rows.iterator(chunk_size=1000))


def evaluations_of(project: Project) -> QuerySet[Evaluation]:
    """The evaluations of a project the caller may see, newest first, with their numbers."""
    return _with_numbers().filter(release__project=project).order_by("-id")


def newest_evaluation(project: Project) -> Evaluation | None:
    """The last evaluation of a project, if there is one."""
    return evaluations_of(project).first()


def evaluation_for(
    user: User, evaluation_id: int, capability: Capability = Capability.VIEW_RELEASES
) -> Evaluation:
    """The evaluation that `user` names.

    :raises NotVisible: there is no such evaluation for this person.
    :raises NotAllowed: they may see its project but do not have `capability` on it.
    """
    found = _with_numbers().filter(pk=evaluation_id).first()
    missing = NotVisible(_("There is no such evaluation."))
    if found is None:
        raise missing
    try:
        project_for(user, found.release.project.key, capability)
    except NotVisible as error:
        raise missing from error
    return found


def _with_numbers() -> QuerySet[Evaluation]:
    return Evaluation.objects.select_related(
        "release__project", "baseline", "candidate", "by"
    ).prefetch_related("results__run", "comparisons")
