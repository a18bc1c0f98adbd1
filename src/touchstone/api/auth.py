"""Who is calling: a program with a bearer token, or a person's browser with its session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from touchstone.apps.people.queries import user_of_token

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

PAGE_OF = "Touchstone-User"
"""The header in which a page says whose it is."""


class BearerToken(HttpBearer):
    """`Authorization: Bearer tst_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Whose token this is; nobody's when it is unknown, revoked or expired."""
        return user_of_token(token, timezone.now())


class BrowserSession(APIKeyCookie):
    """The console's own session; what changes something needs the CSRF token as well.

    A call that brings an `Authorization` header is judged by that header alone. One that names its
    person (`Touchstone-User`) counts in no one else's session: a page stays open while somebody
    else signs in beside it, and what was done there is not theirs.
    """

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=False)  # checked below: a stranger is told 401, not 403

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The signed-in person.

        :raises HttpError: 403 when the CSRF token is missing or wrong.
        """
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        if request.headers.get(PAGE_OF, str(request.user.pk)) != str(request.user.pk):
            return None
        if check_csrf(request) is not None:
            raise HttpError(403, _("The CSRF token is missing or wrong. Reload the page."))
        return request.user
