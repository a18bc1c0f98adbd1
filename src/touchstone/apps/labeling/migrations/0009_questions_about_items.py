import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("guidelines", "0003_guideline_notes"),
        ("items", "0001_initial"),
        ("labeling", "0008_self_repeats"),
        ("planning", "0005_share_of_repeats"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ItemAnswerReading",
            fields=[
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="reading",
                        serialize=False,
                        to="labeling.itemanswer",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ItemQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("question", "Question"),
                            ("broken", "Broken item"),
                            ("harmful", "Harmful content"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="labeling.assignment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="items.item",
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
        migrations.AddField(
            model_name="itemanswer",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="labeling.itemquestion",
            ),
        ),
        migrations.CreateModel(
            name="ItemAnswerNote",
            fields=[
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="note_made",
                        serialize=False,
                        to="labeling.itemanswer",
                    ),
                ),
                (
                    "note",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.guidelinenote",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="itemquestion",
            index=models.Index(fields=["by", "-id"], name="labeling_question_mine"),
        ),
        migrations.AddIndex(
            model_name="itemquestion",
            index=models.Index(fields=["project", "-id"], name="labeling_question_of_project"),
        ),
        migrations.AddConstraint(
            model_name="itemquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "question"), _negated=True),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="labeling_question_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="labeling_answer_says_something",
            ),
        ),
        AppendOnly("labeling_itemquestion"),
        AppendOnly("labeling_itemanswer"),
        AppendOnly("labeling_itemanswerreading"),
        AppendOnly("labeling_itemanswernote"),
    ]
