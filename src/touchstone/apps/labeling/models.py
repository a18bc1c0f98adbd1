"""The queue, its leases and the judgments that come back.

Exact overlap by construction: an item wants `need` judgments and has `taken` of them (leased or
submitted) under a check; an assignment is one lease, unique on (item, annotator). The hot path is
raw SQL in `claims.py`; ADR exact-overlap says why.

This app knows nothing of gold: an entry in the `directed` lane is served only when a caller names
its item.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
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

    Entries of a lower `tier` are served first. Within one, `rnd` is where random probes find the
    entry: a claim costs the same in a queue of a thousand and of ten million.
    """

    class Lane(models.IntegerChoices):
        OPEN = 0, _("Open")
        DIRECTED = 1, _("Directed")

    class Tier(models.IntegerChoices):
        """How soon an item is wanted."""

        URGENT = 0, _("Urgent")
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    item = models.OneToOneField(
        Item, primary_key=True, on_delete=models.PROTECT, related_name="queue_entry"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    locale_tag = models.CharField(max_length=15)
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.OPEN)
    tier = models.PositiveSmallIntegerField(
        choices=Tier, default=Tier.NORMAL, db_default=Tier.NORMAL
    )
    rnd = models.FloatField(db_default=Random())
    need = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "queue entries"
        constraints = (
            models.CheckConstraint(
                condition=Q(taken__lte=F("need")), name="labeling_queueentry_taken_within_need"
            ),
            models.CheckConstraint(condition=Q(tier__lte=3), name="labeling_queueentry_tier"),
        )
        indexes = (
            models.Index(
                fields=["project", "locale_tag", "lane", "tier", "rnd"],
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
    an old screen is recognised. A `repeat` asks somebody a second time about an item that they
    judged, to see whether they agree with themselves: once for each item and person. The key is
    random: a counting one would show which of the items leased together were chosen in another
    way, and so which are gold or repeats.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    # Found through the constraint below: one index less to write for every lease.
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    annotator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=AssignmentState, default=AssignmentState.LEASED)
    lease = models.UUIDField(db_default=RandomUUID())
    leased_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # A machine's lease takes none of the item's places: the overlap is people's, and of each once.
    in_overlap = models.BooleanField(default=True, db_default=True)
    repeat = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item", "annotator", "repeat"], name="labeling_assignment_once_a_person"
            ),
            models.CheckConstraint(
                condition=Q(repeat=False) | Q(in_overlap=False),
                name="labeling_assignment_repeat_takes_no_place",
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
            # In the order in which they were done: what lies far enough back is asked again.
            models.Index(
                fields=["annotator", "project", "ended_at"], name="labeling_assignment_of_person"
            ),
            # What a person holds is few beside all they ever did. The `+ 0` tells the two indexes
            # apart, so that nothing takes the long one for the short one.
            models.Index(
                F("annotator") + 0,
                "project",
                condition=Q(state="leased"),
                name="labeling_assignment_in_hand",
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
    kept with `counts` false, and so is whatever a machine says, and a `repeat`.
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
    # The two sides were shown exchanged. The answers are kept in the item's own orientation.
    swapped = models.BooleanField(default=False, db_default=False)
    reason = models.CharField(max_length=60, blank=True)
    comment = models.TextField(blank=True)
    seconds = models.FloatField()
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    late = models.BooleanField(default=False)
    counts = models.BooleanField(default=True)
    repeat = models.BooleanField(default=False, db_default=False)
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
            models.UniqueConstraint(
                fields=["project", "annotator", "item"],
                condition=Q(repeat=True),
                name="labeling_judgment_one_repeat",
            ),
            models.CheckConstraint(
                condition=Q(repeat=False) | Q(counts=False),
                name="labeling_judgment_repeat_does_not_count",
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


class RaterFit(models.Model):
    """What is known of the raters of one locale; dynamic overlap decides by it. Append-only.

    `model` holds the share of each grade (`prior`), each rater's confusion by user id
    (`confusion`) and how far an unheard grade may lead (`unheard_odds`); grades in the order of
    `classes`. `exponent` makes the probabilities honest; `gold_items` says how many gold items
    set it, 0 when it is the careful default.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    locale_tag = models.CharField(max_length=15)
    method = models.CharField(max_length=160)
    method_version = models.CharField(max_length=20)
    parameters = models.JSONField(default=dict)
    input_hash = models.CharField(max_length=64)
    classes = ArrayField(models.SmallIntegerField())
    model = models.JSONField()
    exponent = models.FloatField()
    gold_items = models.PositiveIntegerField()
    judgments = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["project", "locale_tag", "-id"], name="labeling_fit_newest"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(exponent__gt=0), name="labeling_fit_exponent"),
        )

    def __str__(self) -> str:
        return f"fit {self.pk} of {self.locale_tag} in project {self.project_id}"


class Verdict(models.TextChoices):
    """What was decided about an item under dynamic overlap."""

    STOP = "stop", _("Sure enough")
    MORE = "more", _("One more wanted")
    MOST = "most", _("Unsure at the most")


class StopDecision(models.Model):
    """A decision about how many judgments an item gets, and on what it was made. Append-only.

    `judgments` are those that stood then, `posterior` what they said by the fit, in the order of
    its classes; `probability` is the highest of them and `threshold` what the plan asked for.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="stop_decisions")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    fit = models.ForeignKey(RaterFit, on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=4, choices=Verdict)
    judgments = models.PositiveIntegerField()
    posterior = ArrayField(models.FloatField())
    probability = models.FloatField()
    threshold = models.DecimalField(max_digits=4, decimal_places=3)
    need_before = models.PositiveIntegerField()
    need_after = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict="stop", need_after__lte=F("need_before"))
                | Q(verdict="more", need_after=F("need_before") + 1)
                | Q(verdict="most", need_after=F("need_before")),
                name="labeling_stopdecision_moves_as_said",
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1),
                name="labeling_stopdecision_probability",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} for item {self.item_id}"


class DueItem(models.Model):
    """An item to be decided on anew: something about its work has changed.

    A trigger of the database writes the row in the transaction that ends an assignment (migration
    `dynamic_overlap`), so that no path of the work can forget it; whoever decides deletes it.
    `swept` rows come from a new fit and wait behind those of work that just came in.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    swept = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = (models.Index(fields=["swept", "id"], name="labeling_dueitem_in_order"),)

    def __str__(self) -> str:
        return f"item {self.item_id} is due"


# Machine annotators and questions have models of their own; Django looks for them here.
from touchstone.apps.labeling.asking import models as question_models  # noqa: E402, F401
from touchstone.apps.labeling.machines import models as machine_models  # noqa: E402, F401
