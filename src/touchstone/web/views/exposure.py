"""Exposure as owners and administrators see it: groups, contracts, accounts of one person."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import (
    holds_somewhere,
    people_visible_to,
    person_for,
    vendors_visible_to,
)
from touchstone.apps.wellbeing.groups import (
    SMALLEST_GROUP,
    exposure_by_vendor,
    last_complete_week,
)
from touchstone.apps.wellbeing.operations import (
    LimitsRefused,
    link_accounts,
    separate_account,
    tighten_limits,
)
from touchstone.apps.wellbeing.queries import vendor_limits
from touchstone.web.access import needs, person
from touchstone.web.forms.exposure import LimitsForm, SamePersonForm

MANAGE = Capability.MANAGE_PEOPLE


@needs(Capability.VIEW_PEOPLE, scope="service")
def groups(request: HttpRequest) -> HttpResponseBase:
    """The last complete week by vendor, in groups of ten or more, and the limits in force."""
    return _page(request, LimitsForm(vendors=vendors_visible_to(person(request))))


@needs(MANAGE, scope="service", methods=("POST",))
def limits(request: HttpRequest) -> HttpResponseBase:
    """Write down what a vendor's contract tightens."""
    form = LimitsForm(request.POST, vendors=vendors_visible_to(person(request)))
    if not form.is_valid():
        return _page(request, form, status=422)
    vendor = form.cleaned_data["vendor"]
    try:
        tighten_limits(vendor=vendor, limits=form.limits(), by=person(request), at=timezone.now())
    except LimitsRefused as refused:
        for field, reason in dict(refused.details["fields"]).items():  # type: ignore[call-overload]
            form.add_error(field, reason)
        return _page(request, form, status=422)
    messages.success(request, _("The limits of %(vendor)s are kept.") % {"vendor": vendor.name})
    return redirect("web:people_exposure")


def _page(request: HttpRequest, form: LimitsForm, status: int = 200) -> HttpResponseBase:
    now, vendors = timezone.now(), list(vendors_visible_to(person(request)).order_by("name"))
    week = last_complete_week(now)
    in_force = vendor_limits(vendors)
    context = {
        "week": week,
        "week_ends": week + timedelta(days=6),
        "groups": exposure_by_vendor(vendors, week=week, at=now),
        "smallest": SMALLEST_GROUP,
        "vendors": [(vendor, in_force[vendor.pk]) for vendor in vendors],
        "form": form if holds_somewhere(person(request), MANAGE) else None,
    }
    return render(request, "web/people/exposure.html", context, status=status)


@needs(MANAGE, scope="service", methods=("POST",), back="web:person")
def link(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say that an account belongs to the same person as another; both share every limit."""
    by = person(request)
    user, form = person_for(by, number), SamePersonForm(request.POST)
    email = form.cleaned_data["email"] if form.is_valid() else ""
    other = people_visible_to(by).filter(email__iexact=email).first()
    if other is None:
        messages.error(request, _("There is no account of this address. Nothing was changed."))
        return redirect("web:person", number=number)
    link_accounts(user=user, same_as=other, by=by, at=timezone.now())
    messages.success(request, _("The accounts share every exposure limit from now on."))
    return redirect("web:person", number=number)


@needs(MANAGE, scope="service", methods=("POST",), back="web:person")
def separate(request: HttpRequest, number: int) -> HttpResponseBase:
    """Undo a link that was a mistake."""
    user = person_for(person(request), number)
    separate_account(user=user, by=person(request), at=timezone.now())
    messages.success(request, _("The account stands on its own again."))
    return redirect("web:person", number=number)
