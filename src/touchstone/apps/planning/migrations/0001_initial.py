import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROZEN_PLAN = """
CREATE FUNCTION planning_refuse_frozen_plan() RETURNS trigger AS $$
BEGIN
    IF OLD.state IN ('approved', 'superseded', 'rejected') THEN
        IF TG_OP = 'UPDATE' AND OLD.state = 'approved' AND NEW.state = 'superseded'
           AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'plan % is frozen: % refused', OLD.id, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER planning_plan_frozen BEFORE UPDATE OR DELETE ON planning_plan
    FOR EACH ROW EXECUTE FUNCTION planning_refuse_frozen_plan();

CREATE FUNCTION planning_refuse_frozen_part() RETURNS trigger AS $$
DECLARE
    parent bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END;
BEGIN
    IF (SELECT state FROM planning_plan WHERE id = parent) <> 'draft' THEN
        RAISE EXCEPTION 'plan % is no longer a draft: % on % refused', parent, TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER planning_planlocale_frozen BEFORE INSERT OR UPDATE OR DELETE ON planning_planlocale
    FOR EACH ROW EXECUTE FUNCTION planning_refuse_frozen_part();
CREATE TRIGGER planning_planrisk_frozen BEFORE INSERT OR UPDATE OR DELETE ON planning_planrisk
    FOR EACH ROW EXECUTE FUNCTION planning_refuse_frozen_part();
"""

UNFROZEN_PLAN = """
DROP TRIGGER planning_planrisk_frozen ON planning_planrisk;
DROP TRIGGER planning_planlocale_frozen ON planning_planlocale;
DROP TRIGGER planning_plan_frozen ON planning_plan;
DROP FUNCTION planning_refuse_frozen_part();
DROP FUNCTION planning_refuse_frozen_plan();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("guidelines", "0001_initial"),
        ("intake", "0001_initial"),
        ("markets", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=160)),
                ("created_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="project",
                        to="intake.labelingrequest",
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Awaiting approval"),
                            ("approved", "Approved"),
                            ("rejected", "Sent back"),
                            ("superseded", "Superseded"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "sample_method",
                    models.CharField(
                        choices=[
                            ("census", "Every item"),
                            ("simple", "Simple random sample"),
                            ("stratified", "Stratified sample"),
                            ("given", "Drawn by the requester"),
                        ],
                        max_length=12,
                    ),
                ),
                ("sample_note", models.TextField(blank=True)),
                ("overlap", models.PositiveSmallIntegerField()),
                ("gold_rate", models.DecimalField(decimal_places=3, max_digits=4)),
                ("lease_minutes", models.PositiveSmallIntegerField(default=30)),
                ("speed_standard", models.PositiveIntegerField()),
                ("start_date", models.DateField()),
                ("end_date", models.DateField()),
                ("budget_minor_units", models.BigIntegerField()),
                ("change_note", models.TextField(blank=True)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.TextField(blank=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.currency",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "guideline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.guidelineversion",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guidelines.tasktype",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="planning.project",
                    ),
                ),
            ],
            options={
                "ordering": ("project", "-version"),
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("annotator", "Annotator"),
                            ("qa_lead", "QA lead"),
                            ("stakeholder", "Market stakeholder"),
                        ],
                        max_length=12,
                    ),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="planning.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanLocale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sample_size", models.PositiveIntegerField()),
                ("alpha_lower_bound", models.DecimalField(decimal_places=3, max_digits=4)),
                ("gold_accuracy", models.DecimalField(decimal_places=3, max_digits=4)),
                ("price_per_judgment", models.DecimalField(decimal_places=6, max_digits=12)),
                ("price_per_audit", models.DecimalField(decimal_places=6, max_digits=12)),
                ("price_per_adjudication", models.DecimalField(decimal_places=6, max_digits=12)),
                (
                    "locale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="markets.locale",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="locales",
                        to="planning.plan",
                    ),
                ),
            ],
            options={
                "ordering": ("locale",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "locale"), name="planning_planlocale_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sample_size__gt", 0)),
                        name="planning_planlocale_sample_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("alpha_lower_bound__gte", -1),
                            ("alpha_lower_bound__lte", 1),
                            ("gold_accuracy__gte", 0),
                            ("gold_accuracy__lte", 1),
                        ),
                        name="planning_planlocale_standard_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price_per_adjudication__gte", 0),
                            ("price_per_audit__gte", 0),
                            ("price_per_judgment__gte", 0),
                        ),
                        name="planning_planlocale_prices_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanRisk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.CharField(max_length=240)),
                ("event", models.CharField(max_length=240)),
                ("consequence", models.CharField(max_length=240)),
                ("probability", models.DecimalField(decimal_places=3, max_digits=4)),
                ("loss_low_minor_units", models.BigIntegerField()),
                ("loss_high_minor_units", models.BigIntegerField()),
                ("treatment", models.CharField(max_length=240)),
                ("trigger", models.CharField(max_length=240)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="risks",
                        to="planning.plan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("probability__gt", 0), ("probability__lt", 1)),
                        name="planning_planrisk_p",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("loss_low_minor_units__gt", 0),
                            ("loss_high_minor_units__gt", models.F("loss_low_minor_units")),
                        ),
                        name="planning_planrisk_loss_interval",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                fields=("project", "version"), name="planning_plan_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved")),
                fields=("project",),
                name="planning_plan_one_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("overlap__gte", 1), ("overlap__lte", 50)),
                name="planning_plan_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("gold_rate__gte", 0), ("gold_rate__lte", 0.5)),
                name="planning_plan_gold_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_date__gte", models.F("start_date"))),
                name="planning_plan_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_minor_units__gt", 0)),
                name="planning_plan_budget_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("speed_standard__gt", 0)), name="planning_plan_speed_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("submitted_at", None), ("submitted_by", None)),
                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                    _connector="OR",
                ),
                name="planning_plan_submitted_who_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="planning_plan_decided_who_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="planning_plan_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "superseded"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("content_hash", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="planning_plan_approved_is_hashed",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("project", "user", "function"), name="planning_membership_once"
            ),
        ),
        migrations.RunSQL(FROZEN_PLAN, UNFROZEN_PLAN),
    ]
