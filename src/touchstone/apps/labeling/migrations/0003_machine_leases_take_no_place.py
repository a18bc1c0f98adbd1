from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0002_drop_covered_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="in_overlap",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
