"""Reading people: what somebody holds, which people a person may see, who a token stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from touchstone.apps.markets.models import Locale
from touchstone.apps.people.models import (
    ApiToken,
    Fluency,
    Grant,
    Role,
    SignInAttempt,
    User,
    Vendor,
    WorkbenchPreferences,
)
from touchstone.apps.people.policies import CAPABILITIES, Capability, network_of, normal_email
from touchstone.lib import prepared
from touchstone.lib.errors import NotVisible

SIGN_IN_WINDOW = timedelta(minutes=15)
FAILURES_BY_EMAIL = 5
FAILURES_BY_NETWORK = 50


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
    if not user.is_active:
        return {}
    grants = Grant.objects.filter(user_id=user.pk)
    return _reaches(grants.values_list("role", "everywhere", "market_id", "vendor_id"))


def _reaches(grants: Iterable[tuple[str, bool, str | None, int | None]]) -> dict[Role, Reach]:
    """What grants add up to; each is a role, whether it holds everywhere, a market, a vendor."""
    found: dict[Role, Reach] = {}
    for name, everywhere, market, vendor in grants:
        role = Role(name)
        before = found.get(role, NOWHERE)
        found[role] = Reach(
            everywhere=before.everywhere or everywhere,
            markets=before.markets | ({market} if market else set()),
            vendors=before.vendors | ({vendor} if vendor else set()),
        )
    return found


def reach(user: User, role: Role) -> Reach:
    """Where `role` holds for `user`; nowhere when they do not have it."""
    return reaches_of(user).get(role, NOWHERE)


def holds_somewhere(user: User, capability: Capability) -> bool:
    """Whether any role of `user` brings `capability` anywhere; for menus, not for objects."""
    return any(capability in CAPABILITIES[role] for role in reaches_of(user))


def forget_reach(user: User) -> None:
    """Read what `user` holds anew next time; called by whoever changes it."""
    user.__dict__.pop("_reaches", None)


def people_visible_to(user: User) -> QuerySet[User]:
    """The accounts that `user` may know of: their own, and those their roles let them manage.

    Those who put people on projects see the people of their markets (by grant, by vendor or by
    the locales they label in); a vendor manager sees the vendor's people.
    """
    wide = [each for role, each in reaches_of(user).items() if _shows_people(role)]
    if any(each.everywhere for each in wide):
        return User.objects.all()
    markets = frozenset[str]().union(*(each.markets for each in wide))
    vendors = frozenset[int]().union(*(each.vendors for each in wide))
    grants = Grant.objects.filter(user=OuterRef("pk"), market__in=markets)
    speaks = Fluency.objects.filter(user=OuterRef("pk"), locale__market__in=markets)
    return User.objects.filter(
        Q(pk=user.pk)
        | Q(vendor__in=vendors)
        | Q(vendor__market__in=markets)
        | Exists(grants)
        | Exists(speaks)
    )


def _shows_people(role: Role) -> bool:
    return bool(CAPABILITIES[role] & {Capability.VIEW_PEOPLE, Capability.MANAGE_PEOPLE})


def person_for(user: User, pk: int) -> User:
    """The account that `user` names, if they may know of it.

    :raises NotVisible: there is no such account for this person.
    """
    found = people_visible_to(user).select_related("vendor").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such person."))
    return found


def vendors_visible_to(user: User) -> QuerySet[Vendor]:
    """The vendors that `user` may know of: their own, those they manage, those of their markets."""
    wide = [each for role, each in reaches_of(user).items() if _shows_people(role)]
    if any(each.everywhere for each in wide):
        return Vendor.objects.select_related("market")
    markets = frozenset[str]().union(*(each.markets for each in wide))
    vendors = frozenset[int]().union(*(each.vendors for each in wide))
    return Vendor.objects.select_related("market").filter(
        Q(pk=user.vendor_id) | Q(pk__in=vendors) | Q(market__in=markets)
    )


def annotators_for(locale_tags: Collection[str]) -> QuerySet[User]:
    """The active annotators who label in any of these locales, by name."""
    markets = Locale.objects.filter(tag__in=locale_tags).values("market_id")
    holds = Grant.objects.filter(
        Q(everywhere=True) | Q(vendor__isnull=False) | Q(market__in=markets),
        user=OuterRef("pk"),
        role=Role.ANNOTATOR,
    )
    return (
        User.objects.filter(Exists(holds), is_active=True, fluencies__locale__in=locale_tags)
        .distinct()
        .select_related("vendor")
        .prefetch_related("fluencies")
        .order_by("name", "pk")
    )


def fluency_of(user: User) -> frozenset[str]:
    """The tags of the locales that `user` may label in."""
    return frozenset(user.fluencies.values_list("locale_id", flat=True))


def vendor_by_key(key: str) -> Vendor | None:
    """The vendor of this key, if there is one."""
    return Vendor.objects.filter(key=key).first()


def user_by_email(email: str) -> User | None:
    """The account with this address, whatever its case. For set-up; surfaces ask `person_for`."""
    return User.objects.filter(email=normal_email(email)).first()


def grants_of(user: User) -> QuerySet[Grant]:
    """The roles that `user` holds, with where; pass a user that the viewer may see."""
    return user.grants.select_related("user", "market", "vendor").order_by("role", "pk")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The tokens of `user`, newest first; pass the viewer."""
    return user.api_tokens.order_by("-created_at", "-pk")


