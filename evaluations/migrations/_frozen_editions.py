"""Rows of editions are only ever added, and an edition gets the scores it counted and no more."""

TABLES = ("evaluations_edition", "evaluations_publishedscore", "evaluations_publishedsummary")

FORWARD = """
CREATE FUNCTION refuse_to_change_what_is_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is published is never changed (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_is_frozen BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_what_is_published();\n"
    f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_what_is_published();"
    for table in TABLES
) + """
CREATE FUNCTION refuse_other_scores_than_an_edition_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT edition_id FROM added) named JOIN evaluations_edition e ON e.id = named.edition_id
        WHERE e.changed <> (SELECT count(*) FROM evaluations_publishedscore s WHERE s.edition_id = e.id)) THEN
        RAISE EXCEPTION 'an edition holds the scores it counted, no fewer and no more' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER evaluations_publishedscore_is_as_counted AFTER INSERT ON evaluations_publishedscore
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_scores_than_an_edition_counted();
"""

BACKWARD = """
DROP FUNCTION refuse_other_scores_than_an_edition_counted() CASCADE;
DROP FUNCTION refuse_to_change_what_is_published() CASCADE;
"""
