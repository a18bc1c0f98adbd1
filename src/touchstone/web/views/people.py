"""Accounts and roles, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.people.operations import (
    create_user,
    deactivate_user,
    grant_role,
    revoke_role,
    set_fluency,
)
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import (
    fluency_of,
    grants_of,
    people_visible_to,
    person_for,
    vendors_visible_to,
)
from touchstone.apps.wellbeing.queries import accounts_like
from touchstone.lib.errors import NotVisible, Refused
from touchstone.web.access import needs, person
from touchstone.web.forms.exposure import SamePersonForm
from touchstone.web.forms.people import FluencyForm, GrantForm, NewPersonForm
from touchstone.web.pages import page_of

MANAGE = Capability.MANAGE_PEOPLE


@needs(MANAGE, scope="service")
def directory(request: HttpRequest) -> HttpResponse:
    """Everybody the administrator may see."""
    search = request.GET.get("q", "").replace("\0", "")[:120]
    rows = people_visible_to(person(request)).select_related("vendor").order_by("name", "pk")
    if search:
        rows = rows.filter(name__icontains=search) | rows.filter(email__icontains=search)
    page = page_of(request, rows.prefetch_related("grants__market", "grants__vendor"))
    return render(request, "web/people/directory.html", {"page": page, "search": search})


@needs(MANAGE, scope="service", methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponseBase:
    """Open an account."""
    form = NewPersonForm(request.POST or None, vendors=vendors_visible_to(person(request)))
    if request.method == "POST" and form.is_valid():
        try:
            user = create_user(**form.account(), by=person(request), at=timezone.now())
        except Refused as refused:
            field = str(refused.details.get("field", ""))
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, _("The account is open. Give it a role next."))
            return redirect("web:person", number=user.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "web/people/new.html", {"form": form}, status=status)


@needs(MANAGE, scope="service")
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One account: its roles and languages."""
    user = person_for(person(request), number)
    context = {
        "who": user,
        "grants": grants_of(user),
        "form": GrantForm(vendors=vendors_visible_to(person(request))),
        "fluency_form": FluencyForm(initial={"locales": sorted(fluency_of(user))}),
        "same_person": accounts_like(user),
        "same_person_form": SamePersonForm(),
        "is_self": user.pk == person(request).pk,
    }
    return render(request, "web/people/detail.html", context)


@needs(MANAGE, scope="service", methods=("POST",), back="web:person")
def grant(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give a role."""
    user = person_for(person(request), number)
    form = GrantForm(request.POST, vendors=vendors_visible_to(person(request)))
    if not form.is_valid():
        messages.error(request, _("Choose a role and where it holds. Nothing was changed."))
        return redirect("web:person", number=number)
    grant_role(user=user, **form.grant(), by=person(request), at=timezone.now())
    messages.success(request, _("The role is given."))
    return redirect("web:person", number=number)


@needs(MANAGE, scope="service", methods=("POST",))
def revoke(request: HttpRequest, number: int, grant_id: int) -> HttpResponseBase:
    """Take a role."""
    user = person_for(person(request), number)
    found = grants_of(user).filter(pk=grant_id).first()
    if found is None:
        raise NotVisible(_("There is no such role."))
    try:
        revoke_role(grant=found, by=person(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The role is taken."))
    return redirect("web:person", number=number)


@needs(MANAGE, scope="service", methods=("POST",), back="web:person")
def fluency(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say in which locales a person may label."""
    user, form = person_for(person(request), number), FluencyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose locales from the list. Nothing was changed."))
        return redirect("web:person", number=number)
    locales = form.cleaned_data["locales"]
    set_fluency(user=user, locales=locales, by=person(request), at=timezone.now())
    messages.success(request, _("The locales are saved."))
    return redirect("web:person", number=number)


@needs(MANAGE, scope="service", methods=("POST",), back="web:person")
def deactivate(request: HttpRequest, number: int) -> HttpResponseBase:
    """Close an account for good; what the person did stays."""
    user = person_for(person(request), number)
    deactivate_user(user=user, by=person(request), at=timezone.now())
    messages.success(request, _("The account is closed. What the person did stays."))
    return redirect("web:people_directory")
