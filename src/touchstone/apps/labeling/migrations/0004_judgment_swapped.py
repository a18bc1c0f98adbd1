from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0003_machine_leases_take_no_place"),
    ]

    operations = [
        migrations.AddField(
            model_name="judgment",
            name="swapped",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
