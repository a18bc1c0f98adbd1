"""What labels cost and what they returned. Both are ledgers: rows are added, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.evaluations.models import Evaluation
from touchstone.apps.markets.models import Currency, ExchangeRate, Locale
from touchstone.apps.people.models import User, Vendor
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality.models import Lot


class CostEvent(models.Model):
    """One cost as it lands. Append-only; a correction is a new row with a negative quantity.

    `amount_minor_units` = quantity × unit price, rounded half-even to minor units of `currency`;
    `project_minor_units` is the same in the project's budget currency at `exchange_rate` (empty
    when the currencies are the same).
    """

    class Work(models.TextChoices):
        JUDGMENT = "judgment", _("Judgments")
        AUDIT = "audit", _("Audits")
        ADJUDICATION = "adjudication", _("Adjudications")
        MACHINE = "machine", _("Machine judgments")
        FIXED = "fixed", _("Fixed cost")

    class QualityClass(models.TextChoices):
        """Each cost is in exactly one class (operations.md §3, cost of quality)."""

        PRODUCTION = "production", _("Production")
        PREVENTION = "prevention", _("Prevention")
        APPRAISAL = "appraisal", _("Appraisal")
        INTERNAL_FAILURE = "internal_failure", _("Internal failure")
        EXTERNAL_FAILURE = "external_failure", _("External failure")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="cost_events")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="cost_events")
    locale = models.ForeignKey(Locale, null=True, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")
    work = models.CharField(max_length=12, choices=Work)
    quality_class = models.CharField(max_length=16, choices=QualityClass)
    subject = models.CharField(max_length=120)
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=6)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    amount_minor_units = models.BigIntegerField()
    exchange_rate = models.ForeignKey(
        ExchangeRate, null=True, on_delete=models.PROTECT, related_name="+"
    )
    project_minor_units = models.BigIntegerField()
    note = models.CharField(max_length=240, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            # `subject` names what was paid (a lot and vendor, an audit, an adjudication…), so
            # that the same work never lands twice.
            models.UniqueConstraint(fields=["project", "subject"], name="economics_cost_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="economics_cost_of_something"),
        )

    def __str__(self) -> str:
        return f"{self.amount_minor_units} {self.currency_id} for {self.subject}"


class ReturnEstimate(models.Model):
    """The return on a project's labels as a range, never a bare number. Append-only.

    Every assumption is stored beside the result; money is in minor units of `currency`.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="return_estimates")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=60)
    difference = models.FloatField()
    standard_error = models.FloatField()
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    value_per_point_minor_units = models.BigIntegerField()
    value_source = models.CharField(max_length=240)
    cost_minor_units = models.BigIntegerField()
    parameters = models.JSONField(default=dict)
    p_positive = models.FloatField()
    roi_mean = models.FloatField()
    roi_p10 = models.FloatField()
    roi_p50 = models.FloatField()
    roi_p90 = models.FloatField()
    value_p10_minor_units = models.BigIntegerField()
    value_p50_minor_units = models.BigIntegerField()
    value_p90_minor_units = models.BigIntegerField()
    method = models.CharField(max_length=160)
    method_version = models.CharField(max_length=20)
    seed = models.BigIntegerField()
    input_hash = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(p_positive__gte=0, p_positive__lte=1), name="economics_return_p"
            ),
        )

    def __str__(self) -> str:
        return f"return of project {self.project_id}: P(ROI>0)={self.p_positive:.2f}"
