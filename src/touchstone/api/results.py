"""What you are told of your own work."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs_sign_in
from touchstone.flows.results import my_results

if TYPE_CHECKING:
    from touchstone.apps.quality.appealing.queries import AppealState, RevealedAnswer

router = Router()


class DayOut(Schema):
    """How many judgments you submitted on one day of your own calendar."""

    date: date
    judgments: int


class ShareOut(Schema):
    """How many of `n` revealed answers were right, with the 95 % interval if there are any."""

    right: int
    n: int
    value: float | None
    low: float | None
    high: float | None


class AppealOut(Schema):
    """Your appeal; `verdict` is upheld or overturned, and empty until it is decided."""

    reason: str
    at: datetime
    verdict: str
    decided_because: str
    decided_at: datetime | None


class RevealedOut(Schema):
    """An answer of yours to an item whose right answers were shown afterwards."""

    number: int
    project: str
    query: str
    locale: str
    content: dict[str, Any]
    given: int
    right_ones: list[int]
    right: bool
    explanation: str
    answered_at: datetime
    revealed_at: datetime
    appeal: AppealOut | None
    stands: bool


class ResultsOut(Schema):
    """Your own work: the last days, the share right, each revealed answer."""

    days: list[DayOut]
    share: ShareOut
    revealed: list[RevealedOut]


@router.get("/results", response=ResultsOut)
@needs_sign_in
def get_my_results(request: ApiRequest) -> ResultsOut:
    """How much you did, and how good you were on what was revealed; nothing of anything else."""
    found = my_results(by=request.auth, at=request.at)
    return ResultsOut(
        days=[DayOut(date=each.date, judgments=each.judgments) for each in found.days],
        share=ShareOut.model_validate(found.share, from_attributes=True),
        revealed=[_revealed_out(each) for each in found.answers],
    )


def _revealed_out(answer: "RevealedAnswer") -> RevealedOut:
    return RevealedOut(
        number=answer.number,
        project=answer.project,
        query=answer.query,
        locale=answer.locale,
        content=dict(answer.content),
        given=answer.given,
        right_ones=list(answer.right_ones),
        right=answer.right,
        explanation=answer.explanation,
        answered_at=answer.answered_at,
        revealed_at=answer.revealed_at,
        appeal=_appeal_out(answer.appeal),
        stands=answer.stands,
    )


def _appeal_out(appeal: "AppealState | None") -> AppealOut | None:
    return None if appeal is None else AppealOut.model_validate(appeal, from_attributes=True)