def token_for(user: User, pk: int) -> ApiToken:
    """The token that `user` names, if it is their own.

    :raises NotVisible: it is not, or there is none.
    """
    found = tokens_of(user).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such token."))
    return found


# Every call of a program asks this, so it brings what the person holds along, and of the account
# only what calls are decided by; the rest is read when somebody asks for it.
_PERSON = prepared.Columns(
    User,
    "person",
    ("id", "email", "name", "kind", "language", "time_zone", "vendor_id", "is_active"),
)
_USER_OF_TOKEN = f"""
SELECT {_PERSON.sql},
       (SELECT jsonb_agg(jsonb_build_array(held.role, held.everywhere, held.market_id,
                                           held.vendor_id))::text
        FROM people_grant AS held WHERE held.user_id = person.id)
FROM people_apitoken AS token
JOIN people_user AS person ON person.id = token.user_id
WHERE token.digest = %(digest)s::text AND token.revoked_at IS NULL AND person.is_active
  AND (token.expires_at IS NULL OR token.expires_at > %(at)s::timestamptz)
"""


def user_of_token(plain: str, at: datetime) -> User | None:
    """Who a token stands for; None when it is unknown, revoked or over, or they are gone."""
    found = prepared.first(_USER_OF_TOKEN, {"digest": token_digest(plain), "at": at})
    if found is None:
        return None
    *values, held = found
    user = _PERSON.instance(values)
    user.__dict__["_reaches"] = _reaches(json.loads(held or "[]"))
    return user


def sign_in_allowed(*, email: str, network: str, at: datetime) -> bool:
    """Whether another attempt to sign in may be made for this address and from this network."""
    recent = SignInAttempt.objects.filter(at__gt=at - SIGN_IN_WINDOW, at__lte=at)
    return (
        recent.filter(email_digest=email_digest(email)).count() < FAILURES_BY_EMAIL
        and recent.filter(network_digest=network_digest(network)).count() < FAILURES_BY_NETWORK
    )


def token_digest(plain: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash gives nothing away."""
    return hashlib.sha256(plain.encode()).hexdigest()


def email_digest(email: str) -> str:
    """What is kept of an address tried: keyed, for addresses can be guessed."""
    return _keyed("people.sign-in.email", normal_email(email))


def network_digest(address: str) -> str:
    """What is kept of a network: keyed, for there are few enough to try them all."""
    return _keyed("people.sign-in.network", network_of(address))


def _keyed(purpose: str, value: str) -> str:
    return salted_hmac(purpose, value, algorithm="sha256").hexdigest()


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """The names behind some ids, for a list whose reader was allowed to see who acted."""
    wanted = {pk for pk in ids if pk is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def workbench_of(user: User) -> WorkbenchPreferences:
    """How somebody wants the workbench; an unsaved row with the usual keys if they never said."""
    found = WorkbenchPreferences.objects.filter(user=user).first()
    return found or WorkbenchPreferences(user=user)
