"""What is asked and how to answer: task types with their label schema, guidelines by version.

A published version never changes; a correction is a new version, and each judgment points to the
version its annotator was shown.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from touchstone.apps.people.models import User


class TaskType(models.Model):
    """A kind of question with its label schema; `policies.parse_schema` says what a schema is."""

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    name_en = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120)
    schema = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("key", "version")
        constraints = (
            models.UniqueConstraint(fields=["key", "version"], name="guidelines_tasktype_once"),
        )

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Guideline(models.Model):
    """A document that teaches annotators one task type; its text lives in its versions."""

    key = models.SlugField(max_length=60, unique=True)
    task_type = models.ForeignKey(TaskType, on_delete=models.PROTECT, related_name="guidelines")
    title_en = models.CharField(max_length=160)
    title_fr = models.CharField(max_length=160)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class GuidelineVersion(models.Model):
    """One version (semantic: major when the right answer to some item changes)."""

    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="versions")
    major = models.PositiveSmallIntegerField()
    minor = models.PositiveSmallIntegerField()
    patch = models.PositiveSmallIntegerField()
    changes = models.TextField(blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("guideline", "major", "minor", "patch")
        constraints = (
            models.UniqueConstraint(
                fields=["guideline", "major", "minor", "patch"], name="guidelines_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class GuidelineText(models.Model):
    """The text of a version in one language, in Markdown. Append-only."""

    version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=5)
    body = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["version", "language"], name="guidelines_text_once"),
            models.CheckConstraint(condition=~Q(body=""), name="guidelines_text_not_empty"),
        )

    def __str__(self) -> str:
        return f"{self.version_id} {self.language}"


class GuidelineReading(models.Model):
    """Somebody confirmed that they read a version. Append-only."""

    version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="readings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5)
    read_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["version", "user"], name="guidelines_reading_once"),
        )

    def __str__(self) -> str:
        return f"{self.version_id} read by {self.user_id}"
