"""What a release says about search systems: their runs, metrics and the difference between two."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from touchstone.apps.datasets.models import Release
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project


class SystemRun(models.Model):
    """The rankings of one search system, as taken from a TREC run file. Append-only."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="system_runs")
    system = models.CharField(max_length=120)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    queries = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["project", "system", "sha256"], name="evaluations_systemrun_once"
            ),
        )

    def __str__(self) -> str:
        return self.system


class Ranking(models.Model):
    """What a system returned for one query, best first. Append-only."""

    run = models.ForeignKey(SystemRun, on_delete=models.PROTECT, related_name="rankings")
    query_key = models.CharField(max_length=200)
    documents = ArrayField(models.CharField(max_length=200))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "query_key"], name="evaluations_ranking_once"),
        )

    def __str__(self) -> str:
        return f"{self.query_key} in run {self.run_id}"


class Evaluation(models.Model):
    """Two runs measured against one release, with everything to compute it again. Append-only."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="evaluations")
    baseline = models.ForeignKey(SystemRun, on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey(SystemRun, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict)
    seed = models.BigIntegerField()
    input_hash = models.CharField(max_length=64)
    method_version = models.CharField(max_length=20)
    diagnostics = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(baseline=F("candidate")), name="evaluations_evaluation_two_runs"
            ),
        )

    def __str__(self) -> str:
        return f"evaluation {self.pk}"


class MetricResult(models.Model):
    """One metric of one run, with its interval and its value for each query. Append-only."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="results")
    run = models.ForeignKey(SystemRun, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=60)
    policy = models.CharField(max_length=200)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    level = models.FloatField(default=0.95)
    n = models.PositiveIntegerField()
    per_query = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["evaluation", "run", "metric"], name="evaluations_metricresult_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} {self.value:.4f}"


class Comparison(models.Model):
    """The paired difference candidate − baseline in one metric. Append-only."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="comparisons")
    metric = models.CharField(max_length=60)
    difference = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    level = models.FloatField(default=0.95)
    standard_error = models.FloatField()
    p_value = models.FloatField()
    test = models.CharField(max_length=60)
    effect_size = models.FloatField(null=True)
    n = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["evaluation", "metric"], name="evaluations_comparison_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} {self.difference:+.4f}"
