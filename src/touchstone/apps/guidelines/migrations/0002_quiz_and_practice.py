import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from touchstone.lib.append_only import AppendOnly

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def of_version(name: str) -> models.OneToOneField:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=name,
        to="guidelines.guidelineversion",
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("guidelines", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuidelineQuiz",
            fields=[
                ("id", KEY),
                ("content", models.JSONField()),
                ("version", of_version("quiz")),
            ],
        ),
        migrations.CreateModel(
            name="GuidelinePractice",
            fields=[
                ("id", KEY),
                ("examples", models.JSONField()),
                ("version", of_version("practice")),
            ],
        ),
        migrations.CreateModel(
            name="QuizAttempt",
            fields=[
                ("id", KEY),
                ("language", models.CharField(max_length=5)),
                ("answers", models.JSONField()),
                ("right", models.PositiveSmallIntegerField()),
                ("n", models.PositiveSmallIntegerField()),
                ("pass_mark", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="guidelines.guidelinequiz",
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
            options={
                "indexes": [
                    models.Index(fields=["user", "quiz", "-at"], name="guidelines_quizattempt_mine")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(right__lte=F("n"), pass_mark__gte=1, pass_mark__lte=F("n")),
                        name="guidelines_quizattempt_marks_in_range",
                    )
                ],
            },
        ),
        AppendOnly("guidelines_guidelinequiz"),
        AppendOnly("guidelines_guidelinepractice"),
        AppendOnly("guidelines_quizattempt"),
    ]
