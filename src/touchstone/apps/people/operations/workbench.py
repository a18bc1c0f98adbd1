"""How a person wants the workbench: their own keys, and whether it goes on by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from touchstone.apps.ledger.operations import record
from touchstone.apps.people.keymap import DEFAULTS, check_keys
from touchstone.apps.people.models import User, WorkbenchPreferences


@transaction.atomic
def set_workbench_preferences(
    *, user: User, keys: Mapping[str, str], auto_advance: bool, by: User | None, at: datetime
) -> WorkbenchPreferences:
    """Replace a person's own keys, by action or digit, and say if the screen goes on by itself.

    A key that is where it always was is not kept: it moves along when the usual one does.

    :raises KeyRefused: an action or a key is none.
    :raises KeyClash: one key would do two things.
    """
    check_keys(keys)
    own = {name: key for name, key in sorted(keys.items()) if DEFAULTS[name] != key}
    kept, _created = WorkbenchPreferences.objects.update_or_create(
        user=user, defaults={"keys": own, "auto_advance": auto_advance, "set_at": at}
    )
    record(
        event="people.workbench.set",
        subject=user,
        by=by,
        at=at,
        keys=own,
        auto_advance=auto_advance,
    )
    return kept
