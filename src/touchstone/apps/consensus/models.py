"""The estimated true label of each item, with its probability; runs never change."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.items.models import Item
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project


class ConsensusRun(models.Model):
    """One aggregation, with everything needed to run it again. Append-only."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="consensus_runs")
    method = models.CharField(max_length=160)
    method_version = models.CharField(max_length=20)
    parameters = models.JSONField(default=dict)
    seed = models.BigIntegerField(null=True)
    input_hash = models.CharField(max_length=64)
    classes = ArrayField(models.SmallIntegerField())
    judgments = models.PositiveIntegerField()
    abstentions = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    raters = models.PositiveIntegerField()
    diagnostics = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.method} run {self.pk}"


class ConsensusLabel(models.Model):
    """What a run says of one item. Append-only.

    `posterior` follows the order of the run's `classes`. An adjudicated item keeps the model's
    posterior and takes the expert's grade as its label.
    """

    class Source(models.TextChoices):
        HUMAN = "human", _("Judgments")
        ADJUDICATED = "adjudicated", _("Adjudicated")

    run = models.ForeignKey(ConsensusRun, on_delete=models.PROTECT, related_name="labels")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    label = models.SmallIntegerField()
    probability = models.FloatField()
    posterior = ArrayField(models.FloatField())
    majority = models.SmallIntegerField()
    majority_share = models.FloatField()
    judgments = models.PositiveIntegerField()
    source = models.CharField(max_length=12, choices=Source)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "item"], name="consensus_label_once"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1),
                name="consensus_label_probability",
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} for item {self.item_id}"
