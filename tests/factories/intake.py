"""Requests and the people around them, made through the product's own operations."""

from __future__ import annotations

from collections import deque
from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.intake.operations import RequestDraft, file_request, move_request
from touchstone.apps.intake.policies import LEGAL, RequestState
from touchstone.apps.markets import seeds
from touchstone.apps.markets.models import Currency, Locale, Market
from touchstone.apps.people.models import Role, User, Vendor
from touchstone.apps.people.operations import create_user, grant_role

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def places() -> None:
    """Every currency, market and locale of the service, without holidays and rates."""
    Currency.objects.bulk_create(seeds.currency_rows())
    Market.objects.bulk_create(seeds.market_rows())
    Locale.objects.bulk_create(seeds.locale_rows())


def person(name: str, *roles: Role, market: str = "", vendor: Vendor | None = None) -> User:
    """Somebody who holds `roles` in a market, as a manager of a vendor, or else everywhere."""
    user = create_user(
        email=f"{name}@example.org",
        name=name.title(),
        password=None,
        vendor=vendor,
        by=None,
        at=AT,
    )
    for role in roles:
        if role is Role.VENDOR_MANAGER:
            grant_role(user=user, role=role, vendor=vendor, by=None, at=AT)
        elif market:
            grant_role(user=user, role=role, market=market, by=None, at=AT)
        else:
            grant_role(user=user, role=role, everywhere=True, by=None, at=AT)
    return user


class RequestDraftFactory(factory.Factory[RequestDraft]):
    """A request that can stand."""

    class Meta:
        model = RequestDraft

    title = factory.Sequence(lambda n: f"Relevance of short videos {n}")
    business_line = "ranking"
    purpose = "test"
    metric = "nDCG@10"
    metric_current = Decimal("0.412")
    metric_target = Decimal("0.43")
    worthwhile_change = Decimal("0.005")
    deadline_date = date(2026, 6, 30)
    currency = "EUR"
    budget_minor_units = 500_000
    value_per_point_minor_units = 1_200_000
    value_source = "Experiment 1142"
    locales = factory.LazyFunction(lambda: {"fr-FR": 600, "en-GB": 300})
    harm_class = "S0"


def filed(by: User, **changes: object) -> LabelingRequest:
    """A draft of `by`."""
    return file_request(draft=RequestDraftFactory(**changes), by=by, at=AT)


def request_in(
    state: RequestState, *, requester: User, owner: User, **changes: object
) -> LabelingRequest:
    """A request that went the shortest legal way to `state`."""
    request = filed(requester, **changes)
    for to in way_to(state):
        move_request(request=request, to=to, by=owner, at=AT, reason="as the test needs it")
    return request


def way_to(state: RequestState) -> list[RequestState]:
    """The moves of the shortest way from a draft to `state`."""
    ways: deque[list[RequestState]] = deque([[]])
    while ways:
        way = ways.popleft()
        last = way[-1] if way else RequestState.DRAFT
        if last is state:
            return way
        ways.extend([*way, to] for to in RequestState if to in LEGAL[last] and to not in way)
    raise ValueError(f"nothing leads to {state}")
