"""What is asked and how to answer: task types with their label schema, guidelines by version.

A published version never changes; a correction is a new version, and each judgment points to the
version its annotator was shown.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

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
    """One version (semantic: major when the right answer to some item changes).

    It keeps the task type that it teaches, since its guideline may move on to the next one.
    """

    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="versions")
    task_type = models.ForeignKey(TaskType, on_delete=models.PROTECT, related_name="+")
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


class GuidelineQuiz(models.Model):
    """The quiz that was published with a version; `quizzes.parse_quiz` reads it. Append-only.

    A later minor version without a quiz of its own keeps this one.
    """

    version = models.OneToOneField(GuidelineVersion, on_delete=models.PROTECT, related_name="quiz")
    content = models.JSONField()

    def __str__(self) -> str:
        return f"quiz of {self.version_id}"


class GuidelinePractice(models.Model):
    """The practice examples of a version; `practice.parse_practice` reads them. Append-only."""

    version = models.OneToOneField(
        GuidelineVersion, on_delete=models.PROTECT, related_name="practice"
    )
    examples = models.JSONField()

    def __str__(self) -> str:
        return f"practice of {self.version_id}"


class QuizAttempt(models.Model):
    """One attempt at a quiz with the options chosen, by question. Append-only.

    `right` of the `n` questions were right; `pass_mark` is what was asked for.
    """

    quiz = models.ForeignKey(GuidelineQuiz, on_delete=models.PROTECT, related_name="attempts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    language = models.CharField(max_length=5)
    answers = models.JSONField()
    right = models.PositiveSmallIntegerField()
    n = models.PositiveSmallIntegerField()
    pass_mark = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(right__lte=F("n"), pass_mark__gte=1, pass_mark__lte=F("n")),
                name="guidelines_quizattempt_marks_in_range",
            ),
        )
        indexes = (
            models.Index(fields=["user", "quiz", "-at"], name="guidelines_quizattempt_mine"),
        )

    def __str__(self) -> str:
        return f"{self.right} of {self.n} by {self.user_id}"

    @property
    def passed(self) -> bool:
        """Whether enough was right."""
        return self.right >= self.pass_mark


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


class GuidelineNote(models.Model):
    """A short clarification of a version. Append-only.

    It says how the version is meant and changes the right answer to no item: what does is a new
    version. Without a French text the English one is read.
    """

    version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="notes")
    text_en = models.TextField()
    text_fr = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(text_en=""), name="guidelines_note_not_empty"),
        )

    def __str__(self) -> str:
        return f"note {self.pk} to {self.version_id}"

    def language_in(self, language: str) -> str:
        """The language in which somebody who reads `language` gets the note."""
        return "fr" if language.split("-")[0] == "fr" and self.text_fr else "en"

    def text_in(self, language: str) -> str:
        """The note in `language`, or else in English."""
        return self.text_fr if self.language_in(language) == "fr" else self.text_en
