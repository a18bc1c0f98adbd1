"""The risk register of a project (ISO 31000 words: cause, event, consequence, treatment)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.markets.models import Currency
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project


class Risk(models.Model):
    """One risk: its probability and a 90 % interval of the loss, never a product of ordinals."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        OCCURRED = "occurred", _("Occurred")
        CLOSED = "closed", _("Closed")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="risks")
    number = models.PositiveIntegerField()
    cause = models.CharField(max_length=240)
    event = models.CharField(max_length=240)
    consequence = models.CharField(max_length=240)
    probability = models.DecimalField(max_digits=4, decimal_places=3)
    loss_low_minor_units = models.BigIntegerField()
    loss_high_minor_units = models.BigIntegerField()
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    treatment = models.CharField(max_length=240)
    trigger = models.CharField(max_length=240)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    review_date = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closing_note = models.TextField(blank=True)

    class Meta:
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="risks_risk_number"),
            models.CheckConstraint(
                condition=Q(probability__gt=0, probability__lt=1), name="risks_risk_probability"
            ),
            models.CheckConstraint(
                condition=Q(loss_low_minor_units__gt=0)
                & Q(loss_high_minor_units__gt=F("loss_low_minor_units")),
                name="risks_risk_loss_interval",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False) & ~Q(closing_note="")),
                name="risks_risk_closed_with_note",
            ),
        )

    def __str__(self) -> str:
        return f"R{self.number} {self.event}"
