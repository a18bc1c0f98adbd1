from django.db import migrations, models
from django.db.models import F, Q

# Why a function: its plan is made once a connection, which is most of the cost of a claim, and the
# settings below keep it to the indexes whatever the statistics say. A table that was counted when
# it was empty looks empty; a scan or a sort of it then looks cheap and is not.
#
# The claim goes through the tiers from the most urgent that has open entries, and in each through
# the locales in the order given, from a random point round once. It looks at no more than
# `looked_at` entries on either side of that point, so that a person who has done nearly all that
# is left costs no more than a bounded search.
#
# The candidate's own row is locked and its count re-read before it is taken, and the count rises
# only for assignments that were really made: overlap is exact whatever runs beside it. Whether the
# person has had the item is asked as a scalar sub-select: NOT EXISTS flips to a scan of everything
# they ever did.
#
# A `+ 0` keeps an index out that would do as well while the tables are small and is a scan when
# they have grown: that of a person's whole history, and that of all the entries still open.
CLAIM = """
CREATE FUNCTION labeling_claim(
    of_project bigint, to_annotator bigint, under_plan bigint, under_version bigint,
    tags text[], wanted integer, probe double precision, looked_at integer,
    from_time timestamptz, to_time timestamptz
) RETURNS TABLE (claimed_id uuid, claimed_item bigint, claimed_lease uuid)
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    missing integer := wanted;
    level integer := -1;
    place text;
    made integer;
BEGIN
    LOOP
        SELECT min(first_open.tier) INTO level
        FROM unnest(tags) AS tag, LATERAL (
            SELECT entry.tier FROM labeling_queueentry AS entry
            WHERE entry.project_id = of_project AND entry.locale_tag = tag AND entry.lane = 0
              AND entry.tier > level AND entry.taken < entry.need
            ORDER BY entry.tier
            LIMIT 1
        ) AS first_open;
        EXIT WHEN level IS NULL;
        FOREACH place IN ARRAY tags LOOP
            FOR half IN 0..1 LOOP
                RETURN QUERY
                WITH near AS MATERIALIZED (
                    SELECT entry.item_id FROM labeling_queueentry AS entry
                    WHERE entry.project_id = of_project AND entry.locale_tag = place
                      AND entry.lane = 0 AND entry.tier = level AND entry.taken < entry.need
                      AND entry.rnd >= CASE half WHEN 0 THEN probe ELSE '-infinity' END
                      AND entry.rnd < CASE half WHEN 0 THEN 'infinity' ELSE probe END
                    ORDER BY entry.rnd
                    LIMIT looked_at
                ), untouched AS MATERIALIZED (
                    SELECT near.item_id FROM near
                    WHERE (
                        SELECT 1 FROM labeling_assignment AS held
                        WHERE held.item_id = near.item_id AND held.annotator_id + 0 = to_annotator
                          AND held.state NOT IN ('expired', 'released')
                    ) IS NULL
                ), candidate AS MATERIALIZED (
                    SELECT locked.item_id FROM untouched, LATERAL (
                        SELECT entry.item_id FROM labeling_queueentry AS entry
                        WHERE entry.item_id = untouched.item_id
                          AND entry.taken + 0 < entry.need
                        FOR UPDATE SKIP LOCKED
                    ) AS locked
                    LIMIT missing
                ), claimed AS (
                    INSERT INTO labeling_assignment AS mine (
                        item_id, project_id, annotator_id, plan_id, guideline_version_id,
                        state, leased_at, leased_until
                    )
                    SELECT item_id, of_project, to_annotator, under_plan, under_version,
                           'leased', from_time, to_time
                    FROM candidate
                    ON CONFLICT (item_id, annotator_id) DO UPDATE
                        SET state = 'leased', lease = gen_random_uuid(),
                            leased_at = EXCLUDED.leased_at, leased_until = EXCLUDED.leased_until,
                            ended_at = NULL, plan_id = EXCLUDED.plan_id,
                            guideline_version_id = EXCLUDED.guideline_version_id
                        WHERE mine.state IN ('expired', 'released')
                    RETURNING mine.id, mine.item_id, mine.lease
                ), counted AS (
                    UPDATE labeling_queueentry AS entry SET taken = entry.taken + 1
                    WHERE entry.item_id = ANY (ARRAY(SELECT claimed.item_id FROM claimed))
                )
                SELECT claimed.id, claimed.item_id, claimed.lease FROM claimed;
                GET DIAGNOSTICS made = ROW_COUNT;
                missing := missing - made;
                IF missing <= 0 THEN
                    RETURN;
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
END;
$$;
"""

