import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE TRIGGER planning_planvendor_frozen BEFORE INSERT OR UPDATE OR DELETE ON planning_planvendor
    FOR EACH ROW EXECUTE FUNCTION planning_refuse_frozen_part();
"""
UNFROZEN = "DROP TRIGGER planning_planvendor_frozen ON planning_planvendor;"


class Migration(migrations.Migration):
    dependencies = [
        ("markets", "0001_initial"),
        ("people", "0001_initial"),
        ("planning", "0003_qualification_before_labeling"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanVendor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vendors",
                        to="planning.plan",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.vendor",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["plan", "locale", "vendor"], name="planning_planvendor_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(FROZEN, UNFROZEN),
    ]
