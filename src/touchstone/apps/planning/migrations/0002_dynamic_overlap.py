from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="overlap_most",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="stop_confidence",
            field=models.DecimalField(decimal_places=3, max_digits=4, null=True),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=Q(overlap_most=None, stop_confidence=None)
                | Q(
                    overlap_most__isnull=False,
                    stop_confidence__isnull=False,
                    overlap_most__gte=F("overlap"),
                    overlap_most__lte=50,
                    stop_confidence__gte=0.5,
                    stop_confidence__lt=1,
                ),
                name="planning_plan_dynamic_overlap",
            ),
        ),
    ]
