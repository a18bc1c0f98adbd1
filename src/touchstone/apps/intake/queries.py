"""Reading labeling requests. Everything a person may see goes through `requests_visible_to`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from touchstone.apps.intake.drafts import RequestDraft
from touchstone.apps.intake.models import (
    LabelingRequest,
    RequestLocale,
    RequestState,
    Transition,
)
from touchstone.apps.intake.policies import (
    CLOCK_RULES,
    OPEN,
    Clock,
    capability_to_move,
    clock_of,
    legal_moves,
    paused_from,
)
from touchstone.apps.markets.models import Market
from touchstone.apps.markets.policies import Calendar
from touchstone.apps.markets.queries import calendar
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.policies import Capability, allowed
from touchstone.apps.people.queries import holds_somewhere, reach
from touchstone.lib.errors import NotAllowed, NotVisible

MARKET_ROLES = (Role.ADMIN, Role.PROJECT_OWNER, Role.STAKEHOLDER)


def requests_visible_to(user: User) -> QuerySet[LabelingRequest]:
    """The requests that `user` may know of: their own, and those in the markets they reach.

    Another person's draft is nobody else's business.
    """
    own = Q(requester=user) if holds_somewhere(user, Capability.FILE_REQUEST) else Q(pk__in=[])
    condition = own | (~Q(state=RequestState.DRAFT) & _in_reach(user, MARKET_ROLES))
    return LabelingRequest.objects.filter(condition)


def _in_reach(user: User, roles: tuple[Role, ...]) -> Q:
    reaches = [reach(user, role) for role in roles]
    if any(r.everywhere for r in reaches):
        return Q()
    markets = frozenset[str]().union(*(r.markets for r in reaches))
    touched = RequestLocale.objects.filter(locale__market__in=markets).values("request_id")
    return Q(pk__in=touched)


def roles_on_request(user: User, request: LabelingRequest) -> frozenset[Role]:
    """The roles in which `user` stands to `request`.

    An owner or administrator who files a request is its requester, wherever their market is.
    """
    markets = set(request.locales.values_list("locale__market_id", flat=True))
    roles = {
        role
        for role in MARKET_ROLES
        if reach(user, role).everywhere or reach(user, role).markets & markets
    }
    if request.requester_id == user.pk and holds_somewhere(user, Capability.FILE_REQUEST):
        roles.add(Role.REQUESTER)
    return frozenset(roles)


def request_for(user: User, number: int, capability: Capability) -> LabelingRequest:
    """The request that `user` names, if they may know of it and have `capability` on it.

    :raises NotVisible: there is no such request for this person.
    :raises NotAllowed: they may see it but not do this.
    """
    request = (
        requests_visible_to(user)
        .select_related("requester", "currency")
        .filter(number=number)
        .first()
    )
    if request is None:
        raise NotVisible(_("There is no such labeling request."))
    if not allowed(roles_on_request(user, request), capability):
        raise NotAllowed(_("Your role does not allow this."))
    return request


def transitions_of(request: LabelingRequest) -> QuerySet[Transition]:
    """Every step in the life of a request, oldest first, with who took it."""
    return request.transitions.select_related("by").order_by("id")


def origin_of(request: LabelingRequest) -> RequestState | None:
    """The state from which a paused request was paused; None if its last step was no pause."""
    return paused_from(list(request.transitions.order_by("-id")[:1]))


def moves_open_to(user: User, request: LabelingRequest) -> tuple[RequestState, ...]:
    """The states to which `user` may move `request` now, in the order of the life cycle."""
    state, roles = RequestState(request.state), roles_on_request(user, request)
    following = legal_moves(state, origin_of(request))
    return tuple(
        to
        for to in RequestState
        if to in following and allowed(roles, capability_to_move(state, to))
    )


def draft_of(request: LabelingRequest) -> RequestDraft:
    """What `request` asks for, as the plain values it was made from; for forms and copies."""
    return RequestDraft(
        title=request.title,
        description=request.description,
        business_line=request.business_line,
        purpose=request.purpose,
        metric=request.metric,
        metric_current=request.metric_current,
        metric_target=request.metric_target,
        worthwhile_change=request.worthwhile_change,
        deadline_date=request.deadline_date,
        currency=request.currency_id,
        budget_minor_units=request.budget_minor_units,
        value_per_point_minor_units=request.value_per_point_minor_units,
        value_source=request.value_source,
        harm_class=request.harm_class,
        personal_data=request.personal_data,
        alternatives=request.alternatives,
        model_family=request.model_family,
        locales={wanted.locale_id: wanted.volume for wanted in request.locales.all()},
    )


def similar_requests(
    draft: RequestDraft, *, viewer: User, but: LabelingRequest | None = None
) -> QuerySet[LabelingRequest]:
    """Open requests that `viewer` may know of and that may already bring what `draft` asks for.

    Same business line, purpose and metric (whatever its case), and a locale in common. `but` is
    the request that the draft came from.
    """
    shared = RequestLocale.objects.filter(locale__in=list(draft.locales)).values("request_id")
    found = requests_visible_to(viewer).filter(
        business_line=draft.business_line,
        purpose=draft.purpose,
        metric__iexact=draft.metric.strip(),
        state__in=OPEN,
        pk__in=shared,
    )
    return found if but is None else found.exclude(pk=but.pk)


# --- the board ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoardColumn:
    """One column of the requests board."""

    key: str
    name: Promise
    states: tuple[RequestState, ...]
    requests: tuple[LabelingRequest, ...]


_S = RequestState
BOARD: tuple[tuple[str, Promise, tuple[RequestState, ...]], ...] = (
    ("new", gettext_lazy("New"), (_S.DRAFT, _S.SUBMITTED)),
    ("triage", gettext_lazy("Triage"), (_S.TRIAGED, _S.NEEDS_INFO, _S.SCOPED, _S.DEFERRED)),
    ("planning", gettext_lazy("Planning"), (_S.APPROVED, _S.PLANNED)),
    ("running", gettext_lazy("Running"), (_S.PILOT, _S.LIVE, _S.PAUSED)),
    ("delivered", gettext_lazy("Delivered"), (_S.DELIVERED, _S.ACCEPTED, _S.ROI_REVIEWED)),
    ("over", gettext_lazy("Over"), (_S.CLOSED, _S.DECLINED, _S.CANCELLED)),
)


def request_board(user: User) -> tuple[BoardColumn, ...]:
    """Every request that `user` may know of, by column, newest first.

    Locales and transitions come along, so that a card or a clock needs no query of its own.
    """
    requests = list(
        requests_visible_to(user)
        .select_related("requester", "currency")
        .prefetch_related("locales__locale__market", "transitions")
    )
    return tuple(
        BoardColumn(key, name, states, tuple(r for r in requests if r.state in states))
        for key, name, states in BOARD
    )


# --- clocks -------------------------------------------------------------------------------------


def clocks_of(request: LabelingRequest, at: datetime) -> tuple[Clock, ...]:
    """The clocks of a request that have started, as they stand at `at`."""
    return clocks_of_all([request], at)[request.number]


def clocks_of_all(
    requests: Iterable[LabelingRequest], at: datetime
) -> dict[int, tuple[Clock, ...]]:
    """The started clocks of each request, by its number.

    With requests from `request_board` it takes one query for each market and none for a request.
    """
    steps = {request: _steps(request) for request in requests}
    first_year = min((each[0].at.year for each in steps.values() if each), default=at.year)

    @cache
    def calendar_of(market: Market) -> Calendar:
        # A clock that is started late in December falls due in January.
        return calendar(market, "", first_year, at.year + 1)

    return {
        request.number: _clocks(taken, calendar_of(market), at)
        if (market := owning_market(request)) and taken
        else ()
        for request, taken in steps.items()
    }


def _steps(request: LabelingRequest) -> list[Transition]:
    return sorted(request.transitions.all(), key=lambda step: step.pk)


def _clocks(steps: list[Transition], place: Calendar, at: datetime) -> tuple[Clock, ...]:
    clocks = (clock_of(rule, steps, place, at) for rule in CLOCK_RULES)
    return tuple(clock for clock in clocks if clock is not None)


def owning_market(request: LabelingRequest) -> Market | None:
    """The market whose working calendar the clocks follow: where most items are asked for.

    Of markets with equal volume it is the first by code; None for a request without locales.
    """
    volumes: dict[Market, int] = {}
    for wanted in request.locales.all():
        market = wanted.locale.market
        volumes[market] = volumes.get(market, 0) + wanted.volume
    return min(volumes, key=lambda market: (-volumes[market], market.code), default=None)


def delivered_dates(request_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of many requests was last delivered, by request id."""
    rows = (
        Transition.objects.filter(request__in=request_ids, to_state=RequestState.DELIVERED)
        .values_list("request")
        .annotate(last=Max("at"))
    )
    return dict(rows)
