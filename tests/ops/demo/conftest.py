"""The demonstration, played once for all the tests of this folder."""

import pytest
from django.db import transaction

from touchstone.ops.demo import play


@pytest.fixture(scope="package")
def played(django_db_setup, django_db_blocker):
    """What it told and checked, played twice: the second run adds nothing."""
    with django_db_blocker.unblock(), transaction.atomic():
        told = []
        first = play(tell=told.append)
        second = play(tell=told.append)
        yield told, first, second
        transaction.set_rollback(True)
