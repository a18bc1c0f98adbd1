"""How a request will be met: the project, its plan by version, its members.

An approved plan is frozen by the database; a change is a new version.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.models import GuidelineVersion, TaskType
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.markets.models import Currency, Locale
from touchstone.apps.people.models import User, Vendor


class Project(models.Model):
    """An accepted request being carried out. Its state is its request's state."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    request = models.OneToOneField(
        LabelingRequest, on_delete=models.PROTECT, related_name="project"
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Sent back")
    SUPERSEDED = "superseded", _("Superseded")


class SampleMethod(models.TextChoices):
    CENSUS = "census", _("Every item")
    SIMPLE = "simple", _("Simple random sample")
    STRATIFIED = "stratified", _("Stratified sample")
    GIVEN = "given", _("Drawn by the requester")


class Plan(models.Model):
    """One version of how a project meets its target.

    With a `stop_confidence` the overlap is dynamic: an item starts with `overlap` judgments wanted,
    stops as soon as its most probable grade has that probability, and asks for one more at a time,
    up to `overlap_most`, while it has not. Without one every item gets `overlap`.

    Before somebody labels they pass the quiz of the guideline where `quiz_required` says so, and a
    test of `gold_test_size` gold items in each locale (0: none). Both hold `qualification_days`.

    `gold_rate` is the share of gold items among those served; `repeat_rate` the share, among the
    rest, of items that somebody is asked once more. `speed_standard` is judgments per
    annotator hour; money is in minor units of `currency`.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    task_type = models.ForeignKey(TaskType, on_delete=models.PROTECT, related_name="+")
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+"
    )
    sample_method = models.CharField(max_length=12, choices=SampleMethod)
    sample_note = models.TextField(blank=True)
    overlap = models.PositiveSmallIntegerField()
    overlap_most = models.PositiveSmallIntegerField(null=True)
    stop_confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    gold_rate = models.DecimalField(max_digits=4, decimal_places=3)
    repeat_rate = models.DecimalField(
        max_digits=4, decimal_places=3, default=Decimal(0), db_default=Decimal(0)
    )
    lease_minutes = models.PositiveSmallIntegerField(default=30)
    quiz_required = models.BooleanField(default=False)
    gold_test_size = models.PositiveSmallIntegerField(default=0)
    qualification_days = models.PositiveSmallIntegerField(default=180)
    speed_standard = models.PositiveIntegerField()
    start_date = models.DateField()
    end_date = models.DateField()
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    budget_minor_units = models.BigIntegerField()
    change_note = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    class Meta:
        ordering = ("project", "-version")
        constraints = (
            models.UniqueConstraint(fields=["project", "version"], name="planning_plan_version"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="approved"), name="planning_plan_one_approved"
            ),
            models.CheckConstraint(
                condition=Q(overlap__gte=1, overlap__lte=50), name="planning_plan_overlap"
            ),
            models.CheckConstraint(
                condition=Q(overlap_most=None, stop_confidence=None)
                | Q(
                    overlap_most__isnull=False,
                    stop_confidence__isnull=False,
                    overlap_most__gte=F("overlap"),
                    overlap_most__lte=50,
                    stop_confidence__gte=0.5,
                    stop_confidence__lt=1,
                ),
                name="planning_plan_dynamic_overlap",
            ),
            models.CheckConstraint(
                condition=Q(gold_rate__gte=0, gold_rate__lte=0.5), name="planning_plan_gold_rate"
            ),
            models.CheckConstraint(
                condition=Q(repeat_rate__gte=0, repeat_rate__lte=Decimal("0.1")),
                name="planning_plan_repeat_rate",
            ),
            models.CheckConstraint(
                condition=Q(gold_test_size__lte=200, qualification_days__gte=1),
                name="planning_plan_qualification",
            ),
            models.CheckConstraint(
                condition=Q(end_date__gte=F("start_date")), name="planning_plan_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(budget_minor_units__gt=0), name="planning_plan_budget_positive"
            ),
            models.CheckConstraint(
                condition=Q(speed_standard__gt=0), name="planning_plan_speed_positive"
            ),
            models.CheckConstraint(
                condition=Q(submitted_by=None, submitted_at=None)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="planning_plan_submitted_who_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="planning_plan_decided_who_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")),
                name="planning_plan_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "superseded"])
                | (Q(decided_by__isnull=False) & ~Q(content_hash="")),
                name="planning_plan_approved_is_hashed",
            ),
        )

    def __str__(self) -> str:
        return f"plan {self.version} of project {self.project_id}"

    @property
    def asks_qualification(self) -> bool:
        """Whether somebody has to pass anything before they label."""
        return self.quiz_required or self.gold_test_size > 0


class PlanLocale(models.Model):
    """Sample, quality standard and unit prices in one locale of a plan.

    `alpha_lower_bound` is what the lower end of the interval of Krippendorff's alpha must reach,
    `gold_accuracy` what the share of gold hits must reach. Prices are in units of the plan's
    currency (not minor units: a judgment may cost less than a cent).
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="locales")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")
    sample_size = models.PositiveIntegerField()
    alpha_lower_bound = models.DecimalField(max_digits=4, decimal_places=3)
    gold_accuracy = models.DecimalField(max_digits=4, decimal_places=3)
    price_per_judgment = models.DecimalField(max_digits=12, decimal_places=6)
    price_per_audit = models.DecimalField(max_digits=12, decimal_places=6)
    price_per_adjudication = models.DecimalField(max_digits=12, decimal_places=6)

    class Meta:
        ordering = ("locale",)
        constraints = (
            models.UniqueConstraint(fields=["plan", "locale"], name="planning_planlocale_once"),
            models.CheckConstraint(
                condition=Q(sample_size__gt=0), name="planning_planlocale_sample_positive"
            ),
            models.CheckConstraint(
                condition=Q(alpha_lower_bound__gte=-1, alpha_lower_bound__lte=1)
                & Q(gold_accuracy__gte=0, gold_accuracy__lte=1),
                name="planning_planlocale_standard_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    price_per_judgment__gte=0, price_per_audit__gte=0, price_per_adjudication__gte=0
                ),
                name="planning_planlocale_prices_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.locale_id} in plan {self.plan_id}"


class PlanVendor(models.Model):
    """A vendor whose people may label in a locale of a plan. Without any, everybody's may."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="vendors", db_index=False)
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+", db_index=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "locale", "vendor"], name="planning_planvendor_once"
            ),
        )

    def __str__(self) -> str:
        return f"vendor {self.vendor_id} in {self.locale_id} of plan {self.plan_id}"


class PlanRisk(models.Model):
    """A risk seen when planning: cause, event, consequence; 90 % interval of the loss in money."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="risks")
    cause = models.CharField(max_length=240)
    event = models.CharField(max_length=240)
    consequence = models.CharField(max_length=240)
    probability = models.DecimalField(max_digits=4, decimal_places=3)
    loss_low_minor_units = models.BigIntegerField()
    loss_high_minor_units = models.BigIntegerField()
    treatment = models.CharField(max_length=240)
    trigger = models.CharField(max_length=240)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(probability__gt=0, probability__lt=1), name="planning_planrisk_p"
            ),
            models.CheckConstraint(
                condition=Q(loss_low_minor_units__gt=0)
                & Q(loss_high_minor_units__gt=F("loss_low_minor_units")),
                name="planning_planrisk_loss_interval",
            ),
        )

    def __str__(self) -> str:
        return self.event


class Membership(models.Model):
    """A person on a project, and what for."""

    class Function(models.TextChoices):
        ANNOTATOR = "annotator", _("Annotator")
        QA_LEAD = "qa_lead", _("QA lead")
        STAKEHOLDER = "stakeholder", _("Market stakeholder")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    function = models.CharField(max_length=12, choices=Function)
    added_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["project", "user", "function"], name="planning_membership_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.function} {self.user_id} on {self.project_id}"
