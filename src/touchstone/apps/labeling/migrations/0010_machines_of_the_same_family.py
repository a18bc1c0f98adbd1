"""Why a machine may label for a model of its own family. Append-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("labeling", "0009_questions_about_items")]

    operations = [
        migrations.CreateModel(
            name="KinAllowed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("family", models.SlugField(db_index=False, max_length=40)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "annotator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            options={
                "verbose_name_plural": "kin allowed",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="labeling_kinallowed_with_reason",
                    )
                ],
            },
        ),
        AppendOnly("labeling_kinallowed"),
    ]
