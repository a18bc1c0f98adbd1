"""One person who has agreed to everything and works long days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.labeled import UserFactory
from tests.factories.wellbeing import AT, agreed, look, working
from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.models import Exposure
from touchstone.apps.wellbeing.policies import Severity


@pytest.fixture
def ana(db: None) -> User:
    """Somebody who saw S3 for the first time a month ago, for a minute."""
    return seasoned()


def seasoned(**about: object) -> User:
    """A person past the first week."""
    user: User = UserFactory(**about)
    for severity in (Severity.S1, Severity.S2, Severity.S3, Severity.S4):
        agreed(user, severity, AT - timedelta(days=40))
    working(user)
    look(user, 1, AT - timedelta(days=28))
    assert Exposure.objects.filter(user=user).count() == 1
    return user