# One task with its item's queue entry, both locked, in the order that every writer keeps: the entry
# first. Each is looked up by its key alone, for the reasons above. Every statement of a function
# sees what was committed before it began, so the earlier answer is found even if it was stored
# while this one waited for the lock.
HOLD = """
CREATE FUNCTION labeling_hold(of_assignment uuid, of_annotator bigint, under_key text)
RETURNS TABLE (
    item bigint, project bigint, annotator bigint, plan bigint, version bigint, state text,
    lease uuid, leased_at timestamptz, leased_until timestamptz, in_overlap boolean,
    need integer, taken integer, earlier bigint
)
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    wanted integer;
    used integer;
BEGIN
    SELECT entry.need, entry.taken INTO wanted, used FROM labeling_queueentry AS entry
    WHERE entry.item_id = (
        SELECT task.item_id FROM labeling_assignment AS task WHERE task.id = of_assignment
    )
    FOR UPDATE;
    RETURN QUERY
    SELECT task.item_id, task.project_id, task.annotator_id, task.plan_id,
           task.guideline_version_id, task.state::text, task.lease, task.leased_at,
           task.leased_until, task.in_overlap, wanted, used,
           (SELECT judged.id FROM labeling_judgment AS judged
            WHERE judged.annotator_id = of_annotator AND judged.idempotency_key = under_key)
    FROM labeling_assignment AS task WHERE task.id = of_assignment
    FOR UPDATE;
END;
$$;
"""

# A queue changes by its whole length in a day's work: what the planner and the vacuum know of these
# three tables must not be older than a part of that.
SETTLE_OFTEN = """
ALTER TABLE labeling_queueentry SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, fillfactor = 90
);
ALTER TABLE labeling_assignment SET (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02, fillfactor = 90
);
"""
AS_BEFORE = """
ALTER TABLE labeling_queueentry RESET (
    autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, fillfactor
);
ALTER TABLE labeling_assignment RESET (
    autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, fillfactor
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0006_machine_annotators"),
    ]

    operations = [
        migrations.AddField(
            model_name="queueentry",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "Urgent"), (1, "High"), (2, "Normal"), (3, "Low")],
                default=2,
                db_default=2,
            ),
        ),
        migrations.AddConstraint(
            model_name="queueentry",
            constraint=models.CheckConstraint(
                condition=Q(tier__lte=3), name="labeling_queueentry_tier"
            ),
        ),
        migrations.RemoveIndex(model_name="queueentry", name="labeling_queueentry_wanting"),
        migrations.AddIndex(
            model_name="queueentry",
            index=models.Index(
                fields=["project", "locale_tag", "lane", "tier", "rnd"],
                condition=Q(taken__lt=F("need")),
                name="labeling_queueentry_wanting",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.PROTECT,
                related_name="+",
                to="planning.project",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="annotator",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.PROTECT,
                related_name="assignments",
                to="people.user",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=["annotator", "project"], name="labeling_assignment_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                F("annotator") + 0,
                "project",
                condition=Q(state="leased"),
                name="labeling_assignment_in_hand",
            ),
        ),
        migrations.RunSQL(
            CLAIM,
            "DROP FUNCTION labeling_claim(bigint, bigint, bigint, bigint, text[], integer, "
            "double precision, integer, timestamptz, timestamptz)",
        ),
        migrations.RunSQL(HOLD, "DROP FUNCTION labeling_hold(uuid, bigint, text)"),
        migrations.RunSQL(SETTLE_OFTEN, AS_BEFORE),
    ]
