"""How good the judgments are: gold, audits, adjudication, measurements, lots.

Nothing in this app is ever shown to an annotator before the reveal; the workbench may not import
it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, QuizAttempt
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Judgment, Outcome
from touchstone.apps.markets.models import Locale
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project


class GoldAnswer(models.Model):
    """The accepted grades of a gold item; more than one may be right."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="gold_answer")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    accepted = ArrayField(models.SmallIntegerField())
    explanation = models.TextField(blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(accepted=[]), name="quality_goldanswer_accepts_something"
            ),
        )

    def __str__(self) -> str:
        return f"gold item {self.item_id}"


class GoldMark(models.Model):
    """Whether one judgment hit the gold answer as it stood. Append-only."""

    judgment = models.OneToOneField(Judgment, on_delete=models.PROTECT, related_name="gold_mark")
    gold = models.ForeignKey(GoldAnswer, on_delete=models.PROTECT, related_name="marks")
    accepted = ArrayField(models.SmallIntegerField())
    hit = models.BooleanField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{'hit' if self.hit else 'miss'} by judgment {self.judgment_id}"


class AuditDraw(models.Model):
    """One random draw of judgments to audit, with what is needed to draw it again."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="audit_draws")
    seed = models.BigIntegerField()
    size = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draw of {self.size} from {self.population}"


class Audit(models.Model):
    """An expert's blind re-judgment of one judgment: the auditor sees the item, not the answer."""

    draw = models.ForeignKey(AuditDraw, on_delete=models.PROTECT, related_name="audits")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    judgment = models.OneToOneField(Judgment, on_delete=models.PROTECT, related_name="audit")
    inclusion_probability = models.FloatField()
    auditor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    grade = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    comment = models.TextField(blank=True)
    agrees = models.BooleanField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at=None, auditor=None, agrees=None, outcome="")
                | (Q(done_at__isnull=False, auditor__isnull=False) & ~Q(outcome="")),
                name="quality_audit_done_by_whom",
            ),
        )

    def __str__(self) -> str:
        return f"audit of judgment {self.judgment_id}"


class Adjudication(models.Model):
    """An expert settles a disagreement on one item."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="adjudication")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    spread = models.FloatField()
    grade = models.SmallIntegerField(null=True)
    rationale = models.TextField(blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, grade=None)
                | (
                    Q(settled_at__isnull=False, settled_by__isnull=False, grade__isnull=False)
                    & ~Q(rationale="")
                ),
                name="quality_adjudication_settled_by_whom",
            ),
        )

    def __str__(self) -> str:
        return f"adjudication of item {self.item_id}"


class Measurement(models.Model):
    """A quality figure with everything needed to compute it again. Append-only.

    Either `value` with its interval, or the `reason` why there is too little data for one.
    `locale` is empty for the whole project.
    """

    class Kind(models.TextChoices):
        ALPHA = "alpha", _("Krippendorff's alpha")
        GOLD_ACCURACY = "gold_accuracy", _("Gold accuracy")
        AUDIT_AGREEMENT = "audit_agreement", _("Audit agreement")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="measurements")
    locale = models.ForeignKey(Locale, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    level = models.FloatField(default=0.95)
    n = models.PositiveIntegerField()
    reason = models.CharField(max_length=240, blank=True)
    method = models.CharField(max_length=160)
    method_version = models.CharField(max_length=20)
    parameters = models.JSONField(default=dict)
    seed = models.BigIntegerField(null=True)
    input_hash = models.CharField(max_length=64)
    diagnostics = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(value__isnull=False, low__isnull=False, high__isnull=False, reason="")
                | (Q(value=None, low=None, high=None) & ~Q(reason="")),
                name="quality_measurement_value_or_reason",
            ),
        )
        indexes = (
            models.Index(
                fields=["project", "kind", "locale", "-id"], name="quality_measurement_newest"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of project {self.project_id}"


class Lot(models.Model):
    """Judgments of one locale accepted or rejected together. A decided lot never changes.

    Append-only, its judgments too: the lot is drawn and decided in one step.
    """

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("lot", "Accepted")
        REJECTED = "rejected", _("Rejected")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lots")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    decision = models.CharField(max_length=8, choices=Decision)
    reason = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="quality_lot_number"),
            models.CheckConstraint(
                condition=Q(decision="accepted") | ~Q(reason=""), name="quality_lot_rejected_why"
            ),
        )

    def __str__(self) -> str:
        return f"lot {self.number} of project {self.project_id}"


class LotJudgment(models.Model):
    """A judgment's place in a lot. Append-only."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="judgments")
    judgment = models.OneToOneField(Judgment, on_delete=models.PROTECT, related_name="lot_place")

    def __str__(self) -> str:
        return f"judgment {self.judgment_id} in lot {self.lot_id}"


