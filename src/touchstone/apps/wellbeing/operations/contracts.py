"""What administrators set: which accounts are one human's, what a contract tightens."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User, Vendor
from touchstone.apps.wellbeing.models import Account, Person, StatedHours, VendorLimits
from touchstone.apps.wellbeing.operations.humans import hold, hold_both
from touchstone.apps.wellbeing.policies import Limits, loosened
from touchstone.lib.errors import Refused


class LinkRefused(Refused):
    """Accounts cannot be linked or separated as asked; nothing was changed."""

    code = "link_refused"


class LimitsRefused(Refused):
    """A contract cannot set limits as asked; `details["fields"]` name each and why."""

    code = "limits_refused"


@transaction.atomic
def link_accounts(*, user: User, same_as: User, by: User, at: datetime) -> Person:
    """Say that two accounts are one human's: from now on they share every limit.

    What both have seen counts together at once; the hours stated through `same_as` hold.

    :raises LinkRefused: they are linked already, are one account, or one is a machine's.
    """
    if User.Kind.MACHINE in (user.kind, same_as.kind):
        raise LinkRefused(_("A machine is nobody's account."))
    if user.pk == same_as.pk:
        raise LinkRefused(_("Name another account than this one."))
    mine, theirs = hold_both(user, same_as)
    assert mine.person is not None
    assert theirs.person is not None
    if mine.person.pk == theirs.person.pk:
        raise LinkRefused(_("These accounts are linked already. Nothing was changed."))
    person = _joined(theirs.person, mine.person)
    Account.objects.filter(person=mine.person).update(person=person)
    record(event="wellbeing.accounts.linked", subject=user, by=by, at=at, same_as=same_as.pk)
    return person


def _joined(person: Person, other: Person) -> Person:
    """The stricter of what both rows say: breaks are counted from the later one's work."""
    person.stretch += other.stretch
    for name in ("accounted_until", "last_sign_at", "last_answer_at", "rested_since"):
        moments = [getattr(each, name) for each in (person, other) if getattr(each, name)]
        setattr(person, name, max(moments, default=None))
    person.save()
    return person


@transaction.atomic
def separate_account(*, user: User, by: User, at: datetime) -> Person:
    """Undo a link that was a mistake: the account stands for a human of its own again.

    What it has seen goes with it, and so do the hours and the break under way.

    :raises LinkRefused: it is not linked to another.
    """
    human = hold(user)
    assert human.person is not None
    if len(human.user_ids) == 1:
        raise LinkRefused(_("This account is not linked to another. Nothing was changed."))
    former = human.person
    hours = StatedHours.objects.filter(person=former).order_by("-valid_from", "-pk").first()
    person = Person.objects.get(pk=former.pk)
    person.pk = None
    person.save(force_insert=True)
    if hours is not None:
        hours.pk, hours.person = None, person
        hours.save(force_insert=True)
    Account.objects.filter(user_id=user.pk).update(person=person)
    record(event="wellbeing.account.separated", subject=user, by=by, at=at)
    return person


@transaction.atomic
def tighten_limits(*, vendor: Vendor, limits: Limits, by: User, at: datetime) -> VendorLimits:
    """Write down what a vendor's contract says; it replaces what it said before.

    :raises LimitsRefused: a limit is wider than ours, or none at all.
    """
    faults = {name: _("Wider than the service allows.") for name in loosened(limits)}
    faults |= {
        name: _("This would leave no time at all.")
        for name in ("daily", "weekly", "dose", "stretch")
        if getattr(limits, name).total_seconds() <= 0
    }
    if faults:
        raise LimitsRefused(
            _("A contract may only tighten the limits. Nothing was changed."), fields=faults
        )
    row = VendorLimits.objects.create(
        vendor=vendor,
        daily=limits.daily,
        weekly=limits.weekly,
        dose=limits.dose,
        stretch=limits.stretch,
        pause=limits.pause,
        wind_down=limits.wind_down,
        by=by,
        at=at,
    )
    record(
        event="wellbeing.limits.tightened",
        subject=row,
        by=by,
        at=at,
        vendor=vendor.key,
        minutes={
            name: int(getattr(row, name).total_seconds() // 60)
            for name in ("daily", "weekly", "dose", "stretch", "pause", "wind_down")
        },
    )
    return row
