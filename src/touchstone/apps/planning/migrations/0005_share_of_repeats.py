from decimal import Decimal

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0004_vendors_of_a_locale"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="repeat_rate",
            field=models.DecimalField(
                db_default=Decimal(0), decimal_places=3, default=Decimal(0), max_digits=4
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=Q(repeat_rate__gte=0, repeat_rate__lte=Decimal("0.1")),
                name="planning_plan_repeat_rate",
            ),
        ),
    ]
