"""Delivering: a release is frozen and handed over, then accepted or returned."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.datasets.operations import decide_release, freeze_release
from touchstone.apps.datasets.policies import Decision
from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.policies import RequestState

if TYPE_CHECKING:
    from touchstone.apps.consensus.models import ConsensusRun
    from touchstone.apps.datasets.models import Release, ReleaseDecision
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project


@transaction.atomic
def deliver(
    *,
    project: Project,
    run: ConsensusRun | None,
    test_share: Decimal,
    split_seed: int,
    note: str,
    by: User,
    at: datetime,
    licence: str = "",
) -> Release:
    """Freeze a release and hand it to the requester; the request moves from live to delivered.

    :raises EmptyRelease, ForeignRun, InvalidSplit: see `freeze_release`.
    :raises IllegalTransition: the project is not live.
    """
    release = freeze_release(
        project=project,
        run=run,
        test_share=test_share,
        split_seed=split_seed,
        note=note,
        by=by,
        at=at,
        licence=licence,
    )
    move_request(request=project.request, to=RequestState.DELIVERED, by=by, at=at)
    return release


@transaction.atomic
def decide(
    *, release: Release, decision: str, reason: str, by: User, at: datetime
) -> ReleaseDecision:
    """Accept a release, or return it with a reason, which sets the project to work again.

    :raises AlreadyDecided, InvalidDecision: see `decide_release`.
    :raises IllegalTransition: the project is not waiting for this decision.
    """
    decided = decide_release(release=release, decision=decision, reason=reason, by=by, at=at)
    accepted = decided.decision == Decision.ACCEPTED
    move_request(
        request=release.project.request,
        to=RequestState.ACCEPTED if accepted else RequestState.LIVE,
        by=by,
        at=at,
        reason=decided.reason,
    )
    return decided
