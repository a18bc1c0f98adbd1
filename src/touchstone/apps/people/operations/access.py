"""Ways in: tokens for programs, and the count of failed sign-ins."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import ApiToken, SignInAttempt, User
from touchstone.apps.people.operations.roles import BeyondYourReach, require_active, require_reach
from touchstone.apps.people.queries import email_digest, network_digest, token_digest
from touchstone.lib.errors import Refused

TOKEN_MARK = "tst_"
PREFIX_LENGTH = 12
ATTEMPTS_KEPT = timedelta(days=1)


class TokenRefused(Refused):
    """The token cannot be made or revoked as asked."""

    code = "token_refused"


@transaction.atomic
def issue_token(
    *, user: User, name: str, by: User | None, at: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token with which a program acts as `user`.

    :returns: the row, and the token itself: it is shown once, only its digest is kept.
    :raises TokenRefused: it has no name, or would end before it begins.
    :raises Deactivated: the account is deactivated.
    :raises BeyondYourReach: a person's token is asked for by somebody else.
    """
    require_active(user)
    _require_own(user, by)
    if not name.strip():
        raise TokenRefused(_("Name the token after the program that will use it."), field="name")
    if expires_at is not None and expires_at <= at:
        raise TokenRefused(_("A token must end in the future."), field="expires_at")
    plain = TOKEN_MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=plain[:PREFIX_LENGTH],
        digest=token_digest(plain),
        created_at=at,
        expires_at=expires_at,
    )
    record(event="people.token.issued", subject=token, by=by, at=at, name=token.name)
    return token, plain


def _require_own(user: User, by: User | None) -> None:
    """Nobody gets a key to somebody else's account; machines have theirs made for them."""
    if by is None or by.pk == user.pk:
        return
    if user.kind != User.Kind.MACHINE:
        raise BeyondYourReach(_("People make their own tokens."))
    require_reach(by, user.grants.select_related("vendor"))


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None, at: datetime) -> None:
    """End a token at once.

    :raises TokenRefused: it was revoked before.
    """
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        raise TokenRefused(_("This token was revoked before. Nothing was changed."))
    token.revoked_at = at
    record(event="people.token.revoked", subject=token, by=by, at=at, name=token.name)


@transaction.atomic
def record_failed_sign_in(*, email: str, network: str, at: datetime) -> None:
    """Count a failed sign-in against the address tried and the network it came from.

    Not in the ledger: strangers must not be able to fill it. Old attempts are forgotten here.
    """
    SignInAttempt.objects.filter(at__lt=at - ATTEMPTS_KEPT).delete()
    SignInAttempt.objects.create(
        email_digest=email_digest(email), network_digest=network_digest(network), at=at
    )
