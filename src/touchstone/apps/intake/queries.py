"""Reading labeling requests. Everything a person may see goes through `requests_visible_to`."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.intake.models import LabelingRequest, RequestLocale, RequestState
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.policies import Capability, allowed
from touchstone.apps.people.queries import reach, reaches_of
from touchstone.lib.errors import NotAllowed, NotVisible

MARKET_ROLES = (Role.ADMIN, Role.PROJECT_OWNER, Role.STAKEHOLDER)


def requests_visible_to(user: User) -> QuerySet[LabelingRequest]:
    """The requests that `user` may know of: their own, and those in the markets they reach.

    Another person's draft is nobody else's business.
    """
    own = Q(requester=user) if Role.REQUESTER in reaches_of(user) else Q(pk__in=[])
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
    """The roles in which `user` stands to `request`."""
    markets = set(request.locales.values_list("locale__market_id", flat=True))
    roles = {
        role
        for role in MARKET_ROLES
        if reach(user, role).everywhere or reach(user, role).markets & markets
    }
    if request.requester_id == user.pk and Role.REQUESTER in reaches_of(user):
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
