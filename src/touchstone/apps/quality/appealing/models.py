"""Gold that was shown, objections to its marks, and what was decided on them. All append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from touchstone.apps.people.models import User
from touchstone.apps.quality.models import GoldAnswer, GoldMark


class GoldReveal(models.Model):
    """A gold item was shown to those who answered it, and serves no longer. Append-only."""

    gold = models.OneToOneField(GoldAnswer, on_delete=models.PROTECT, related_name="reveal")
    explanation = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(explanation=""), name="quality_reveal_says_why"),
        )

    def __str__(self) -> str:
        return f"reveal of gold {self.gold_id}"


class Appeal(models.Model):
    """An annotator's objection to a mark against them; one for each mark. Append-only."""

    mark = models.OneToOneField(GoldMark, on_delete=models.PROTECT, related_name="appeal")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="quality_appeal_says_why"),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk} against mark {self.mark_id}"


class AppealDecision(models.Model):
    """What came of an appeal. Append-only. An overturned mark counts for nothing."""

    class Verdict(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("mark", "The mark stands")
        OVERTURNED = "overturned", _("The mark is taken back")

    appeal = models.OneToOneField(
        Appeal, primary_key=True, on_delete=models.PROTECT, related_name="decision"
    )
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="quality_appealdecision_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.verdict} on appeal {self.appeal_id}"
