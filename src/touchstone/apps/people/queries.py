"""Reading people: what somebody holds, and which people a person may see."""

from __future__ import annotations

from dataclasses import dataclass

from touchstone.apps.people.models import Grant, Role, User
from touchstone.apps.people.policies import CAPABILITIES, Capability


@dataclass(frozen=True)
class Reach:
    """Where one role of a person holds: everywhere, or in some markets and at some vendors."""

    everywhere: bool
    markets: frozenset[str]
    vendors: frozenset[int]


NOWHERE = Reach(everywhere=False, markets=frozenset(), vendors=frozenset())


def reaches_of(user: User) -> dict[Role, Reach]:
    """Each role that `user` holds and where; read once for each loaded user object."""
    cached: dict[Role, Reach] | None = user.__dict__.get("_reaches")
    if cached is None:
        cached = _read_reaches(user)
        user.__dict__["_reaches"] = cached
    return cached


def _read_reaches(user: User) -> dict[Role, Reach]:
    grants = list(Grant.objects.filter(user_id=user.pk)) if user.is_active else []
    return {
        role: Reach(
            everywhere=any(g.everywhere for g in grants if g.role == role),
            markets=frozenset(g.market_id for g in grants if g.role == role and g.market_id),
            vendors=frozenset(g.vendor_id for g in grants if g.role == role and g.vendor_id),
        )
        for role in Role
        if any(g.role == role for g in grants)
    }


def reach(user: User, role: Role) -> Reach:
    """Where `role` holds for `user`; nowhere when they do not have it."""
    return reaches_of(user).get(role, NOWHERE)


def holds_somewhere(user: User, capability: Capability) -> bool:
    """Whether any role of `user` brings `capability` anywhere; for menus, not for objects."""
    return any(capability in CAPABILITIES[role] for role in reaches_of(user))


def fluent_tags(user: User) -> set[str]:
    """The locales, by BCP 47 tag, that `user` may label in."""
    return set(user.fluencies.values_list("locale_id", flat=True))
