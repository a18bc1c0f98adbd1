from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

# The functions of the queue as they were, with as few words changed as can be: who was asked an
# item once more has two assignments of it, and only the first decides what they may claim.
_BEFORE = import_module("touchstone.apps.labeling.migrations.0007_claim_by_priority")


def _changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


OR_REPLACE = ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
CLAIM_BEFORE = _changed(_BEFORE.CLAIM, OR_REPLACE)
CLAIM = _changed(
    CLAIM_BEFORE,
    (
        "AND held.state NOT IN ('expired', 'released')",
        "AND NOT held.repeat AND held.state NOT IN ('expired', 'released')",
    ),
    ("ON CONFLICT (item_id, annotator_id)", "ON CONFLICT (item_id, annotator_id, repeat)"),
)
# What a function returns cannot be replaced.
DROP_HOLD = "DROP FUNCTION labeling_hold(uuid, bigint, text);"
HOLD_BEFORE = DROP_HOLD + _BEFORE.HOLD
HOLD = _changed(
    HOLD_BEFORE,
    ("in_overlap boolean,", "in_overlap boolean, repeat boolean,"),
    ("task.in_overlap, wanted, used,", "task.in_overlap, task.repeat, wanted, used,"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0007_claim_by_priority"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="repeat",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="judgment",
            name="repeat",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RemoveConstraint(
            model_name="assignment", name="labeling_assignment_once_a_person"
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=("item", "annotator", "repeat"), name="labeling_assignment_once_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=Q(repeat=False) | Q(in_overlap=False),
                name="labeling_assignment_repeat_takes_no_place",
            ),
        ),
        migrations.RemoveIndex(model_name="assignment", name="labeling_assignment_of_person"),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=["annotator", "project", "ended_at"], name="labeling_assignment_of_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.UniqueConstraint(
                condition=Q(repeat=True),
                fields=("project", "annotator", "item"),
                name="labeling_judgment_one_repeat",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgment",
            constraint=models.CheckConstraint(
                condition=Q(repeat=False) | Q(counts=False),
                name="labeling_judgment_repeat_does_not_count",
            ),
        ),
        migrations.RunSQL(CLAIM, CLAIM_BEFORE),
        migrations.RunSQL(HOLD, HOLD_BEFORE),
    ]
