"""The row that stands for one human: made when it is first needed, locked for every decision."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.models import Account, Person
from touchstone.apps.wellbeing.queries import Human, human_behind


def hold(user: User) -> Human:
    """The human behind an account, locked until the transaction ends.

    Two decisions about one human wait for each other, whichever accounts they came through. An
    account that was given to another human while we waited is looked up again.
    """
    while True:
        person = _locked(user) or _made(user)
        human = human_behind(person)
        if user.pk in human.user_ids:
            return human


def _locked(user: User) -> Person | None:
    return Person.objects.select_for_update(of=("self",)).filter(accounts__user_id=user.pk).first()


def _made(user: User) -> Person:
    """A new row; when somebody else makes one at the same moment, theirs."""
    try:
        with transaction.atomic():
            person = Person.objects.create(time_zone=user.time_zone)
            Account.objects.create(user_id=user.pk, person=person)
    except IntegrityError:
        return Person.objects.select_for_update(of=("self",)).get(accounts__user_id=user.pk)
    return person


def hold_both(one: User, other: User) -> tuple[Human, Human]:
    """Two humans, locked in the order that everybody keeps."""
    for user in sorted((one, other), key=lambda each: each.pk):
        if _locked(user) is None:
            _made(user)
    rows = Person.objects.select_for_update(of=("self",)).filter(
        accounts__user_id__in=[one.pk, other.pk]
    )
    found = {row.pk: row for row in rows.order_by("pk")}
    by_user = {
        account.user_id: account.person_id
        for account in Account.objects.filter(user__in=[one.pk, other.pk])
    }
    return (
        human_behind(found[by_user[one.pk]]),
        human_behind(found[by_user[other.pk]]),
    )
