import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from touchstone.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("markets", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LabelingRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("title", models.CharField(max_length=160)),
                ("description", models.TextField(blank=True)),
                (
                    "business_line",
                    models.CharField(
                        choices=[
                            ("ranking", "Search ranking"),
                            ("recommendation", "Search recommendation"),
                            ("ads", "Search ads"),
                            ("security", "Search security"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("train", "Train a model"),
                            ("test", "Test a model"),
                            ("monitor", "Monitor a model"),
                        ],
                        max_length=8,
                    ),
                ),
                ("metric", models.CharField(max_length=60)),
                (
                    "metric_current",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                (
                    "metric_target",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                ("worthwhile_change", models.DecimalField(decimal_places=6, max_digits=9)),
                ("deadline_date", models.DateField()),
                ("budget_minor_units", models.BigIntegerField()),
                ("value_per_point_minor_units", models.BigIntegerField()),
                ("value_source", models.CharField(max_length=240)),
                (
                    "harm_class",
                    models.CharField(
                        choices=[
                            ("S0", "S0 · no harm expected"),
                            ("S1", "S1 · by chance only"),
                            ("S2", "S2 · unpleasant"),
                            ("S3", "S3 · harmful"),
                            ("S4", "S4 · severe"),
                        ],
                        max_length=2,
                    ),
                ),
                ("personal_data", models.BooleanField(default=False)),
                ("alternatives", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("triaged", "In triage"),
                            ("needs_info", "Needs information"),
                            ("scoped", "Scoped"),
                            ("approved", "Accepted for planning"),
                            ("declined", "Declined"),
                            ("deferred", "Deferred"),
                            ("planned", "Planned"),
                            ("pilot", "Pilot"),
                            ("live", "Live"),
                            ("delivered", "Delivered"),
                            ("accepted", "Delivery accepted"),
                            ("roi_reviewed", "Return reviewed"),
                            ("closed", "Closed"),
                            ("paused", "Paused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.currency",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
            },
        ),
        migrations.CreateModel(
            name="RequestLocale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("volume", models.PositiveIntegerField()),
                (
                    "locale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.locale",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="locales",
                        to="intake.labelingrequest",
                    ),
                ),
            ],
            options={
                "ordering": ("locale",),
            },
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("triaged", "In triage"),
                            ("needs_info", "Needs information"),
                            ("scoped", "Scoped"),
                            ("approved", "Accepted for planning"),
                            ("declined", "Declined"),
                            ("deferred", "Deferred"),
                            ("planned", "Planned"),
                            ("pilot", "Pilot"),
                            ("live", "Live"),
                            ("delivered", "Delivered"),
                            ("accepted", "Delivery accepted"),
                            ("roi_reviewed", "Return reviewed"),
                            ("closed", "Closed"),
                            ("paused", "Paused"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("triaged", "In triage"),
                            ("needs_info", "Needs information"),
                            ("scoped", "Scoped"),
                            ("approved", "Accepted for planning"),
                            ("declined", "Declined"),
                            ("deferred", "Deferred"),
                            ("planned", "Planned"),
                            ("pilot", "Pilot"),
                            ("live", "Live"),
                            ("delivered", "Delivered"),
                            ("accepted", "Delivery accepted"),
                            ("roi_reviewed", "Return reviewed"),
                            ("closed", "Closed"),
                            ("paused", "Paused"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="intake.labelingrequest",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddConstraint(
            model_name="labelingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_minor_units__gt", 0)),
                name="intake_request_budget_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("value_per_point_minor_units__gte", 0)),
                name="intake_request_value_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("worthwhile_change__gt", 0)),
                name="intake_request_change_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("value_source", ""), _negated=True),
                name="intake_request_value_has_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestlocale",
            constraint=models.UniqueConstraint(
                fields=("request", "locale"), name="intake_requestlocale_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestlocale",
            constraint=models.CheckConstraint(
                condition=models.Q(("volume__gt", 0)), name="intake_requestlocale_volume_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_state", models.F("to_state")), _negated=True),
                name="intake_transition_moves",
            ),
        ),
        migrations.AddConstraint(
            model_name="transition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("to_state__in", ["needs_info", "declined", "deferred", "cancelled"]),
                        _negated=True,
                    ),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="intake_transition_says_why",
            ),
        ),
        AppendOnly("intake_transition"),
    ]
