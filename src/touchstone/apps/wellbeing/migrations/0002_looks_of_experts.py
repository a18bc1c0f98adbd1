"""What is looked at under a reservation that no lease of the queue stands behind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wellbeing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="subject",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
    ]
