from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0002_dynamic_overlap"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="quiz_required",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="plan",
            name="gold_test_size",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="qualification_days",
            field=models.PositiveSmallIntegerField(default=180),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=Q(gold_test_size__lte=200, qualification_days__gte=1),
                name="planning_plan_qualification",
            ),
        ),
    ]
