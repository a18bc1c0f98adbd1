import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("items", "0001_initial"),
        ("labeling", "0005_dynamic_overlap"),
        ("markets", "0001_initial"),
        ("planning", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MachineCall",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("request_hash", models.CharField(db_index=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("answered", "Answered"),
                            ("refused", "Refused by the model"),
                            ("filtered", "Stopped by the provider's filter"),
                            ("cut", "Cut at the limit of tokens"),
                            ("malformed", "Not readable"),
                            ("invalid", "Outside of the label schema"),
                            ("broken", "Line cut"),
                            ("timed_out", "Timed out"),
                            ("limited", "Too many requests"),
                            ("unavailable", "Not available"),
                            ("rejected", "Rejected by the endpoint"),
                        ],
                        max_length=12,
                    ),
                ),
                ("answer_format", models.CharField(blank=True, max_length=20)),
                ("text", models.TextField(blank=True)),
                ("detail", models.CharField(blank=True, max_length=240)),
                ("http_status", models.PositiveSmallIntegerField(null=True)),
                ("request_bytes", models.PositiveIntegerField()),
                ("input_tokens", models.PositiveIntegerField(null=True)),
                ("output_tokens", models.PositiveIntegerField(null=True)),
                ("cost", models.DecimalField(decimal_places=12, max_digits=24, null=True)),
                ("seconds", models.FloatField()),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="labeling.assignment",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="items.item",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MachineProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("base_url", models.URLField(max_length=300)),
                ("model", models.CharField(max_length=120)),
                ("family", models.SlugField(max_length=40)),
                ("prompt", models.TextField()),
                ("prompt_hash", models.CharField(max_length=64)),
                ("temperature", models.DecimalField(decimal_places=2, max_digits=3)),
                ("max_tokens", models.PositiveIntegerField()),
                ("input_price", models.DecimalField(decimal_places=6, max_digits=14)),
                ("output_price", models.DecimalField(decimal_places=6, max_digits=14)),
                ("priced_on", models.DateField()),
                ("key_variable", models.CharField(blank=True, max_length=80)),
                ("max_retries", models.PositiveSmallIntegerField()),
                ("timeout_seconds", models.PositiveSmallIntegerField()),
                ("requests_per_minute", models.PositiveIntegerField()),
                ("at_once", models.PositiveSmallIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="machine_profiles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
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
            ],
            options={
                "ordering": ("annotator", "-version"),
            },
        ),
        migrations.CreateModel(
            name="MachineJudgment",
            fields=[
                (
                    "judgment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="machine",
                        serialize=False,
                        to="labeling.judgment",
                    ),
                ),
                ("reused", models.BooleanField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgments",
                        to="labeling.machinecall",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgments",
                        to="labeling.machineprofile",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="machinecall",
            name="profile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls",
                to="labeling.machineprofile",
            ),
        ),
        migrations.AddConstraint(
            model_name="machineprofile",
            constraint=models.UniqueConstraint(
                fields=("annotator", "version"), name="labeling_machineprofile_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="machineprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("input_price__gte", 0), ("output_price__gte", 0)),
                name="labeling_machineprofile_prices_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="machineprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key_variable", ""),
                    ("key_variable__regex", "^TOUCHSTONE_JUDGE_KEY(_[A-Z0-9]+)*$"),
                    _connector="OR",
                ),
                name="labeling_machineprofile_key_is_ours",
            ),
        ),
        migrations.AddConstraint(
            model_name="machineprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("at_once__gte", 1),
                    ("max_tokens__gte", 1),
                    ("requests_per_minute__gte", 1),
                    ("timeout_seconds__gte", 1),
                ),
                name="labeling_machineprofile_limits_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="machinejudgment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reused", False)),
                fields=("call",),
                name="labeling_machinejudgment_call_paid_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="machinecall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "answered"), _negated=True),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="labeling_machinecall_answer_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="machinecall",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost", None), ("cost__gte", 0), _connector="OR"),
                name="labeling_machinecall_cost",
            ),
        ),
        migrations.AddConstraint(
            model_name="machinecall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cost", None), ("input_tokens", None)),
                    models.Q(("cost", None), ("output_tokens", None)),
                    models.Q(
                        ("cost__isnull", False),
                        ("input_tokens__isnull", False),
                        ("output_tokens__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="labeling_machinecall_cost_of_tokens",
            ),
        ),
        AppendOnly("labeling_machineprofile"),
        AppendOnly("labeling_machinecall"),
        AppendOnly("labeling_machinejudgment"),
    ]
