import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("guidelines", "0002_quiz_and_practice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GuidelineNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text_en", models.TextField()),
                ("text_fr", models.TextField(blank=True)),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="guidelines.guidelineversion",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text_en", ""), _negated=True),
                        name="guidelines_note_not_empty",
                    )
                ],
            },
        ),
        AppendOnly("guidelines_guidelinenote"),
    ]
