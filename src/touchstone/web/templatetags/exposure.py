"""How exposure is told: limits by name, lengths of time, harm classes."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from touchstone.apps.intake.policies import HarmClass
from touchstone.apps.wellbeing.policies import Rule

register = template.Library()

NAMES: dict[Rule, Promise] = {
    Rule.DAILY: gettext_lazy("Harmful content today"),
    Rule.WEEKLY: gettext_lazy("Harmful content this week"),
    Rule.BREAK: gettext_lazy("Since the last break"),
    Rule.DOSE: gettext_lazy("Everything today, weighted by severity"),
    Rule.SHIFT: gettext_lazy("Working hours"),
}
REASONS: dict[Rule, Promise] = {
    Rule.DAILY: gettext_lazy("Today's limit is reached."),
    Rule.WEEKLY: gettext_lazy("This week's limit is reached."),
    Rule.BREAK: gettext_lazy("It is time for a break."),
    Rule.DOSE: gettext_lazy("Today's limit is reached."),
    Rule.SHIFT: gettext_lazy(
        "Outside of your working hours, and in their last hour, there is none."
    ),
}


@register.filter
def rule_name(rule: Rule) -> str:
    """What a limit is called."""
    return str(NAMES[rule])


@register.filter
def rule_reason(rule: Rule) -> str:
    """Why a limit says no."""
    return str(REASONS[rule])


@register.filter
def length_of_time(spent: timedelta | int) -> str:
    """A length of time in hours and minutes; a number counts minutes."""
    minutes = spent if isinstance(spent, int) else int(spent / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s\u00a0min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s\u00a0h") % {"hours": hours}
    return _("%(hours)s\u00a0h\u00a0%(minutes)s\u00a0min") % {
        "hours": hours,
        "minutes": f"{rest:02d}",
    }


@register.filter
def harm_name(severity: str) -> str:
    """A harm class by its name."""
    return str(HarmClass(severity).label)
