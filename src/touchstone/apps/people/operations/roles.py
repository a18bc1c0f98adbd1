"""Giving and taking roles.

Reach is checked here and not only at the surface: an administrator of one market must not be able
to make one of everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.models import Market
from touchstone.apps.markets.queries import get_market
from touchstone.apps.people.models import Grant, Role, User, Vendor
from touchstone.apps.people.policies import SCOPES, scope_of
from touchstone.apps.people.queries import forget_reach, reach
from touchstone.lib.errors import NotAllowed, Refused


class GrantRefused(Refused):
    """The role cannot be held there, or is held there already."""

    code = "grant_refused"


class LastAdministrator(Refused):
    """Nobody would be left who may give roles everywhere."""

    code = "last_administrator"


class Deactivated(Refused):
    """The account is deactivated, so nothing more is done with it."""

    code = "deactivated"


class BeyondYourReach(NotAllowed):
    """The person acts beyond the markets in which they are an administrator."""

    code = "beyond_your_reach"


def require_active(user: User) -> None:
    """Lock the account and make sure that it is open.

    :raises Deactivated: it is not.
    """
    user.refresh_from_db(from_queryset=User.objects.select_for_update())
    if not user.is_active:
        raise Deactivated(
            _("The account of %(name)s is deactivated. Nothing was changed.") % {"name": user.name}
        )


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role | str,
    everywhere: bool = False,
    market: Market | str | None = None,
    vendor: Vendor | None = None,
    by: User | None,
    at: datetime,
) -> Grant:
    """Give a person a role everywhere, in one market, or at one vendor.

    :raises GrantRefused: not exactly one scope, not a scope this role can have, or held already.
    :raises Deactivated: the account is deactivated.
    :raises BeyondYourReach: `by` is not an administrator there.
    """
    require_active(user)
    place = get_market(market) if isinstance(market, str) else market
    grant = Grant(user=user, role=Role(role), everywhere=everywhere, market=place, vendor=vendor)
    _check_scope(grant)
    require_reach(by, [grant])
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError as error:
        raise GrantRefused(
            _("%(name)s holds this role there already.") % {"name": user.name}
        ) from error
    forget_reach(user)
    record(event="people.role.granted", subject=user, by=by, at=at, grant=told(grant))
    return grant


def _check_scope(grant: Grant) -> None:
    scope = scope_of(everywhere=grant.everywhere, market=grant.market, vendor=grant.vendor)
    if scope is None:
        raise GrantRefused(_("A role holds everywhere, in one market, or at one vendor: say one."))
    if scope not in SCOPES[Role(grant.role)]:
        raise GrantRefused(
            _("“%(role)s” cannot be given this way: it would reach nothing.")
            % {"role": Role(grant.role).label}
        )


@transaction.atomic
def revoke_role(*, grant: Grant, by: User | None, at: datetime) -> None:
    """Take a role from a person.

    :raises LastAdministrator: nobody would be left who may give roles everywhere.
    :raises BeyondYourReach: `by` is not an administrator there.
    """
    require_reach(by, [grant])
    keep_an_administrator(leaving=grant.user, losing=[grant])
    user, content = grant.user, told(grant)
    grant.delete()
    forget_reach(user)
    record(event="people.role.revoked", subject=user, by=by, at=at, grant=content)


def keep_an_administrator(*, leaving: User, losing: Iterable[Grant]) -> None:
    """Make sure that somebody else may still give roles everywhere once `losing` are gone.

    :raises LastAdministrator: nobody else may.
    """
    if not any(grant.everywhere and grant.role == Role.ADMIN for grant in losing):
        return
    # The lock makes two administrators who remove each other at once wait for one another.
    ruling = Grant.objects.select_for_update().filter(role=Role.ADMIN, everywhere=True)
    if {grant.user_id for grant in ruling} <= {leaving.pk}:
        raise LastAdministrator(
            _("This is the last administrator. Make somebody else one first; nothing was changed.")
        )


def require_reach(by: User | None, grants: Iterable[Grant]) -> None:
    """Make sure that `by` is an administrator wherever `grants` hold; set-up itself (None) is.

    :raises BeyondYourReach: one of them holds beyond.
    """
    if by is None:
        return
    own = reach(by, Role.ADMIN)
    if not all(own.everywhere or _place(grant) in own.markets for grant in grants):
        raise BeyondYourReach(
            _("You are not an administrator everywhere this reaches. Ask one who is.")
        )


def _place(grant: Grant) -> str | None:
    return grant.vendor.market_id if grant.vendor else grant.market_id


def told(grant: Grant) -> dict[str, object]:
    """What the ledger says of a grant."""
    return {
        "role": str(grant.role),
        "everywhere": grant.everywhere,
        "market": grant.market_id,
        "vendor": grant.vendor_id,
    }
