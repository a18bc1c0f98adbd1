"""The line of models that a request's labels are for, where it is one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="labelingrequest",
            name="model_family",
            field=models.SlugField(
                blank=True, db_default="", db_index=False, default="", max_length=40
            ),
        ),
    ]
