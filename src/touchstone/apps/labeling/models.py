"""The queue, its leases and the judgments that come back.

Exact overlap by construction: an item wants `need` judgments and has `taken` of them (leased or
submitted) under a check; an assignment is one lease, unique on (item, annotator). The hot path is
raw SQL in `claims.py`; ADR exact-overlap says why.

This app knows nothing of gold: an entry in the `directed` lane is served only when a caller names
its item.
"""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Random
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.items.models import Item
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project


class QueueEntry(models.Model):
    """How many judgments an item wants and how many are taken.

    `rnd` is where random probes find the entry: a claim costs the same in a queue of a thousand
    and of ten million.
    """

    class Lane(models.IntegerChoices):
        OPEN = 0, _("Open")
        DIRECTED = 1, _("Directed")

    item = models.OneToOneField(
        Item, primary_key=True, on_delete=models.PROTECT, related_name="queue_entry"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    locale_tag = models.CharField(max_length=15)
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.OPEN)
    rnd = models.FloatField(db_default=Random())
    need = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "queue entries"
        constraints = (
            models.CheckConstraint(
                condition=Q(taken__lte=F("need")), name="labeling_queueentry_taken_within_need"
            ),
        )
        indexes = (
            models.Index(
                fields=["project", "locale_tag", "lane", "rnd"],
                condition=Q(taken__lt=F("need")),
                name="labeling_queueentry_wanting",
            ),
        )

    def __str__(self) -> str:
        return f"item {self.item_id}: {self.taken} of {self.need}"


class AssignmentState(models.TextChoices):
    LEASED = "leased", _("Leased")
    SUBMITTED = "submitted", _("Submitted")
    EXPIRED = "expired", _("Expired")
    RELEASED = "released", _("Released")
    SKIPPED = "skipped", _("Skipped")


class Assignment(models.Model):
    """One label wanted for one item, from one annotator: a lease with a fencing token.

    `lease` changes each time the item is leased to the same person again, so that a submit from
    an old screen is recognised. The key is random: a counting one would show which of the items
    leased together were chosen in another way, and so which are gold.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    # Found through the constraint below: one index less to write for every lease.
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=AssignmentState, default=AssignmentState.LEASED)
    lease = models.UUIDField(db_default=RandomUUID())
    leased_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item", "annotator"], name="labeling_assignment_once_a_person"
            ),
            models.CheckConstraint(
                condition=Q(leased_until__gt=F("leased_at")), name="labeling_assignment_lease_ends"
            ),
            models.CheckConstraint(
                condition=Q(state="leased", ended_at=None)
                | (~Q(state="leased") & Q(ended_at__isnull=False)),
                name="labeling_assignment_ended_when_over",
            ),
        )
        indexes = (
            models.Index(
                fields=["project", "leased_until"],
                condition=Q(state="leased"),
                name="labeling_assignment_live",
            ),
        )

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class Outcome(models.TextChoices):
    """What came of looking at an item. A failure is never a label."""

    LABEL = "label", _("Label")
    CANNOT_JUDGE = "cannot_judge", _("Cannot judge")
    ESCALATE = "escalate", _("Escalated")


class Judgment(models.Model):
    """One annotator's answers for one item. Append-only.

    `grade` repeats the schema's main answer as a number for statistics. `counts` says whether the
    judgment fills one of the `need` places; late work that arrives when the places are full is
    kept with `counts` false.
    """

    id = models.BigAutoField(primary_key=True)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="judgments")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="judgments")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Found through the constraints below.
    annotator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="judgments", db_index=False
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    grade = models.SmallIntegerField(null=True)
    answers = models.JSONField(default=dict)
    reason = models.CharField(max_length=60, blank=True)
    comment = models.TextField(blank=True)
    seconds = models.FloatField()
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    late = models.BooleanField(default=False)
    counts = models.BooleanField(default=True)
    idempotency_key = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["annotator", "idempotency_key"], name="labeling_judgment_idempotent"
            ),
            models.UniqueConstraint(
                fields=["item", "annotator"],
                condition=Q(counts=True),
                name="labeling_judgment_once_a_person",
            ),
            models.CheckConstraint(
                condition=Q(outcome="label", grade__isnull=False, reason="")
                | (~Q(outcome="label") & Q(grade=None) & ~Q(reason="")),
                name="labeling_judgment_label_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(seconds__gte=0), name="labeling_judgment_seconds_not_negative"
            ),
        )
        indexes = (
            models.Index(fields=["project", "submitted_at"], name="labeling_judgment_by_time"),
        )

    def __str__(self) -> str:
        return f"judgment {self.pk}"
