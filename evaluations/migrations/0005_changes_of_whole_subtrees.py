import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

# What holds for a committee's subtree (of a holiday without a committee: everywhere) for a span of days.
TABLES = ("evaluations_criteriascope", "evaluations_parametervalue", "meetings_meetingrules", "meetings_holiday")

FORWARD = """
CREATE FUNCTION note_changed_scope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - '{during,document,name}'::text[] = to_jsonb(NEW) - '{during,document,name}'::text[] THEN
        -- The same on other days: only those on which it holds now and did not, or did and does not.
        INSERT INTO evaluations_changedscope (committee_id, during)
        SELECT NEW.committee_id, span FROM unnest((datemultirange(OLD.during) - datemultirange(NEW.during))
            + (datemultirange(NEW.during) - datemultirange(OLD.during))) AS span;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO evaluations_changedscope (committee_id, during) SELECT OLD.committee_id, OLD.during WHERE NOT isempty(OLD.during);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO evaluations_changedscope (committee_id, during) SELECT NEW.committee_id, NEW.during WHERE NOT isempty(NEW.during);
    END IF;
    RETURN NULL;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_is_noted AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION note_changed_scope();"
    for table in TABLES
)
BACKWARD = "DROP FUNCTION note_changed_scope() CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0004_verification_periods_editions_and_jobs"),
        ("meetings", "0009_what_holds_for_a_subtree_is_noted_above"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "committee",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="meetings.committee",
                    ),
                ),
            ],
            options={"verbose_name": "change of a whole subtree", "verbose_name_plural": "changes of whole subtrees"},
        ),
        migrations.CreateModel(
            name="ChangeSetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_month", models.DateField()),
                ("error", models.CharField(max_length=100)),
                ("tried_at", models.DateTimeField()),
                (
                    "cell",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="meetings.cell"),
                ),
            ],
            options={"verbose_name": "change set aside", "verbose_name_plural": "changes set aside"},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
