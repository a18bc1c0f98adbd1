import django.db.models.functions.datetime
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("by_id", models.BigIntegerField(null=True)),
                ("event", models.CharField(max_length=80)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=64)),
                ("project_id", models.BigIntegerField(null=True)),
                ("request_id", models.BigIntegerField(null=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project_id", "-id"], name="ledger_event_project"),
                    models.Index(fields=["request_id", "-id"], name="ledger_event_request"),
                    models.Index(
                        fields=["subject_type", "subject_id"], name="ledger_event_subject"
                    ),
                ],
            },
        ),
        AppendOnly("ledger_event"),
    ]
