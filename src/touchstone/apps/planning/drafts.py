"""A plan before it is a row: plain values, and what is wrong with them.

No ORM here: `operations` gathers the `Setting` that a draft is held against and stores what passes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import format_currency
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.apps.planning.policies import SampleMethod, cost_of

MOST_OVERLAP = 50
MOST_GOLD = Decimal("0.5")
MOST_REPEATS = Decimal("0.1")
MOST_TEST_ITEMS = 200
MOST_QUALIFICATION_DAYS = 5 * 365
LEAST_CONFIDENCE, MOST_CONFIDENCE = Decimal("0.5"), Decimal("0.999")
MOST_LEASE_MINUTES = 24 * 60
MOST_SMALL = 2**31 - 1
MOST_MINOR_UNITS = 2**63 - 1
PRICE_LIMIT = Decimal(10) ** 6
PRICE_PLACES = 6
SHARE_PLACES = 3
RISK_TEXT_LENGTH = 240


@dataclass(frozen=True, kw_only=True)
class PlanLocaleDraft:
    """Sample, standards and unit prices in one locale; prices in units of the plan's currency.

    `vendors` are the keys of those whose people may label there; without any, everybody's may.
    """

    locale: str
    sample_size: int
    alpha_lower_bound: Decimal
    gold_accuracy: Decimal
    price_per_judgment: Decimal
    price_per_audit: Decimal
    price_per_adjudication: Decimal
    vendors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanRiskDraft:
    """A risk seen when planning; the two losses are the ends of a 90 % interval."""

    cause: str
    event: str
    consequence: str
    probability: Decimal
    loss_low_minor_units: int
    loss_high_minor_units: int
    treatment: str
    trigger: str


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """A plan as plain values. `guideline_version` is its id and decides the task type."""

    guideline_version: int
    sample_method: str
    overlap: int
    gold_rate: Decimal
    speed_standard: int
    start_date: date
    end_date: date
    currency: str
    budget_minor_units: int
    locales: tuple[PlanLocaleDraft, ...]
    risks: tuple[PlanRiskDraft, ...] = ()
    sample_note: str = ""
    lease_minutes: int = 30
    change_note: str = ""
    overlap_most: int | None = None
    stop_confidence: Decimal | None = None
    quiz_required: bool = False
    gold_test_size: int = 0
    qualification_days: int = 180
    repeat_rate: Decimal = Decimal(0)


@dataclass(frozen=True)
class Setting:
    """What a plan is held against: the request, the catalogue, and the day.

    `request_budget_minor_units` is in the plan's currency, None when no rate is known.
    """

    today: date
    deadline_date: date
    volumes: Mapping[str, int]
    request_budget_minor_units: int | None
    currency_digits: Mapping[str, int]
    known_guideline_versions: Collection[int]
    follows_an_approved_plan: bool
    guideline_versions_with_quiz: Collection[int] = ()
    known_vendors: Collection[str] = ()

    def shown(self, minor_units: int, currency: str) -> str:
        """An amount of money as the reader writes it."""
        amount = Decimal(minor_units).scaleb(-self.currency_digits[currency])
        return str(format_currency(amount, currency, locale=get_language() or "en"))


def errors_of(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    """Everything that is wrong with `draft`, by field.

    Fields of a locale are `locales.<tag>.<field>`, of a risk `risks.<position from 0>.<field>`.
    """
    errors = {
        **_choice_errors(draft, setting),
        **_number_errors(draft),
        **_dynamic_errors(draft),
        **_qualification_errors(draft, setting),
        **_text_errors(draft),
        **_locales_errors(draft, setting),
        **_date_errors(draft, setting),
    }
    for position, risk in enumerate(draft.risks):
        for field, message in risk_errors(risk).items():
            errors[f"risks.{position}.{field}"] = message
    # Only numbers that make sense have a cost to compare with.
    return errors or {**_budget_errors(draft, setting), **_change_errors(draft, setting)}


def _choice_errors(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    offered: tuple[tuple[str, object, Collection[object]], ...] = (
        ("guideline_version", draft.guideline_version, setting.known_guideline_versions),
        ("sample_method", draft.sample_method, SampleMethod.values),
        ("currency", draft.currency, setting.currency_digits),
    )
    return {
        field: _("“%(value)s” is not one of the choices.") % {"value": value}
        for field, value, choices in offered
        if value not in choices
    }


def _number_errors(draft: PlanDraft) -> dict[str, str]:
    errors = {
        field: _("Give a whole number from 1 to %(most)d.") % {"most": most}
        for field, most in (
            ("overlap", MOST_OVERLAP),
            ("lease_minutes", MOST_LEASE_MINUTES),
            ("speed_standard", MOST_SMALL),
        )
        if not 1 <= getattr(draft, field) <= most
    }
    if not _within(draft.gold_rate, Decimal(0), MOST_GOLD, SHARE_PLACES):
        errors["gold_rate"] = _("Give a share from 0 to 0.5 with at most 3 decimal places.")
    if not _within(draft.repeat_rate, Decimal(0), MOST_REPEATS, SHARE_PLACES):
        errors["repeat_rate"] = _("Give a share from 0 to 0.1 with at most 3 decimal places.")
    if not 0 < draft.budget_minor_units <= MOST_MINOR_UNITS:
        errors["budget_minor_units"] = _("The budget is above zero.")
    return errors


def _dynamic_errors(draft: PlanDraft) -> dict[str, str]:
    """Both fields of a dynamic overlap or neither."""
    most, confidence = draft.overlap_most, draft.stop_confidence
    if most is None and confidence is None:
        return {}
    if most is None:
        return {"overlap_most": _("Give the most judgments an item may get, or no confidence.")}
    if confidence is None:
        return {"stop_confidence": _("Give the confidence that ends an item, or no most.")}
    errors = {}
    if not draft.overlap <= most <= MOST_OVERLAP:
        errors["overlap_most"] = _("Give a whole number from the overlap to %(most)d.") % {
            "most": MOST_OVERLAP
        }
    if not _within(confidence, LEAST_CONFIDENCE, MOST_CONFIDENCE, SHARE_PLACES):
        errors["stop_confidence"] = _(
            "Give a probability from 0.5 to 0.999 with at most 3 decimal places."
        )
    return errors


def _qualification_errors(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    errors = {}
    if not 0 <= draft.gold_test_size <= MOST_TEST_ITEMS:
        errors["gold_test_size"] = _("Give a whole number from 0 to %(most)d; 0 means no test.") % {
            "most": MOST_TEST_ITEMS
        }
    if not 1 <= draft.qualification_days <= MOST_QUALIFICATION_DAYS:
        errors["qualification_days"] = _("Give a whole number from 1 to %(most)d.") % {
            "most": MOST_QUALIFICATION_DAYS
        }
    known = draft.guideline_version in setting.known_guideline_versions
    if (
        draft.quiz_required
        and known
        and draft.guideline_version not in setting.guideline_versions_with_quiz
    ):
        errors["quiz_required"] = _(
            "This version of the guideline has no quiz. Publish one with it, or ask for none."
        )
    return errors


def _text_errors(draft: PlanDraft) -> dict[str, str]:
    return {
        field: _("Remove the null character from this text.")
        for field in ("sample_note", "change_note")
        if "\0" in getattr(draft, field)  # PostgreSQL stores every character but this one
    }


def _locales_errors(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    if not draft.locales:
        return {"locales": _("Plan at least one locale.")}
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for terms in draft.locales:
        if terms.locale in seen:
            errors[f"locales.{terms.locale}"] = _("This locale is planned twice.")
        elif terms.locale not in setting.volumes:
            errors[f"locales.{terms.locale}"] = _("The request does not ask for “%(tag)s”.") % {
                "tag": terms.locale
            }
        else:
            found = _locale_errors(terms, setting.volumes[terms.locale])
            found |= _vendor_errors(terms, setting)
            errors |= {f"locales.{terms.locale}.{field}": text for field, text in found.items()}
        seen.add(terms.locale)
    return errors


def _locale_errors(terms: PlanLocaleDraft, volume: int) -> dict[str, str]:
    errors = {
        field: _("Give a price from 0 to 1,000,000 with at most 6 decimal places.")
        for field in ("price_per_judgment", "price_per_audit", "price_per_adjudication")
        if getattr(terms, field) == PRICE_LIMIT
        or not _within(getattr(terms, field), Decimal(0), PRICE_LIMIT, PRICE_PLACES)
    }
    if terms.sample_size < 1:
        errors["sample_size"] = _("Sample at least one item.")
    elif terms.sample_size > volume:
        errors["sample_size"] = _("The request asks for %(volume)d items only.") % {
            "volume": volume
        }
    if not _within(terms.alpha_lower_bound, Decimal(-1), Decimal(1), SHARE_PLACES):
        errors["alpha_lower_bound"] = _("Give a number from −1 to 1, at most 3 decimal places.")
    if not _within(terms.gold_accuracy, Decimal(0), Decimal(1), SHARE_PLACES):
        errors["gold_accuracy"] = _("Give a share from 0 to 1 with at most 3 decimal places.")
    return errors


def _vendor_errors(terms: PlanLocaleDraft, setting: Setting) -> dict[str, str]:
    unknown = [key for key in terms.vendors if key not in setting.known_vendors]
    if unknown:
        text = _("We know no vendor “%(key)s”. Write the vendors' keys, or none for all of them.")
        return {"vendors": text % {"key": unknown[0][:40]}}
    if len(set(terms.vendors)) < len(terms.vendors):
        return {"vendors": _("A vendor is named twice.")}
    return {}


def _within(number: Decimal, low: Decimal, high: Decimal, places: int) -> bool:
    return number.is_finite() and low <= number <= high and number == round(number, places)


def _date_errors(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    if draft.end_date < draft.start_date:
        return {"end_date": _("The plan ends before it starts.")}
    if draft.end_date < setting.today:
        return {"end_date": _("The plan ends in the past. Choose a day from today on.")}
    if draft.end_date > setting.deadline_date and not draft.change_note.strip():
        return {
            "end_date": _(
                "The plan ends on %(end)s, after the request's deadline on %(deadline)s. Finish "
                "earlier, or say in the change note why."
            )
            % {"end": draft.end_date.isoformat(), "deadline": setting.deadline_date.isoformat()}
        }
    return {}


def _budget_errors(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    cost = cost_of(
        draft.locales,
        overlap=draft.overlap,
        gold_rate=draft.gold_rate,
        repeat_rate=draft.repeat_rate,
        digits=setting.currency_digits[draft.currency],
    )
    budget = setting.shown(draft.budget_minor_units, draft.currency)
    if draft.budget_minor_units < cost.total_minor_units:
        text = _("The budget is %(budget)s, but the planned work costs %(cost)s.")
        money = setting.shown(cost.total_minor_units, draft.currency)
        return {"budget_minor_units": text % {"budget": budget, "cost": money}}
    asked = setting.request_budget_minor_units
    if asked is None or draft.budget_minor_units <= asked or draft.change_note.strip():
        return {}
    return _over_the_request(draft, setting, asked)


def _over_the_request(draft: PlanDraft, setting: Setting, asked: int) -> dict[str, str]:
    text = _(
        "The budget is %(budget)s, but the request brings %(asked)s. Plan less, or say in the "
        "change note why."
    )
    budget = setting.shown(draft.budget_minor_units, draft.currency)
    money = setting.shown(asked, draft.currency)
    return {"budget_minor_units": text % {"budget": budget, "asked": money}}


def _change_errors(draft: PlanDraft, setting: Setting) -> dict[str, str]:
    if setting.follows_an_approved_plan and not draft.change_note.strip():
        return {"change_note": _("Say what changes against the approved plan, and why.")}
    return {}


def risk_errors(risk: PlanRiskDraft) -> dict[str, str]:
    """Everything that is wrong with a risk, by field."""
    errors = {}
    for field in ("cause", "event", "consequence", "treatment", "trigger"):
        text = getattr(risk, field)
        if not text.strip() or "\0" in text:
            errors[field] = _("Fill in this field.")
        elif len(text) > RISK_TEXT_LENGTH:
            errors[field] = _("Use at most %(length)d characters.") % {"length": RISK_TEXT_LENGTH}
    p = risk.probability
    if not _within(p, Decimal(0), Decimal(1), SHARE_PLACES) or p in (0, 1):
        errors["probability"] = _("Give a probability above 0 and below 1, such as 0.2.")
    if not 0 < risk.loss_low_minor_units <= MOST_MINOR_UNITS:
        errors["loss_low_minor_units"] = _("The low end of the loss is above zero.")
    elif not risk.loss_low_minor_units < risk.loss_high_minor_units <= MOST_MINOR_UNITS:
        errors["loss_high_minor_units"] = _("The high end of the loss is above the low end.")
    return errors
