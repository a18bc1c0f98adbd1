"""Names of measured figures."""

from __future__ import annotations

from django import template

from touchstone.web import quality_figures

register = template.Library()
register.filter("kind_name", quality_figures.kind_name)
