"""Reviewing the return: the last look before a request is closed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.economics.queries import newest_return
from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.policies import RequestState
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.economics.models import ReturnEstimate
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project


class NoReturnYet(Refused):
    """There is no estimate to review; nothing was changed."""

    code = "no_return_yet"


@transaction.atomic
def review_return(*, project: Project, by: User, at: datetime, note: str = "") -> ReturnEstimate:
    """Confirm that the newest estimate was reviewed; the request moves to roi_reviewed.

    :raises NoReturnYet: no return was estimated.
    :raises IllegalTransition: the delivery was not accepted yet.
    """
    estimate = newest_return(project)
    if estimate is None:
        raise NoReturnYet(_("Estimate the return first; then it can be reviewed."))
    move_request(request=project.request, to=RequestState.ROI_REVIEWED, by=by, at=at, reason=note)
    return estimate
