"""The audit trail: one row for each thing that somebody did.

Rows hold ids rather than foreign keys, so the trail blocks nothing and outlives what it tells of.
A database trigger refuses any change to them.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """Somebody did something at some time.

    `at` is when it happened by the caller's clock; `recorded_at` is the database's own clock, so
    a wrong clock on a client cannot rewrite the order of things.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    by_id = models.BigIntegerField(null=True)
    event = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    project_id = models.BigIntegerField(null=True)
    request_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["project_id", "-id"], name="ledger_event_project"),
            models.Index(fields=["request_id", "-id"], name="ledger_event_request"),
            models.Index(fields=["subject_type", "subject_id"], name="ledger_event_subject"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.subject_type}:{self.subject_id}"
