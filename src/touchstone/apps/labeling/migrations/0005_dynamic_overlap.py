from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from touchstone.lib.append_only import AppendOnly

# Every way in which work ends goes through this one column: an answer, a late answer, a skip, a
# release, an expiry. The row is written only where the plan has a dynamic overlap, and only for
# work that takes a place; the cost elsewhere is one look at the plan by its key.
NOTE_ENDED = """
CREATE FUNCTION labeling_note_ended_work() RETURNS trigger AS $$
BEGIN
    INSERT INTO labeling_dueitem (item_id)
    SELECT NEW.item_id FROM planning_plan AS plan
    WHERE plan.id = NEW.plan_id AND plan.stop_confidence IS NOT NULL;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER labeling_assignment_ended AFTER UPDATE OF state ON labeling_assignment
    FOR EACH ROW WHEN (NEW.in_overlap AND NEW.state <> OLD.state AND NEW.state <> 'leased')
    EXECUTE FUNCTION labeling_note_ended_work();
"""

FORGET_ENDED = """
DROP TRIGGER labeling_assignment_ended ON labeling_assignment;
DROP FUNCTION labeling_note_ended_work();
"""


def _to(model: str, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to=model, **{"related_name": "+"} | more
    )


class Migration(migrations.Migration):
    dependencies = [
        ("items", "0001_initial"),
        ("labeling", "0004_judgment_swapped"),
        ("planning", "0002_dynamic_overlap"),
    ]

    operations = [
        migrations.CreateModel(
            name="RaterFit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("locale_tag", models.CharField(max_length=15)),
                ("method", models.CharField(max_length=160)),
                ("method_version", models.CharField(max_length=20)),
                ("parameters", models.JSONField(default=dict)),
                ("input_hash", models.CharField(max_length=64)),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("model", models.JSONField()),
                ("exponent", models.FloatField()),
                ("gold_items", models.PositiveIntegerField()),
                ("judgments", models.PositiveIntegerField()),
                ("items", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("project", _to("planning.project", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["project", "locale_tag", "-id"], name="labeling_fit_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(exponent__gt=0), name="labeling_fit_exponent"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StopDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("stop", "Sure enough"),
                            ("more", "One more wanted"),
                            ("most", "Unsure at the most"),
                        ],
                        max_length=4,
                    ),
                ),
                ("judgments", models.PositiveIntegerField()),
                (
                    "posterior",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
                ("probability", models.FloatField()),
                ("threshold", models.DecimalField(decimal_places=3, max_digits=4)),
                ("need_before", models.PositiveIntegerField()),
                ("need_after", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("fit", _to("labeling.raterfit", db_index=False)),
                ("item", _to("items.item", related_name="stop_decisions")),
                ("plan", _to("planning.plan", db_index=False)),
                ("project", _to("planning.project", db_index=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(verdict="stop", need_after__lte=F("need_before"))
                        | Q(verdict="more", need_after=F("need_before") + 1)
                        | Q(verdict="most", need_after=F("need_before")),
                        name="labeling_stopdecision_moves_as_said",
                    ),
                    models.CheckConstraint(
                        condition=Q(probability__gte=0, probability__lte=1),
                        name="labeling_stopdecision_probability",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("swept", models.BooleanField(db_default=False, default=False)),
                ("item", _to("items.item", db_index=False)),
            ],
            options={
                "indexes": [models.Index(fields=["swept", "id"], name="labeling_dueitem_in_order")],
            },
        ),
        AppendOnly("labeling_raterfit"),
        AppendOnly("labeling_stopdecision"),
        migrations.RunSQL(NOTE_ENDED, FORGET_ENDED),
    ]
