"""The console's own pieces: menu, lights, charts, form fields, pagination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere
from touchstone.web.event_names import event_name

if TYPE_CHECKING:
    from touchstone.web.charts import Chart

register = template.Library()

MENU: tuple[tuple[str, str, str, tuple[Capability, ...]], ...] = (
    ("portfolio", "layout-dashboard", "/", (Capability.VIEW_PROJECT,)),
    ("requests", "inbox", "/requests", (Capability.VIEW_REQUEST, Capability.FILE_REQUEST)),
    ("task_types", "forms", "/task-types", (Capability.WRITE_PLAN, Capability.RUN_QUALITY)),
    ("work", "keyboard", "/work/", (Capability.LABEL, Capability.AUDIT)),
    ("markets", "world", "/markets", (Capability.VIEW_PROJECT, Capability.VIEW_REQUEST)),
    ("people", "users", "/people", (Capability.MANAGE_PEOPLE,)),
)


@dataclass(frozen=True)
class MenuEntry:
    """One entry of the main menu."""

    name: str
    icon: str
    href: str
    here: bool


def _menu_name(key: str) -> str:
    return {
        "portfolio": _("Projects"),
        "requests": _("Requests"),
        "task_types": _("Task types"),
        "work": _("Workbench"),
        "markets": _("Markets"),
        "people": _("People"),
    }[key]


@register.simple_tag(takes_context=True)
def menu(context: Context) -> list[MenuEntry]:
    """The entries that the person may use."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return []
    return [
        MenuEntry(_menu_name(key), icon, href, _is_here(request.path, key, href))
        for key, icon, href, capabilities in MENU
        if any(holds_somewhere(user, capability) for capability in capabilities)
    ]


def _is_here(path: str, key: str, href: str) -> bool:
    if key == "portfolio":
        return path == "/" or path.startswith("/projects")
    return path.startswith(href)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that the person chose, from its cookie; empty to follow the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in ("light", "dark") else ""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon; with a label when nothing beside it says the same."""
    if label:
        return format_html('<i class="ti ti-{}" role="img" aria-label="{}"></i>', name, label)
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, wide: str = "") -> dict[str, Any]:
    """One form field with its label, help and errors."""
    kind = bound.field.widget.__class__.__name__
    return {"field": bound, "wide": wide, "is_check": kind == "CheckboxInput"}


@register.inclusion_tag("web/parts/chart.html")
def chart(picture: Chart | None, name: str) -> dict[str, Any]:
    """A chart with its title, and the table behind it."""
    return {"chart": picture, "name": name}


@register.inclusion_tag("web/parts/pages.html", takes_context=True)
def pages(context: Context, page: Page) -> dict[str, Any]:
    """Links to the other pages of a long list; the search stays as it is."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {"page": page, "query": query.urlencode(), "numbers": numbers}


@register.simple_tag
def sparkline(values: Sequence[float | None]) -> SafeString | str:
    """A tiny line of how a figure moved; the words beside it say where it stands."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _scaled(known))
    return format_html(
        '<svg class="ts-spark" viewBox="0 0 80 20" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>',
        _("Trend"),
        points,
    )


def _scaled(values: Sequence[float]) -> Iterator[tuple[float, float]]:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    for index, value in enumerate(values):
        yield 1 + 78 * index / (len(values) - 1), 18 - 16 * (value - low) / span


LEVEL_ICONS = {"good": "circle-check", "watch": "alert-triangle", "bad": "alert-octagon"}
LEVEL_COLOURS = {"good": "green", "watch": "yellow", "bad": "red"}


@register.filter
def level_icon(level: str) -> str:
    """The icon of a light: its shape differs by level, not only its colour."""
    return LEVEL_ICONS.get(level, "circle-dashed")


@register.filter
def level_colour(level: str) -> str:
    """The colour of a light."""
    return LEVEL_COLOURS.get(level, "secondary")


@register.filter
def level_word(level: str) -> str:
    """A light in a word."""
    return {
        "good": _("On standard"),
        "watch": _("Watch"),
        "bad": _("Off standard"),
    }.get(level, _("No figure yet"))


STATE_COLOURS = {
    "draft": "secondary",
    "submitted": "azure",
    "triaged": "azure",
    "needs_info": "yellow",
    "scoped": "azure",
    "approved": "teal",
    "declined": "red",
    "deferred": "yellow",
    "planned": "teal",
    "pilot": "indigo",
    "live": "green",
    "delivered": "lime",
    "accepted": "green",
    "roi_reviewed": "green",
    "closed": "secondary",
    "paused": "yellow",
    "cancelled": "red",
    "rejected": "red",
    "superseded": "secondary",
    "returned": "red",
    "open": "yellow",
    "occurred": "red",
}


@register.filter
def state_colour(state: str) -> str:
    """The colour of a state's badge; the word in it is what tells."""
    return STATE_COLOURS.get(state, "secondary")


@register.filter
def at_key(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def may(can: Any, name: str) -> bool:
    """Whether the person has the capability of this name here."""
    return bool(can[name])


@register.filter
def pairs(mapping: Any) -> list[tuple[str, Any]]:
    """Names and values; `mapping.items` would find a key of that name first."""
    return list(mapping.items()) if isinstance(mapping, dict) else []


@register.filter(name="event_name")
def named_event(code: str) -> Any:
    """An event of the ledger in the reader's words."""
    return event_name(code)
