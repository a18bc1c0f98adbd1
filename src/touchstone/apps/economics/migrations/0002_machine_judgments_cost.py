from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("economics", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="costevent",
            name="work",
            field=models.CharField(
                choices=[
                    ("judgment", "Judgments"),
                    ("audit", "Audits"),
                    ("adjudication", "Adjudications"),
                    ("machine", "Machine judgments"),
                    ("fixed", "Fixed cost"),
                ],
                max_length=12,
            ),
        ),
    ]
