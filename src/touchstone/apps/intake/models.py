"""What model teams ask for, and the decision on it.

`LabelingRequest.state` is kept beside its transitions because boards filter on it; a test
recomputes it from them. The plan and the project hang on the request, so a project has no state of
its own: one life cycle, `policies.LEGAL`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from touchstone.apps.intake.classes import BusinessLine, HarmClass
from touchstone.apps.markets.models import Currency, Locale
from touchstone.apps.people.models import User


class Purpose(models.TextChoices):
    """What the labels are for; it drives redundancy (operations.md §5)."""

    TRAIN = "train", _("Train a model")
    TEST = "test", _("Test a model")
    MONITOR = "monitor", _("Monitor a model")


class RequestState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    TRIAGED = "triaged", _("In triage")
    NEEDS_INFO = "needs_info", _("Needs information")
    SCOPED = "scoped", _("Scoped")
    APPROVED = "approved", _("Accepted for planning")
    DECLINED = "declined", _("Declined")
    DEFERRED = "deferred", _("Deferred")
    PLANNED = "planned", pgettext_lazy("request state", "Planned")
    PILOT = "pilot", pgettext_lazy("request state", "Pilot")
    LIVE = "live", _("Live")
    DELIVERED = "delivered", _("Delivered")
    ACCEPTED = "accepted", pgettext_lazy("request state", "Delivery accepted")
    ROI_REVIEWED = "roi_reviewed", _("Return reviewed")
    CLOSED = "closed", pgettext_lazy("request state", "Closed")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")


class LabelingRequest(models.Model):
    """What a model team asks for, and what it would be worth.

    Money is in minor units of `currency`. `value_per_point` is what one point of `metric` (0.01 on
    a 0..1 scale) is worth over the horizon, and `value_source` says where that figure comes from.
    """

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    business_line = models.CharField(max_length=16, choices=BusinessLine)
    purpose = models.CharField(max_length=8, choices=Purpose)
    metric = models.CharField(max_length=60)
    metric_current = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    metric_target = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    worthwhile_change = models.DecimalField(max_digits=9, decimal_places=6)
    deadline_date = models.DateField()
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    budget_minor_units = models.BigIntegerField()
    value_per_point_minor_units = models.BigIntegerField()
    value_source = models.CharField(max_length=240)
    harm_class = models.CharField(max_length=2, choices=HarmClass)
    personal_data = models.BooleanField(default=False)
    alternatives = models.TextField(blank=True)
    # The line of models that is trained or measured with the labels: no judge of its own kin.
    model_family = models.SlugField(
        max_length=40, blank=True, default="", db_default="", db_index=False
    )
    state = models.CharField(max_length=16, choices=RequestState, default=RequestState.DRAFT)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(budget_minor_units__gt=0), name="intake_request_budget_positive"
            ),
            models.CheckConstraint(
                condition=Q(value_per_point_minor_units__gte=0),
                name="intake_request_value_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(worthwhile_change__gt=0), name="intake_request_change_positive"
            ),
            models.CheckConstraint(
                condition=~Q(value_source=""), name="intake_request_value_has_source"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def key(self) -> str:
        """The name people use, for example `REQ-7`."""
        return f"REQ-{self.number}"


class RequestLocale(models.Model):
    """How many items are wanted in one locale."""

    request = models.ForeignKey(LabelingRequest, on_delete=models.CASCADE, related_name="locales")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")
    volume = models.PositiveIntegerField()

    class Meta:
        ordering = ("locale",)
        constraints = (
            models.UniqueConstraint(fields=["request", "locale"], name="intake_requestlocale_once"),
            models.CheckConstraint(
                condition=Q(volume__gt=0), name="intake_requestlocale_volume_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.locale_id}: {self.volume}"


class Transition(models.Model):
    """One step in the life of a request. Append-only."""

    request = models.ForeignKey(
        LabelingRequest, on_delete=models.PROTECT, related_name="transitions"
    )
    from_state = models.CharField(max_length=16, choices=RequestState)
    to_state = models.CharField(max_length=16, choices=RequestState)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(from_state=F("to_state")), name="intake_transition_moves"
            ),
            models.CheckConstraint(
                condition=~Q(to_state__in=["needs_info", "declined", "deferred", "cancelled"])
                | ~Q(reason=""),
                name="intake_transition_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
