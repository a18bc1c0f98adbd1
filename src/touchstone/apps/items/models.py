"""What is labeled: queries and the results (or pairs, lists, ads…) shown for them.

The stratum and the inclusion probability are frozen when the sample is drawn and travel with the
item to the delivered file; without them a label is unusable for estimation.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from touchstone.apps.markets.models import Locale
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project


class ImportBatch(models.Model):
    """One file taken in, by the digest of its bytes: the same file twice adds nothing."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="import_batches")
    file_name = models.CharField(max_length=200)
    file_format = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["project", "sha256"], name="items_importbatch_once"),
        )

    def __str__(self) -> str:
        return self.file_name


class Query(models.Model):
    """What somebody searched for, in a locale."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="queries")
    key = models.CharField(max_length=200)
    text = models.TextField()
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "key"], name="items_query_once"),)

    def __str__(self) -> str:
        return self.text


class Item(models.Model):
    """The unit of work. `content` holds the fields shown to the annotator, by name."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="items")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="items")
    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="items")
    key = models.CharField(max_length=200)
    document_key = models.CharField(max_length=200)
    content = models.JSONField(default=dict)
    position = models.PositiveIntegerField(null=True)
    stratum = models.CharField(max_length=80, blank=True)
    inclusion_probability = models.FloatField(default=1.0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "key"], name="items_item_once"),
            models.CheckConstraint(
                condition=Q(inclusion_probability__gt=0, inclusion_probability__lte=1),
                name="items_item_inclusion_probability",
            ),
        )

    def __str__(self) -> str:
        return self.key
