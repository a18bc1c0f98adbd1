"""What somebody asks for before it is a row: plain values, and what is wrong with them.

No ORM here: `operations` looks up what the codes name and stores what passes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from touchstone.apps.intake.models import BusinessLine, HarmClass, Purpose

TITLE_LENGTH = 160
METRIC_LENGTH = 60
SOURCE_LENGTH = 240
FAMILY = re.compile(r"(?=.{0,40}\Z)(?:[a-z0-9]+(?:-[a-z0-9]+)*)?")
METRIC_LIMIT = Decimal(1000)
METRIC_PLACES = 6
MOST_ITEMS = 2**31 - 1
MOST_MINOR_UNITS = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class RequestDraft:
    """A labeling request as plain values; `locales` says how many items in each locale."""

    title: str
    business_line: str
    purpose: str
    metric: str
    worthwhile_change: Decimal
    deadline_date: date
    currency: str
    budget_minor_units: int
    value_per_point_minor_units: int
    value_source: str
    locales: Mapping[str, int]
    harm_class: str = HarmClass.S3
    description: str = ""
    metric_current: Decimal | None = None
    metric_target: Decimal | None = None
    personal_data: bool = False
    alternatives: str = ""
    model_family: str = ""


def errors_of(
    draft: RequestDraft,
    *,
    today: date,
    known_locales: Collection[str],
    known_currencies: Collection[str],
) -> dict[str, str]:
    """Everything that is wrong with `draft`, by field; a locale's field is `locales.<tag>`."""
    return {
        **_text_errors(draft),
        **_choice_errors(draft, known_currencies),
        **_metric_errors(draft),
        **_money_errors(draft),
        **_locale_errors(draft, known_locales),
        **deadline_errors(draft.deadline_date, today),
    }


def deadline_errors(deadline: date, today: date) -> dict[str, str]:
    """A deadline that is over before the work begins."""
    if deadline >= today:
        return {}
    return {"deadline_date": _("The deadline is in the past. Choose a day from today on.")}


def _text_errors(draft: RequestDraft) -> dict[str, str]:
    errors = {
        field: _("Use at most %(length)d characters.") % {"length": length}
        for field, length in (
            ("title", TITLE_LENGTH),
            ("metric", METRIC_LENGTH),
            ("value_source", SOURCE_LENGTH),
        )
        if len(getattr(draft, field)) > length
    }
    for field in ("title", "description", "metric", "value_source", "alternatives"):
        if "\0" in getattr(draft, field):  # PostgreSQL stores every character but this one
            errors[field] = _("Remove the null character from this text.")
    if not draft.title.strip():
        errors["title"] = _("Give the request a title.")
    if not draft.metric.strip():
        errors["metric"] = _("Name the metric that the labels are to move or measure.")
    if not draft.value_source.strip():
        errors["value_source"] = _("Say where the value per point comes from.")
    if not FAMILY.fullmatch(draft.model_family):
        errors["model_family"] = _(
            "Name the line of models in small letters, digits and hyphens, at most 40."
        )
    return errors


def _choice_errors(draft: RequestDraft, known_currencies: Collection[str]) -> dict[str, str]:
    offered: tuple[tuple[str, str, Collection[str]], ...] = (
        ("business_line", draft.business_line, BusinessLine.values),
        ("purpose", draft.purpose, Purpose.values),
        ("harm_class", draft.harm_class, HarmClass.values),
        ("currency", draft.currency, known_currencies),
    )
    return {
        field: _("“%(value)s” is not one of the choices.") % {"value": value}
        for field, value, choices in offered
        if value not in choices
    }


def _metric_errors(draft: RequestDraft) -> dict[str, str]:
    errors = {
        field: _("Give a number below 1,000 with at most 6 decimal places.")
        for field in ("metric_current", "metric_target", "worthwhile_change")
        if not _storable(getattr(draft, field))
    }
    if errors:
        return errors
    if draft.worthwhile_change <= 0:
        errors["worthwhile_change"] = _("The smallest change worth acting on is above zero.")
    elif _too_close(draft):
        errors["metric_target"] = _(
            "The target is closer to today's figure than the smallest change worth acting on."
        )
    return errors


def _too_close(draft: RequestDraft) -> bool:
    if draft.metric_current is None or draft.metric_target is None:
        return False
    # Whatever the direction: for some metrics less is better.
    return abs(draft.metric_target - draft.metric_current) < draft.worthwhile_change


def _storable(number: Decimal | None) -> bool:
    if number is None:
        return True
    if not number.is_finite() or abs(number) >= METRIC_LIMIT:
        return False
    return number == round(number, METRIC_PLACES)


def _money_errors(draft: RequestDraft) -> dict[str, str]:
    errors = {}
    if not 0 < draft.budget_minor_units <= MOST_MINOR_UNITS:
        errors["budget_minor_units"] = _("The budget is above zero.")
    if not 0 <= draft.value_per_point_minor_units <= MOST_MINOR_UNITS:
        errors["value_per_point_minor_units"] = _("The value per point is zero or more.")
    return errors


def _locale_errors(draft: RequestDraft, known: Collection[str]) -> dict[str, str]:
    if not draft.locales:
        return {"locales": _("Ask for at least one locale.")}
    errors = {}
    for tag, volume in draft.locales.items():
        if tag not in known:
            errors[f"locales.{tag}"] = _("There is no locale “%(tag)s”.") % {"tag": tag}
        elif not 0 < volume <= MOST_ITEMS:
            errors[f"locales.{tag}"] = _("Ask for at least one item.")
    return errors
