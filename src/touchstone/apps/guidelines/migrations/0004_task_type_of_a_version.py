"""A version keeps the task type it teaches: a guideline may move on to the next one."""

import django.db.models.deletion
from django.db import migrations, models

VERSION = "guidelines_guidelineversion"
# The table refuses changes; this one fills a column that no row has yet.
OPEN = f"ALTER TABLE {VERSION} DISABLE TRIGGER {VERSION}_append_only"
CLOSE = f"ALTER TABLE {VERSION} ENABLE TRIGGER {VERSION}_append_only"
# What was planned with a version was planned with the task type that it taught then; of a version
# that nobody used, the guideline's own is all that is known.
FILL = f"""
UPDATE {VERSION} v SET task_type_id = COALESCE(
    (SELECT plan.task_type_id FROM planning_plan AS plan
     WHERE plan.guideline_version_id = v.id ORDER BY plan.id LIMIT 1),
    g.task_type_id
)
FROM guidelines_guideline g WHERE g.id = v.guideline_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guidelines", "0003_guideline_notes"),
        ("planning", "0004_vendors_of_a_locale"),
    ]

    operations = [
        migrations.RunSQL(OPEN, reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name="guidelineversion",
            name="task_type",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="guidelines.tasktype",
            ),
        ),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="guidelineversion",
            name="task_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="guidelines.tasktype",
            ),
        ),
        migrations.RunSQL(CLOSE, reverse_sql=migrations.RunSQL.noop),
    ]
