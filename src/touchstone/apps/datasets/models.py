"""Frozen, versioned, checksummed deliveries.

The files lie in the database in chunks: they are committed with the release or not at all, stream
to the requester without filling memory, and need no shared disk when there are many web machines.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.consensus.models import ConsensusRun
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project


class Release(models.Model):
    """One delivery. Append-only; `checksum` covers the checksums of all its files."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    version = models.PositiveIntegerField()
    run = models.ForeignKey(ConsensusRun, on_delete=models.PROTECT, related_name="releases")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    test_share = models.DecimalField(max_digits=4, decimal_places=3)
    split_seed = models.BigIntegerField()
    items = models.PositiveIntegerField()
    judgments = models.PositiveIntegerField()
    card = models.JSONField(default=dict)
    checksum = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("project", "-version")
        constraints = (
            models.UniqueConstraint(fields=["project", "version"], name="datasets_release_version"),
            models.CheckConstraint(condition=Q(items__gt=0), name="datasets_release_not_empty"),
        )

    def __str__(self) -> str:
        return f"release {self.version} of project {self.project_id}"


class ReleaseFile(models.Model):
    """One file of a release. Append-only."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["release", "name"], name="datasets_file_once"),
        )

    def __str__(self) -> str:
        return self.name


class ReleaseChunk(models.Model):
    """A piece of a file, in order. Append-only."""

    file = models.ForeignKey(ReleaseFile, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["file", "number"], name="datasets_chunk_once"),
        )

    def __str__(self) -> str:
        return f"chunk {self.number} of file {self.file_id}"


class ReleaseDecision(models.Model):
    """The requester accepts a release or returns it with a reason. Append-only."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="decision")
    decision = models.CharField(max_length=8, choices=Decision)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decision="accepted") | ~Q(reason=""),
                name="datasets_decision_returned_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.decision} release {self.release_id}"
