"""What a request is for and how harmful its content may be: names that annotators see as well."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BusinessLine(models.TextChoices):
    RANKING = "ranking", _("Search ranking")
    RECOMMENDATION = "recommendation", _("Search recommendation")
    ADS = "ads", _("Search ads")
    SECURITY = "security", _("Search security")


class HarmClass(models.TextChoices):
    """How harmful the content may be; unknown counts as S3."""

    S0 = "S0", _("S0 · no harm expected")
    S1 = "S1", _("S1 · by chance only")
    S2 = "S2", _("S2 · unpleasant")
    S3 = "S3", _("S3 · harmful")
    S4 = "S4", _("S4 · severe")
