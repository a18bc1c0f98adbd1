"""How a light is put into words: its name, its figure and the standard it is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from touchstone.web.templatetags.shown import NOTHING, number, percent

if TYPE_CHECKING:
    from touchstone.flows.lights import Light

register = template.Library()


@register.filter
def light_name(light: Light) -> str:
    """What the light watches."""
    return {
        "quality": _("Quality"),
        "schedule": _("Schedule"),
        "cost": _("Cost"),
        "capacity": _("Capacity"),
        "risk": _("Risk"),
    }[light.name]


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return NOTHING
    if unit == "alpha":
        return f"α {number(value, 2)}"
    if unit == "share":
        return percent(value)
    if unit == "per_hour":
        return _("%(n)s per hour") % {"n": number(value, 0)}
    if unit == "people":
        return _("%(n)s people") % {"n": number(value, 0)}
    return number(value, 0)


@register.filter
def light_value(light: Light) -> str:
    """The figure."""
    return _figure(light.value, light.unit)


@register.filter
def light_standard(light: Light) -> str:
    """The standard, with the word that fits the light."""
    if light.standard is None:
        return ""
    words = {
        "quality": _("lower bound; standard at least %(figure)s"),
        "schedule": _("done; planned by today %(figure)s"),
        "cost": _("of the budget at completion; at most %(figure)s"),
        "capacity": _("standard %(figure)s"),
        "risk": _("of the budget at risk; at most %(figure)s"),
    }[light.name]
    return words % {"figure": _figure(light.standard, light.unit)}


TAB_NEEDS = {
    "plan": "VIEW_PROJECT",
    "items": "VIEW_ITEMS",
    "people": "VIEW_PEOPLE",
    "quality": "VIEW_QUALITY",
    "releases": "VIEW_RELEASES",
    "value": "VIEW_VALUE",
    "risks": "VIEW_RISKS",
}


@register.filter
def open_to(light: Light, can: Any) -> bool:
    """Whether the person may open the light's evidence."""
    return bool(can[TAB_NEEDS[light.tab]])


@register.filter
def icon_tag(name: str) -> SafeString:
    """An icon by name, inside a filter chain."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)
