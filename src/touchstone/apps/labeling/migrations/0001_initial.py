import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("guidelines", "0001_initial"),
        ("items", "0001_initial"),
        ("planning", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("leased", "Leased"),
                            ("submitted", "Submitted"),
                            ("expired", "Expired"),
                            ("released", "Released"),
                            ("skipped", "Skipped"),
                        ],
                        default="leased",
                        max_length=10,
                    ),
                ),
                (
                    "lease",
                    models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID()),
                ),
                ("leased_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "guideline_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.guidelineversion",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="items.item",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.plan",
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
            name="Judgment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("label", "Label"),
                            ("cannot_judge", "Cannot judge"),
                            ("escalate", "Escalated"),
                        ],
                        max_length=12,
                    ),
                ),
                ("grade", models.SmallIntegerField(null=True)),
                ("answers", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("comment", models.TextField(blank=True)),
                ("seconds", models.FloatField()),
                ("started_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField()),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("late", models.BooleanField(default=False)),
                ("counts", models.BooleanField(default=True)),
                ("idempotency_key", models.CharField(max_length=64)),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgments",
                        to="labeling.assignment",
                    ),
                ),
                (
                    "guideline_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.guidelineversion",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgments",
                        to="items.item",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.plan",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QueueEntry",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="queue_entry",
                        serialize=False,
                        to="items.item",
                    ),
                ),
                ("locale_tag", models.CharField(max_length=15)),
                (
                    "lane",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Open"), (1, "Directed")], default=0
                    ),
                ),
                ("rnd", models.FloatField(db_default=django.db.models.functions.math.Random())),
                ("need", models.PositiveIntegerField()),
                ("taken", models.PositiveIntegerField(default=0)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.project",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "queue entries",
            },
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("state", "leased")),
                fields=["project", "leased_until"],
                name="labeling_assignment_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=("item", "annotator"), name="labeling_assignment_once_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("leased_until__gt", models.F("leased_at"))),
                name="labeling_assignment_lease_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "leased")),
                    models.Q(
                        models.Q(("state", "leased"), _negated=True), ("ended_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="labeling_assignment_ended_when_over",
            ),
        ),
        migrations.AddIndex(
            model_name="judgment",
            index=models.Index(
                fields=["project", "submitted_at"], name="labeling_judgment_by_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.UniqueConstraint(
                fields=("annotator", "idempotency_key"), name="labeling_judgment_idempotent"
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("counts", True)),
                fields=("item", "annotator"),
                name="labeling_judgment_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grade__isnull", False), ("outcome", "label"), ("reason", "")),
                    models.Q(
                        models.Q(("outcome", "label"), _negated=True),
                        ("grade", None),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="labeling_judgment_label_or_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.CheckConstraint(
                condition=models.Q(("seconds__gte", 0)),
                name="labeling_judgment_seconds_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="queueentry",
            index=models.Index(
                condition=models.Q(("taken__lt", models.F("need"))),
                fields=["project", "locale_tag", "lane", "rnd"],
                name="labeling_queueentry_wanting",
            ),
        ),
        migrations.AddConstraint(
            model_name="queueentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__lte", models.F("need"))),
                name="labeling_queueentry_taken_within_need",
            ),
        ),
        AppendOnly("labeling_judgment"),
    ]
