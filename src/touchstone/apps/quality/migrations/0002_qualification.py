import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("guidelines", "0002_quiz_and_practice"),
        ("items", "0001_initial"),
        ("markets", "0001_initial"),
        ("planning", "0003_qualification_before_labeling"),
        ("quality", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GoldTestTask",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="items.item",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldTest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField()),
                ("size", models.PositiveSmallIntegerField()),
                ("pass_mark", models.PositiveSmallIntegerField()),
                ("standard", models.DecimalField(decimal_places=3, max_digits=4)),
                ("started_at", models.DateTimeField()),
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
                    "locale",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.locale",
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
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldTestAnswer",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="quality.goldtesttask",
                    ),
                ),
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
                ("answers", models.JSONField()),
                ("swapped", models.BooleanField()),
                (
                    "accepted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("hit", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="goldtesttask",
            name="test",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="quality.goldtest",
            ),
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("major", models.PositiveSmallIntegerField()),
                ("score", models.PositiveSmallIntegerField()),
                ("n", models.PositiveSmallIntegerField()),
                ("pass_mark", models.PositiveSmallIntegerField()),
                ("passed", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "gold_test",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="qualification",
                        to="quality.goldtest",
                    ),
                ),
                (
                    "guideline",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.guideline",
                    ),
                ),
                (
                    "locale",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.locale",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.project",
                    ),
                ),
                (
                    "quiz_attempt",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.quizattempt",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="goldtest",
            constraint=models.UniqueConstraint(
                fields=("project", "user", "locale", "attempt"), name="quality_goldtest_attempt"
            ),
        ),
        migrations.AddConstraint(
            model_name="goldtest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("attempt__gte", 1), ("pass_mark__lte", models.F("size")), ("size__gte", 1)
                ),
                name="quality_goldtest_marks_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="goldtesttask",
            constraint=models.UniqueConstraint(
                fields=("test", "position"), name="quality_goldtesttask_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="goldtesttask",
            constraint=models.UniqueConstraint(
                fields=("test", "item"), name="quality_goldtesttask_once"
            ),
        ),
        migrations.AddIndex(
            model_name="qualification",
            index=models.Index(
                condition=models.Q(("passed", True)),
                fields=["user", "guideline", "major", "expires_at"],
                name="quality_qualification_held",
            ),
        ),
        migrations.AddIndex(
            model_name="qualification",
            index=models.Index(
                fields=["user", "guideline", "-at"], name="quality_qualification_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="qualification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("gold_test", None),
                        ("locale", None),
                        ("project", None),
                        ("quiz_attempt__isnull", False),
                    ),
                    models.Q(
                        ("gold_test__isnull", False),
                        ("locale__isnull", False),
                        ("project__isnull", False),
                        ("quiz_attempt", None),
                    ),
                    _connector="OR",
                ),
                name="quality_qualification_of_quiz_or_test",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pass_mark__lte", models.F("n")),
                    ("score__lte", models.F("n")),
                    models.Q(
                        models.Q(("passed", True), ("score__gte", models.F("pass_mark"))),
                        models.Q(("passed", False), ("score__lt", models.F("pass_mark"))),
                        _connector="OR",
                    ),
                ),
                name="quality_qualification_passed_by_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualification",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("at"))),
                name="quality_qualification_expires_later",
            ),
        ),
        AppendOnly("quality_goldtest"),
        AppendOnly("quality_goldtesttask"),
        AppendOnly("quality_goldtestanswer"),
        AppendOnly("quality_qualification"),
    ]
