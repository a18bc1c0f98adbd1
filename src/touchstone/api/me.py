"""Who the caller is and what they hold."""

from typing import TYPE_CHECKING

from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs_sign_in
from touchstone.apps.people.queries import Reach, reaches_of, vendors_visible_to

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

router = Router()


class RoleOut(Schema):
    """A role and where it holds."""

    role: str
    everywhere: bool
    markets: list[str]
    vendors: list[str]


class MeOut(Schema):
    """The caller."""

    email: str
    name: str
    kind: str
    language: str
    time_zone: str
    locales: list[str]
    roles: list[RoleOut]


@router.get("", response=MeOut)
@needs_sign_in
def whoami(request: ApiRequest) -> MeOut:
    """Who you are, which roles you hold and where, which locales you may label in."""
    user = request.auth
    return MeOut(
        email=user.email,
        name=user.name,
        kind=user.kind,
        language=user.language,
        time_zone=user.time_zone,
        locales=sorted(user.fluencies.values_list("locale_id", flat=True)),
        roles=[_role_out(user, role, reach) for role, reach in reaches_of(user).items()],
    )


def _role_out(user: "User", role: str, reach: Reach) -> RoleOut:
    return RoleOut(
        role=str(role),
        everywhere=reach.everywhere,
        markets=sorted(reach.markets),
        vendors=sorted(
            vendors_visible_to(user).filter(pk__in=reach.vendors).values_list("key", flat=True)
        )
        if reach.vendors
        else [],
    )
