import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("evaluations", "0001_initial"),
        ("markets", "0001_initial"),
        ("people", "0001_initial"),
        ("planning", "0001_initial"),
        ("quality", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CostEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("judgment", "Judgments"),
                            ("audit", "Audits"),
                            ("adjudication", "Adjudications"),
                            ("fixed", "Fixed cost"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "quality_class",
                    models.CharField(
                        choices=[
                            ("production", "Production"),
                            ("prevention", "Prevention"),
                            ("appraisal", "Appraisal"),
                            ("internal_failure", "Internal failure"),
                            ("external_failure", "External failure"),
                        ],
                        max_length=16,
                    ),
                ),
                ("subject", models.CharField(max_length=120)),
                ("quantity", models.IntegerField()),
                ("unit_price", models.DecimalField(decimal_places=6, max_digits=14)),
                ("amount_minor_units", models.BigIntegerField()),
                ("project_minor_units", models.BigIntegerField()),
                ("note", models.CharField(blank=True, max_length=240)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.currency",
                    ),
                ),
                (
                    "exchange_rate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.exchangerate",
                    ),
                ),
                (
                    "locale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.locale",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_events",
                        to="quality.lot",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.plan",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_events",
                        to="planning.project",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.vendor",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "subject"), name="economics_cost_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity", 0), _negated=True),
                        name="economics_cost_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnEstimate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("metric", models.CharField(max_length=60)),
                ("difference", models.FloatField()),
                ("standard_error", models.FloatField()),
                ("value_per_point_minor_units", models.BigIntegerField()),
                ("value_source", models.CharField(max_length=240)),
                ("cost_minor_units", models.BigIntegerField()),
                ("parameters", models.JSONField(default=dict)),
                ("p_positive", models.FloatField()),
                ("roi_mean", models.FloatField()),
                ("roi_p10", models.FloatField()),
                ("roi_p50", models.FloatField()),
                ("roi_p90", models.FloatField()),
                ("value_p10_minor_units", models.BigIntegerField()),
                ("value_p50_minor_units", models.BigIntegerField()),
                ("value_p90_minor_units", models.BigIntegerField()),
                ("method", models.CharField(max_length=160)),
                ("method_version", models.CharField(max_length=20)),
                ("seed", models.BigIntegerField()),
                ("input_hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.currency",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_estimates",
                        to="planning.project",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("p_positive__gte", 0), ("p_positive__lte", 1)),
                        name="economics_return_p",
                    )
                ],
            },
        ),
        AppendOnly("economics_costevent"),
        AppendOnly("economics_returnestimate"),
    ]
