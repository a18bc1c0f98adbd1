"""Who is exposed to what, for how long, and what they agreed to.

`Exposure` rows are facts of work and append-only. Deliberately absent: check-ins, moods, anything
about a state of mind.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.people.models import User, Vendor
from touchstone.apps.wellbeing.policies import DEFAULT_LIMITS


class Harm(models.TextChoices):
    """The severities that count as exposure; `policies.Severity` says what follows from each."""

    S1 = "S1", "S1"
    S2 = "S2", "S2"
    S3 = "S3", "S3"
    S4 = "S4", "S4"


class Person(models.Model):
    """One human, whatever accounts they have; the row that is locked when work is handed out.

    `accounted_until`: the time before it is in the books; a person looks at one thing at a time.
    `last_sign_at`: when they last asked, answered or showed that the page is open. `stretch` is
    the S3 and above since the last break; a test recomputes it. `rested_since` is when work of S3
    and above was last in hand.
    """

    time_zone = models.CharField(max_length=40)
    accounted_until = models.DateTimeField(null=True)
    last_sign_at = models.DateTimeField(null=True)
    last_answer_at = models.DateTimeField(null=True)
    stretch = models.DurationField(default=timedelta(0))
    rested_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"person {self.pk}"


class Account(models.Model):
    """Which human an account belongs to: one at two vendors has two accounts and one limit."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="wellbeing_account"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")

    def __str__(self) -> str:
        return f"user {self.user_id} of person {self.person_id}"


class StatedHours(models.Model):
    """The working day and time zone as the person stated them. Append-only; the latest holds."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="hours")
    time_zone = models.CharField(max_length=40)
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(starts=F("ends")), name="wellbeing_hours_have_a_length"
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts}–{self.ends} {self.time_zone}"


class Consent(models.Model):
    """Somebody agreed to a harm class, or withdrew. Append-only; the latest row holds.

    `fingerprint` names the words they were shown.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=2, choices=Harm)
    version = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64)
    language = models.CharField(max_length=5)
    given = models.BooleanField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.severity} by user {self.user_id}: {self.given}"


class TopicChoice(models.Model):
    """Somebody declined a topic, or takes it again. Append-only; the latest row holds."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    topic = models.SlugField(max_length=40)
    declined = models.BooleanField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.topic} by user {self.user_id}: {self.declined}"


class VendorLimits(models.Model):
    """What a vendor's contract tightens. Append-only; the latest row of a vendor holds."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    daily = models.DurationField()
    weekly = models.DurationField()
    dose = models.DurationField()
    stretch = models.DurationField()
    pause = models.DurationField()
    wind_down = models.DurationField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    daily__lte=DEFAULT_LIMITS.daily,
                    weekly__lte=DEFAULT_LIMITS.weekly,
                    dose__lte=DEFAULT_LIMITS.dose,
                    stretch__lte=DEFAULT_LIMITS.stretch,
                    pause__gte=DEFAULT_LIMITS.pause,
                    wind_down__gte=DEFAULT_LIMITS.wind_down,
                ),
                name="wellbeing_vendorlimits_only_tighter",
            ),
        )

    def __str__(self) -> str:
        return f"limits of vendor {self.vendor_id}"


class Reservation(models.Model):
    """What a lease may still cost: until it ends it counts as if it were looked at throughout.

    Named by the lease and not by the assignment: the same task may be leased again. `day` is the
    date where the person is, until `day_ends_at`. `subject` says what is looked at where no lease
    of the queue stands behind it, such as an audit.
    """

    lease = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    vendor = models.ForeignKey(
        Vendor, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    severity = models.CharField(max_length=2, choices=Harm)
    topic = models.SlugField(max_length=40)
    subject = models.CharField(max_length=40, blank=True, default="", db_default="")
    since = models.DateTimeField()
    until = models.DateTimeField()
    length = models.DurationField()
    day = models.DateField()
    day_ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="wellbeing_reservation_ends"
            ),
        )
        indexes = (
            models.Index(
                fields=["user"], condition=Q(ended_at=None), name="wellbeing_reservation_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.severity} until {self.until}"


class Exposure(models.Model):
    """Somebody saw content of a severity for so long. Append-only, one row a lease at most.

    The intervals of one person never overlap. `started_at` and `ended_at` lie within the lease
    but are not the second at which a task was open: answers given off line come in together.
    """

    class Source(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        SKIPPED = "skipped", _("Skipped")
        HARMFUL = "harmful", _("Skipped as harmful")
        RELEASED = "released", _("Given back")
        LAPSED = "lapsed", _("Ran out")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    vendor = models.ForeignKey(
        Vendor, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lease = models.UUIDField(unique=True)
    severity = models.CharField(max_length=2, choices=Harm)
    topic = models.SlugField(max_length=40)
    source = models.CharField(max_length=8, choices=Source)
    spent = models.DurationField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    day = models.DateField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(started_at__lt=F("ended_at")), name="wellbeing_exposure_has_a_length"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=F("started_at") + F("spent")),
                name="wellbeing_exposure_spent_is_the_interval",
            ),
        )
        indexes = (
            models.Index(fields=["user", "ended_at"], name="wellbeing_exposure_of_user"),
            models.Index(fields=["booked_at"], name="wellbeing_exposure_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.severity} for {self.spent}"


class DayTotal(models.Model):
    """The exposures of an account added up by day and severity, so that a lease reads a few rows.

    Kept in the statement that writes the exposure; a test recomputes it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    severity = models.CharField(max_length=2, choices=Harm)
    spent = models.DurationField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "day", "severity"], name="wellbeing_daytotal_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.severity}: {self.spent}"