class GoldTest(models.Model):
    """A series of gold items that somebody is tested with before they label. Append-only.

    It is a test of `size` items in one locale, passed with `pass_mark` right; the mark follows from
    the plan's `standard` and `policies.pass_mark`. It is over when its `Qualification` is there.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    size = models.PositiveSmallIntegerField()
    pass_mark = models.PositiveSmallIntegerField()
    standard = models.DecimalField(max_digits=4, decimal_places=3)
    started_at = models.DateTimeField()

    class Meta:
        constraints = (
            # Two screens that start at once get the same test.
            models.UniqueConstraint(
                fields=["project", "user", "locale", "attempt"], name="quality_goldtest_attempt"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, pass_mark__lte=F("size"), attempt__gte=1),
                name="quality_goldtest_marks_in_range",
            ),
        )

    def __str__(self) -> str:
        return f"test {self.attempt} of {self.user_id} in {self.locale_id}"


class GoldTestTask(models.Model):
    """One item of a test. Append-only. The key is random and decides which side stands left."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    test = models.ForeignKey(
        GoldTest, on_delete=models.PROTECT, related_name="tasks", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "position"], name="quality_goldtesttask_place"),
            models.UniqueConstraint(fields=["test", "item"], name="quality_goldtesttask_once"),
        )

    def __str__(self) -> str:
        return f"item {self.item_id} in test {self.test_id}"


class GoldTestAnswer(models.Model):
    """What somebody answered in a test, and whether it was right then. Append-only.

    Not a judgment: it fills no place, is paid by no lot, and no figure of the work counts it.
    """

    task = models.OneToOneField(
        GoldTestTask, primary_key=True, on_delete=models.PROTECT, related_name="answer"
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    grade = models.SmallIntegerField(null=True)
    answers = models.JSONField()
    swapped = models.BooleanField()
    accepted = ArrayField(models.SmallIntegerField())
    hit = models.BooleanField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{'hit' if self.hit else 'miss'} in {self.task_id}"


class Qualification(models.Model):
    """That somebody passed, or did not pass, a quiz or a test. Append-only.

    A quiz is about the guideline and holds on every project that works by it; a test holds on its
    project in its locale. Both end with the guideline's major number and at `expires_at`.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    locale = models.ForeignKey(
        Locale, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    guideline = models.ForeignKey(
        Guideline, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    major = models.PositiveSmallIntegerField()
    quiz_attempt = models.OneToOneField(
        QuizAttempt, null=True, on_delete=models.PROTECT, related_name="+"
    )
    gold_test = models.OneToOneField(
        GoldTest, null=True, on_delete=models.PROTECT, related_name="qualification"
    )
    score = models.PositiveSmallIntegerField()
    n = models.PositiveSmallIntegerField()
    pass_mark = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(quiz_attempt__isnull=False, gold_test=None, project=None, locale=None)
                | Q(
                    quiz_attempt=None,
                    gold_test__isnull=False,
                    project__isnull=False,
                    locale__isnull=False,
                ),
                name="quality_qualification_of_quiz_or_test",
            ),
            models.CheckConstraint(
                condition=Q(score__lte=F("n"), pass_mark__lte=F("n"))
                & (
                    Q(passed=True, score__gte=F("pass_mark"))
                    | Q(passed=False, score__lt=F("pass_mark"))
                ),
                name="quality_qualification_passed_by_score",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("at")), name="quality_qualification_expires_later"
            ),
        )
        indexes = (
            # What a lease looks up, where the plan asks for anything.
            models.Index(
                fields=["user", "guideline", "major", "expires_at"],
                condition=Q(passed=True),
                name="quality_qualification_held",
            ),
            models.Index(fields=["user", "guideline", "-at"], name="quality_qualification_newest"),
        )

    def __str__(self) -> str:
        return f"{self.score} of {self.n} by {self.user_id}"


# What becomes of gold after it was answered has models of its own; Django looks for them here.
from touchstone.apps.quality.appealing import models as appeal_models  # noqa: E402, F401
