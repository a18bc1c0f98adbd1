"""Accounts and vendors: opening them, what a person prefers and speaks, closing them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.models import Locale, Market
from touchstone.apps.markets.policies import LANGUAGES
from touchstone.apps.markets.queries import UnknownLocale, get_market, subdivisions
from touchstone.apps.people.models import Fluency, User, Vendor
from touchstone.apps.people.operations.roles import (
    keep_an_administrator,
    require_active,
    require_reach,
    told,
)
from touchstone.apps.people.policies import normal_email, time_zones
from touchstone.apps.people.queries import forget_reach
from touchstone.lib.errors import Refused


class AccountRefused(Refused):
    """An account cannot be as asked; `details["field"]` names what is wrong."""

    code = "account_refused"


class EmailTaken(AccountRefused):
    """Somebody has this address already."""

    code = "email_taken"


class PasswordRefused(Refused):
    """The password is too easy to guess."""

    code = "password_refused"


class VendorRefused(Refused):
    """A vendor cannot be as asked."""

    code = "vendor_refused"


@transaction.atomic
def create_vendor(
    *,
    key: str,
    name: str,
    market: Market | str,
    subdivision: str = "",
    by: User | None,
    at: datetime,
) -> Vendor:
    """Add a vendor; its site's market and subdivision decide its calendar.

    :raises VendorRefused: the key is taken or the market has no such subdivision.
    :raises UnknownMarket: there is no such market.
    """
    place = market if isinstance(market, Market) else get_market(market)
    if Vendor.objects.filter(key=key).exists():
        raise VendorRefused(_("There is a vendor “%(key)s” already.") % {"key": key}, field="key")
    if subdivision and subdivision not in subdivisions(place.code):
        raise VendorRefused(
            _("%(market)s has no part “%(part)s”. Known parts: %(known)s.")
            % {
                "market": place.code,
                "part": subdivision,
                "known": ", ".join(subdivisions(place.code)) or "–",
            },
            field="subdivision",
        )
    vendor = Vendor.objects.create(key=key, name=name, market=place, subdivision=subdivision)
    record(event="people.vendor.created", subject=vendor, by=by, at=at, key=key)
    return vendor


@transaction.atomic
def create_user(
    *,
    email: str,
    name: str,
    password: str | None,
    language: str = "en",
    time_zone: str = "UTC",
    vendor: Vendor | None = None,
    kind: str = User.Kind.HUMAN,
    by: User | None,
    at: datetime,
) -> User:
    """Open an account. Without a password nobody can sign in to it until one is set.

    :raises AccountRefused: the address, name, language, time zone or kind cannot be.
    :raises EmailTaken: somebody has this address already.
    :raises PasswordRefused: the password is too easy to guess.
    """
    user = User(
        email=normal_email(email),
        name=name.strip(),
        kind=kind,
        language=language,
        time_zone=time_zone,
        vendor=vendor,
        created_at=at,
    )
    _check_account(user)
    _give_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken(
            _("There is an account for %(email)s already.") % {"email": user.email}, field="email"
        ) from error
    record(event="people.user.created", subject=user, by=by, at=at, kind=kind)
    return user


def _check_account(user: User) -> None:
    try:
        validate_email(user.email)
    except ValidationError as error:
        raise AccountRefused(
            _("“%(email)s” is not an e-mail address.") % {"email": user.email}, field="email"
        ) from error
    if not user.name:
        raise AccountRefused(_("Give the person a name."), field="name")
    if user.kind not in User.Kind.values:
        raise AccountRefused(_("An account is a person's or a machine's."), field="kind")
    _check_preferences(user.language, user.time_zone)


def _check_preferences(language: str, time_zone: str) -> None:
    if language not in LANGUAGES:
        raise AccountRefused(
            _("The service does not speak “%(language)s”.") % {"language": language},
            field="language",
        )
    if time_zone not in time_zones():
        raise AccountRefused(
            _("“%(zone)s” is not a time zone. Use a name such as Europe/Paris.")
            % {"zone": time_zone},
            field="time_zone",
        )


def _give_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages), field="password") from error
    user.set_password(password)


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None, at: datetime) -> None:
    """Give an account a new password; every session under the old one ends.

    :raises PasswordRefused: the password is too easy to guess.
    :raises Deactivated: the account is deactivated.
    :raises BeyondYourReach: `by` neither is the person nor administers all that they hold.
    """
    require_active(user)
    if by is not None and by.pk != user.pk:
        require_reach(by, user.grants.select_related("vendor"))
    _give_password(user, password)
    user.save(update_fields=["password"])
    record(event="people.password.set", subject=user, by=by, at=at)


@transaction.atomic
def set_preferences(
    *, user: User, language: str, time_zone: str, by: User | None, at: datetime
) -> None:
    """Say in which language and time zone a person wants the screens.

    :raises AccountRefused: there is no such language or time zone.
    """
    _check_preferences(language, time_zone)
    user.language, user.time_zone = language, time_zone
    user.save(update_fields=["language", "time_zone"])
    record(
        event="people.preferences.set",
        subject=user,
        by=by,
        at=at,
        language=language,
        time_zone=time_zone,
    )


@transaction.atomic
def set_fluency(
    *, user: User, locales: Iterable[Locale | str], by: User | None, at: datetime
) -> None:
    """Replace the locales that a person may label in, given as rows or as tags.

    :raises UnknownLocale: one of the tags is not a locale; nothing changes.
    """
    tags = {each.tag if isinstance(each, Locale) else each for each in locales}
    known = set(Locale.objects.filter(tag__in=tags).values_list("tag", flat=True))
    if tags - known:
        raise UnknownLocale(
            _("There is no locale “%(tag)s”. Use a BCP 47 tag such as fr-CA.")
            % {"tag": ", ".join(sorted(tags - known))}
        )
    Fluency.objects.filter(user=user).exclude(locale__in=tags).delete()
    Fluency.objects.bulk_create(
        [Fluency(user=user, locale_id=tag) for tag in sorted(tags)], ignore_conflicts=True
    )
    record(event="people.fluency.set", subject=user, by=by, at=at, locales=sorted(tags))


@transaction.atomic
def deactivate_user(*, user: User, by: User | None, at: datetime) -> None:
    """Close an account for good: no roles, no tokens, no password; open sessions end.

    What the person did stays, under their name in the ledger and their pseudonym in deliveries.

    :raises Deactivated: it was closed before.
    :raises LastAdministrator: nobody would be left who may give roles everywhere.
    :raises BeyondYourReach: `by` does not administer all that the person holds.
    """
    require_active(user)
    grants = list(user.grants.select_related("vendor"))
    require_reach(by, grants)
    keep_an_administrator(leaving=user, losing=grants)
    user.grants.all().delete()
    user.api_tokens.filter(revoked_at=None).update(revoked_at=at)
    # A session carries a hash of the password field, which this changes.
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["password", "is_active"])
    forget_reach(user)
    record(
        event="people.user.deactivated",
        subject=user,
        by=by,
        at=at,
        roles=[told(grant) for grant in grants],
    )
