import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("markets", "0001_initial"),
        ("planning", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Risk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("cause", models.CharField(max_length=240)),
                ("event", models.CharField(max_length=240)),
                ("consequence", models.CharField(max_length=240)),
                ("probability", models.DecimalField(decimal_places=3, max_digits=4)),
                ("loss_low_minor_units", models.BigIntegerField()),
                ("loss_high_minor_units", models.BigIntegerField()),
                ("treatment", models.CharField(max_length=240)),
                ("trigger", models.CharField(max_length=240)),
                ("review_date", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("occurred", "Occurred"), ("closed", "Closed")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closing_note", models.TextField(blank=True)),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.currency",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risks",
                        to="planning.project",
                    ),
                ),
            ],
            options={
                "ordering": ("project", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("project", "number"), name="risks_risk_number"),
                    models.CheckConstraint(
                        condition=models.Q(("probability__gt", 0), ("probability__lt", 1)),
                        name="risks_risk_probability",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("loss_low_minor_units__gt", 0),
                            ("loss_high_minor_units__gt", models.F("loss_low_minor_units")),
                        ),
                        name="risks_risk_loss_interval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                                models.Q(("closing_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="risks_risk_closed_with_note",
                    ),
                ],
            },
        ),
    ]
