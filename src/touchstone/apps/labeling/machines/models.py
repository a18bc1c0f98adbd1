"""Profiles of machine annotators by version, every call they made, and which call said what.

All are append-only: a change is a new version, a correction a new row.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.markets.models import Currency
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project


class MachineProfile(models.Model):
    """One version of how a machine annotator judges; the newest is in force.

    `family` is the maker's line of models (a judge must not be of the ranker's family). Prices are
    for a million tokens, in units of `currency`, as read on `priced_on`. The key of the endpoint
    is named by its environment variable and never stored.
    """

    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="machine_profiles")
    version = models.PositiveIntegerField()
    base_url = models.URLField(max_length=300)
    model = models.CharField(max_length=120)
    family = models.SlugField(max_length=40)
    prompt = models.TextField()
    prompt_hash = models.CharField(max_length=64)
    temperature = models.DecimalField(max_digits=3, decimal_places=2)
    max_tokens = models.PositiveIntegerField()
    input_price = models.DecimalField(max_digits=14, decimal_places=6)
    output_price = models.DecimalField(max_digits=14, decimal_places=6)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    priced_on = models.DateField()
    key_variable = models.CharField(max_length=80, blank=True)
    max_retries = models.PositiveSmallIntegerField()
    timeout_seconds = models.PositiveSmallIntegerField()
    requests_per_minute = models.PositiveIntegerField()
    at_once = models.PositiveSmallIntegerField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("annotator", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=["annotator", "version"], name="labeling_machineprofile_version"
            ),
            models.CheckConstraint(
                condition=Q(input_price__gte=0, output_price__gte=0),
                name="labeling_machineprofile_prices_not_negative",
            ),
            # A name of our own: no profile can have another secret of the server sent away.
            models.CheckConstraint(
                condition=Q(key_variable="")
                | Q(key_variable__regex=r"^TOUCHSTONE_JUDGE_KEY(_[A-Z0-9]+)*$"),
                name="labeling_machineprofile_key_is_ours",
            ),
            models.CheckConstraint(
                condition=Q(
                    max_tokens__gte=1,
                    timeout_seconds__gte=1,
                    requests_per_minute__gte=1,
                    at_once__gte=1,
                ),
                name="labeling_machineprofile_limits_positive",
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} v{self.version} of user {self.annotator_id}"


class CallState(models.TextChoices):
    """What came of a call. Only `ANSWERED` leads to a judgment: a failure is never a label."""

    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Refused by the model")
    FILTERED = "filtered", _("Stopped by the provider's filter")
    CUT = "cut", _("Cut at the limit of tokens")
    MALFORMED = "malformed", _("Not readable")
    INVALID = "invalid", _("Outside of the label schema")
    BROKEN = "broken", _("Line cut")
    TIMED_OUT = "timed_out", _("Timed out")
    LIMITED = "limited", _("Too many requests")
    UNAVAILABLE = "unavailable", _("Not available")
    REJECTED = "rejected", _("Rejected by the endpoint")


class MachineCall(models.Model):
    """One request to an endpoint, with what it said and what it cost.

    `request_hash` is over the address and the whole body: the same question has the same hash, and
    an answered one is never paid again. `cost` is in units of the profile's currency; it is None
    where the endpoint counted no tokens: then it is unknown, not nothing.
    """

    id = models.BigAutoField(primary_key=True)
    profile = models.ForeignKey(MachineProfile, on_delete=models.PROTECT, related_name="calls")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    request_hash = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=12, choices=CallState)
    answer_format = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    detail = models.CharField(max_length=240, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    request_bytes = models.PositiveIntegerField()
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cost = models.DecimalField(max_digits=24, decimal_places=12, null=True)
    seconds = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(text=""),
                name="labeling_machinecall_answer_kept",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0), name="labeling_machinecall_cost"
            ),
            models.CheckConstraint(
                condition=Q(cost=None, input_tokens=None)
                | Q(cost=None, output_tokens=None)
                | Q(cost__isnull=False, input_tokens__isnull=False, output_tokens__isnull=False),
                name="labeling_machinecall_cost_of_tokens",
            ),
        )

    def __str__(self) -> str:
        return f"call {self.pk}: {self.state}"


class MachineJudgment(models.Model):
    """Which call a judgment says again, under which version it was judged.

    `reused` when the call was made for an earlier question of the very same words: it cost nothing.
    """

    judgment = models.OneToOneField(
        Judgment, primary_key=True, on_delete=models.PROTECT, related_name="machine"
    )
    profile = models.ForeignKey(MachineProfile, on_delete=models.PROTECT, related_name="judgments")
    call = models.ForeignKey(MachineCall, on_delete=models.PROTECT, related_name="judgments")
    reused = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(reused=False),
                name="labeling_machinejudgment_call_paid_once",
            ),
        )

    def __str__(self) -> str:
        return f"judgment {self.judgment_id} from call {self.call_id}"


class KinAllowed(models.Model):
    """Why a machine may label for a model of its own family, which it is known to favour."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    family = models.SlugField(max_length=40, db_index=False)
    reason = models.TextField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "kin allowed"
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="labeling_kinallowed_with_reason"),
        )

    def __str__(self) -> str:
        return f"user {self.annotator_id} of {self.family} in project {self.project_id}"
