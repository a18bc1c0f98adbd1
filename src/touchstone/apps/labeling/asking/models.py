"""Questions, their answers, who has read which, and which became a note. All append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.models import GuidelineNote, GuidelineVersion
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project


class QuestionKind(models.TextChoices):
    """What somebody has to say about an item."""

    QUESTION = "question", _("Question")
    BROKEN = "broken", _("Broken item")
    HARMFUL = "harmful", _("Harmful content")


class ItemQuestion(models.Model):
    """What an annotator asked about an item they were given, or reported of it. Append-only.

    `guideline_version` is the one that the task was leased under. A report may go without words.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="questions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=8, choices=QuestionKind)
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="question") | ~Q(text=""), name="labeling_question_says_something"
            ),
        )
        indexes = (
            models.Index(fields=["by", "-id"], name="labeling_question_mine"),
            models.Index(fields=["project", "-id"], name="labeling_question_of_project"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ItemAnswer(models.Model):
    """What the project says to a question. Append-only: a correction is one answer more."""

    question = models.ForeignKey(ItemQuestion, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="labeling_answer_says_something"),
        )

    def __str__(self) -> str:
        return f"answer {self.pk} to {self.question_id}"


class ItemAnswerReading(models.Model):
    """Whoever asked has read an answer. Append-only."""

    answer = models.OneToOneField(
        ItemAnswer, primary_key=True, on_delete=models.PROTECT, related_name="reading"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"answer {self.answer_id} read"


class ItemAnswerNote(models.Model):
    """An answer that became a note to the guideline, for everybody. Append-only."""

    answer = models.OneToOneField(
        ItemAnswer, primary_key=True, on_delete=models.PROTECT, related_name="note_made"
    )
    note = models.OneToOneField(GuidelineNote, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"answer {self.answer_id} as note {self.note_id}"
