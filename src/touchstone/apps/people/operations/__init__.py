"""Writing people: accounts, the roles they hold, and the ways in.

Callers import from here; the modules below are split by what they write.
"""

from touchstone.apps.people.operations.access import (
    TokenRefused,
    issue_token,
    record_failed_sign_in,
    revoke_token,
)
from touchstone.apps.people.operations.accounts import (
    AccountRefused,
    EmailTaken,
    PasswordRefused,
    VendorRefused,
    create_user,
    create_vendor,
    deactivate_user,
    set_fluency,
    set_password,
    set_preferences,
)
from touchstone.apps.people.operations.roles import (
    BeyondYourReach,
    Deactivated,
    GrantRefused,
    LastAdministrator,
    grant_role,
    revoke_role,
)
from touchstone.apps.people.operations.workbench import set_workbench_preferences

__all__ = [
    "AccountRefused",
    "BeyondYourReach",
    "Deactivated",
    "EmailTaken",
    "GrantRefused",
    "LastAdministrator",
    "PasswordRefused",
    "TokenRefused",
    "VendorRefused",
    "create_user",
    "create_vendor",
    "deactivate_user",
    "grant_role",
    "issue_token",
    "record_failed_sign_in",
    "revoke_role",
    "revoke_token",
    "set_fluency",
    "set_password",
    "set_preferences",
    "set_workbench_preferences",
]
