"""Filing labeling requests and moving them through their states."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from touchstone.apps.intake import drafts
from touchstone.apps.intake.drafts import RequestDraft
from touchstone.apps.intake.models import LabelingRequest, RequestLocale, RequestState, Transition
from touchstone.apps.intake.policies import WITH_REASON, legal_moves
from touchstone.apps.intake.queries import origin_of
from touchstone.apps.ledger import operations as ledger
from touchstone.apps.markets.models import Currency, Locale
from touchstone.apps.people.models import User
from touchstone.lib.errors import Refused

__all__ = (
    "IllegalTransition",
    "InvalidRequest",
    "NotOpenToChange",
    "ReasonMissing",
    "RequestDraft",
    "file_request",
    "hold_request",
    "move_request",
    "revise_request",
    "submit_request",
)

REVISABLE = frozenset({RequestState.DRAFT, RequestState.NEEDS_INFO})
# Any number that no other advisory lock of ours uses: "REQ" in ASCII.
NUMBERING_LOCK = 0x524551


class InvalidRequest(Refused):
    """Some fields cannot stand; `details["fields"]` says which and why."""

    code = "invalid_request"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(
            ngettext(
                "Nothing was saved: %(count)d field of the request needs attention.",
                "Nothing was saved: %(count)d fields of the request need attention.",
                len(fields),
            )
            % {"count": len(fields)},
            fields=fields,
        )


class IllegalTransition(Refused):
    """The request cannot go from where it is to where it was to go."""

    code = "illegal_transition"

    def __init__(self, state: RequestState, to: RequestState) -> None:
        super().__init__(
            _("A request cannot go from “%(state)s” to “%(to)s”. It stays in “%(state)s”.")
            % {"state": state.label, "to": to.label},
            from_state=state.value,
            to_state=to.value,
        )


class ReasonMissing(Refused):
    """This decision is not made without a reason."""

    code = "reason_missing"

    def __init__(self, to: RequestState) -> None:
        super().__init__(
            _("Say why the request goes to “%(to)s”. Nothing was changed.") % {"to": to.label},
            fields={"reason": _("Give a reason.")},
        )


class NotOpenToChange(Refused):
    """The request was handed in; what it asks for no longer changes."""

    code = "not_open_to_change"

    def __init__(self, state: RequestState) -> None:
        super().__init__(
            _(
                "A request in “%(state)s” cannot be changed. Ask the owner to send it back for "
                "information."
            )
            % {"state": state.label},
            state=state.value,
        )


@transaction.atomic
def file_request(*, draft: RequestDraft, by: User, at: datetime) -> LabelingRequest:
    """Keep a labeling request as a draft of `by`, under the next number.

    :raises InvalidRequest: with every field that cannot stand.
    """
    _check(draft, at)
    request = LabelingRequest(number=_next_number(), requester=by, created_at=at)
    _fill(request, draft)
    ledger.record(
        event="intake.request.filed",
        subject=request,
        by=by,
        at=at,
        request_id=request.pk,
        number=request.number,
    )
    return request


@transaction.atomic
def revise_request(
    *, request: LabelingRequest, draft: RequestDraft, by: User, at: datetime
) -> LabelingRequest:
    """Replace what a request asks for, while it is a draft or waits for information.

    :raises NotOpenToChange: it was handed in and nobody asked for more.
    :raises InvalidRequest: with every field that cannot stand.
    """
    locked = hold_request(request.pk)
    if locked.state not in REVISABLE:
        raise NotOpenToChange(RequestState(locked.state))
    _check(draft, at)
    request.state = locked.state
    _fill(request, draft)
    ledger.record(
        event="intake.request.revised", subject=request, by=by, at=at, request_id=request.pk
    )
    return request


def submit_request(*, request: LabelingRequest, by: User, at: datetime) -> LabelingRequest:
    """Hand a draft in; from now on the owning team's clocks run.

    :raises IllegalTransition: it is not a draft any more.
    :raises InvalidRequest: its deadline has passed since it was written.
    """
    return move_request(request=request, to=RequestState.SUBMITTED, by=by, at=at)


@transaction.atomic
def move_request(
    *, request: LabelingRequest, to: RequestState, by: User, at: datetime, reason: str = ""
) -> LabelingRequest:
    """Move a request to the state `to` and keep the step; `request` itself is brought up to date.

    :raises IllegalTransition: `to` cannot follow the state in which the request is by now.
    :raises ReasonMissing: `to` is a decision that needs a reason.
    :raises InvalidRequest: a request is handed in after its own deadline.
    """
    # PostgreSQL stores every character but the null.
    to, reason = RequestState(to), reason.replace("\0", "").strip()
    state = RequestState(hold_request(request.pk).state)
    if to not in legal_moves(state, origin_of(request)):
        raise IllegalTransition(state, to)
    if to in WITH_REASON and not reason:
        raise ReasonMissing(to)
    if to is RequestState.SUBMITTED:
        _check_deadline(request, at)
    _step(request, state, to, by=by, at=at, reason=reason)
    return request


def _step(
    request: LabelingRequest,
    state: RequestState,
    to: RequestState,
    *,
    by: User,
    at: datetime,
    reason: str,
) -> None:
    Transition.objects.create(
        request=request, from_state=state, to_state=to, by=by, at=at, reason=reason
    )
    request.state = to
    request.save(update_fields=["state"])
    ledger.record(
        event="intake.request.moved",
        subject=request,
        by=by,
        at=at,
        request_id=request.pk,
        from_state=state.value,
        to_state=to.value,
        reason=reason,
    )


def hold_request(request_id: int) -> LabelingRequest:
    """The request as it is now, held until the transaction ends.

    Whatever changes with the state of a request or project takes this lock first, so that moves
    and plans cannot cross each other. `no_key`: rows that point to it may be added meanwhile.
    """
    return LabelingRequest.objects.select_for_update(no_key=True).get(pk=request_id)


def _next_number() -> int:
    # Held until the transaction ends, so that two requests filed at once get two numbers, and a
    # refused one leaves no gap, as a sequence would.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING_LOCK])
    highest: int | None = LabelingRequest.objects.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _check(draft: RequestDraft, at: datetime) -> None:
    errors = drafts.errors_of(
        draft,
        today=at.date(),
        known_locales=set(Locale.objects.values_list("tag", flat=True)),
        known_currencies=set(Currency.objects.values_list("code", flat=True)),
    )
    if errors:
        raise InvalidRequest(errors)


def _check_deadline(request: LabelingRequest, at: datetime) -> None:
    if errors := drafts.deadline_errors(request.deadline_date, at.date()):
        raise InvalidRequest(errors)


def _fill(request: LabelingRequest, draft: RequestDraft) -> None:
    """Write the fields of `draft` into the row, and its locales instead of those it had."""
    request.title = draft.title.strip()
    request.description = draft.description
    request.business_line = draft.business_line
    request.purpose = draft.purpose
    request.metric = draft.metric.strip()
    request.metric_current = draft.metric_current
    request.metric_target = draft.metric_target
    request.worthwhile_change = draft.worthwhile_change
    request.deadline_date = draft.deadline_date
    request.currency_id = draft.currency
    request.budget_minor_units = draft.budget_minor_units
    request.value_per_point_minor_units = draft.value_per_point_minor_units
    request.value_source = draft.value_source.strip()
    request.harm_class = draft.harm_class
    request.personal_data = draft.personal_data
    request.alternatives = draft.alternatives
    request.model_family = draft.model_family
    request.save()
    request.locales.all().delete()
    RequestLocale.objects.bulk_create(
        RequestLocale(request=request, locale_id=tag, volume=volume)
        for tag, volume in draft.locales.items()
    )
