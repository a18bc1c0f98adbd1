import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Guideline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("title_en", models.CharField(max_length=160)),
                ("title_fr", models.CharField(max_length=160)),
            ],
            options={
                "ordering": ("key",),
            },
        ),
        migrations.CreateModel(
            name="GuidelineVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("major", models.PositiveSmallIntegerField()),
                ("minor", models.PositiveSmallIntegerField()),
                ("patch", models.PositiveSmallIntegerField()),
                ("changes", models.TextField(blank=True)),
                ("published_at", models.DateTimeField()),
                (
                    "guideline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="guidelines.guideline",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("guideline", "major", "minor", "patch"),
            },
        ),
        migrations.CreateModel(
            name="GuidelineText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=5)),
                ("body", models.TextField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="guidelines.guidelineversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GuidelineReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=5)),
                ("read_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="guidelines.guidelineversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("version", models.PositiveIntegerField(default=1)),
                ("name_en", models.CharField(max_length=120)),
                ("name_fr", models.CharField(max_length=120)),
                ("schema", models.JSONField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("key", "version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "version"), name="guidelines_tasktype_once"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="guideline",
            name="task_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="guidelines",
                to="guidelines.tasktype",
            ),
        ),
        migrations.AddConstraint(
            model_name="guidelineversion",
            constraint=models.UniqueConstraint(
                fields=("guideline", "major", "minor", "patch"), name="guidelines_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="guidelinetext",
            constraint=models.UniqueConstraint(
                fields=("version", "language"), name="guidelines_text_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="guidelinetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="guidelines_text_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="guidelinereading",
            constraint=models.UniqueConstraint(
                fields=("version", "user"), name="guidelines_reading_once"
            ),
        ),
        AppendOnly("guidelines_guidelineversion"),
        AppendOnly("guidelines_guidelinetext"),
        AppendOnly("guidelines_guidelinereading"),
    ]
