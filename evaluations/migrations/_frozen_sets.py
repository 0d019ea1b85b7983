"""What binds is frozen: a set that is published, or sent round for comments, and all that it holds.

Whoever writes a part of a set holds the set's row (`FOR SHARE`) until the end, and publishing takes it `FOR UPDATE`: neither overtakes the other.
"""

# The parts of a set, with the key of the set that a row (`part`, as JSON) belongs to; NULL where what it belonged to is gone already.
OF_CRITERION = "(SELECT c.criteria_set_id FROM evaluations_criterion c WHERE c.id = (part->>'criterion_id')::bigint)"
PARTS = {
    "evaluations_criteriongroup": "(part->>'criteria_set_id')::bigint",
    "evaluations_criterion": "(part->>'criteria_set_id')::bigint",
    "evaluations_parameter": "(part->>'criteria_set_id')::bigint",
    "evaluations_rolluprule": "(part->>'criteria_set_id')::bigint",
    "evaluations_row": OF_CRITERION,
    "evaluations_condition": f"""coalesce({OF_CRITERION}, (SELECT c.criteria_set_id FROM evaluations_row r
        JOIN evaluations_criterion c ON c.id = r.criterion_id WHERE r.id = (part->>'row_id')::bigint))""",
    "evaluations_rolluprow": "(SELECT r.criteria_set_id FROM evaluations_rolluprule r WHERE r.id = (part->>'rule_id')::bigint)",
    "evaluations_rollupcondition": """(SELECT r.criteria_set_id FROM evaluations_rolluprow w
        JOIN evaluations_rolluprule r ON r.id = w.rule_id WHERE w.id = (part->>'row_id')::bigint)""",
}
# Since a set says more of its total than its lines do.
OF_TOTALS = {
    "evaluations_jointcap": "(part->>'criteria_set_id')::bigint",
    "evaluations_jointcap_lines": "(SELECT c.criteria_set_id FROM evaluations_jointcap c WHERE c.id = (part->>'jointcap_id')::bigint)",
    "evaluations_gradelimit": "(part->>'criteria_set_id')::bigint",
    "evaluations_condition": f"""coalesce({PARTS["evaluations_condition"]},
        (SELECT l.criteria_set_id FROM evaluations_gradelimit l WHERE l.id = (part->>'limit_id')::bigint))""",
}
SETS, SCOPES = "evaluations_criteriaset", "evaluations_criteriascope"


def _set_of(parts: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{table}' THEN {key}" for table, key in parts.items())
    return f"""CREATE OR REPLACE FUNCTION criteria_set_of(kind text, part jsonb) RETURNS bigint LANGUAGE sql STABLE AS
        $$ SELECT CASE kind {cases} END $$;"""


def _triggers_of_part(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_parts_of_what_binds();"
    )


def _trigger_of_truncate(table: str) -> str:
    return f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_what_binds();"


FORWARD = (
    _set_of(PARTS)
    + """
CREATE FUNCTION refuse_to_change_what_binds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a set that binds, or is sent round, is never changed (% of %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION refuse_to_change_parts_of_what_binds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_set bigint;
    is_now text;
BEGIN
    FOREACH of_set IN ARRAY ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN criteria_set_of(TG_TABLE_NAME, to_jsonb(OLD)) END,
        CASE WHEN TG_OP <> 'DELETE' THEN criteria_set_of(TG_TABLE_NAME, to_jsonb(NEW)) END]
    LOOP
        SELECT state INTO is_now FROM evaluations_criteriaset WHERE id = of_set FOR SHARE;
        IF is_now <> 'DRAFT' THEN
            RAISE EXCEPTION 'a set that binds, or is sent round, is never changed (% of %)', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION refuse_to_change_a_set_that_binds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Going on from one state to the next, and the day on which it ends.
    may_change text[] := '{state,effective_to,superseded_by_id}';
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - may_change = to_jsonb(NEW) - may_change AND (CASE OLD.state
        WHEN 'CONSULTATION' THEN OLD.effective_to IS NOT DISTINCT FROM NEW.effective_to
        WHEN 'PUBLISHED' THEN NEW.state IN ('PUBLISHED', 'SUPERSEDED')
        ELSE NEW.state = OLD.state AND NEW.superseded_by_id = OLD.superseded_by_id END) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a set that binds, or is sent round, is never changed (% of %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION refuse_to_change_where_a_set_binds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_now text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT state INTO is_now FROM evaluations_criteriaset WHERE id = NEW.criteria_set_id FOR SHARE;
        IF is_now IN ('DRAFT', 'CONSULTATION') THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'during'::text = to_jsonb(NEW) - 'during'::text AND lower(OLD.during) = lower(NEW.during) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'where and from when a set binds is never changed, but for its end (% of %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
    + "\n".join(map(_triggers_of_part, PARTS))
    + f"""
CREATE TRIGGER {SETS}_is_frozen BEFORE UPDATE OR DELETE ON {SETS}
    FOR EACH ROW WHEN (OLD.state <> 'DRAFT') EXECUTE FUNCTION refuse_to_change_a_set_that_binds();
CREATE TRIGGER {SCOPES}_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON {SCOPES}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_where_a_set_binds();
"""
    + "\n".join(map(_trigger_of_truncate, (SETS, SCOPES, *PARTS)))
)

BACKWARD = """
DROP FUNCTION refuse_to_change_where_a_set_binds() CASCADE;
DROP FUNCTION refuse_to_change_a_set_that_binds() CASCADE;
DROP FUNCTION refuse_to_change_parts_of_what_binds() CASCADE;
DROP FUNCTION refuse_to_change_what_binds() CASCADE;
DROP FUNCTION criteria_set_of(text, jsonb);
"""

ADDED = [table for table in OF_TOTALS if table not in PARTS]
FORWARD_TOTALS = "\n".join([_set_of(PARTS | OF_TOTALS), *map(_triggers_of_part, ADDED), *map(_trigger_of_truncate, ADDED)])
BACKWARD_TOTALS = "\n".join(
    [_set_of(PARTS), *(f"DROP TRIGGER {table}_is_frozen ON {table}; DROP TRIGGER {table}_is_not_emptied ON {table};" for table in ADDED)]
)
