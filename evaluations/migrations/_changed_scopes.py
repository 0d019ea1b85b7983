"""Triggers that note what holds for a whole subtree on other days than before."""

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
