"""What the database holds beside the freeze of sets: their history, the documents they cite, and that their parts belong together."""

VERSIONS, DOCUMENTS, SCOPES = "evaluations_setversion", "evaluations_ruledocument", "evaluations_criteriascope"

FORWARD = f"""
CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- With a draft that is deleted, its history goes.
    IF TG_OP = 'DELETE' AND (SELECT state FROM evaluations_criteriaset WHERE id = OLD.criteria_set_id) IS NOT DISTINCT FROM 'DRAFT' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the history of a set is never changed (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {VERSIONS}_is_kept BEFORE UPDATE OR DELETE ON {VERSIONS} FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history();
CREATE TRIGGER {VERSIONS}_is_not_emptied BEFORE TRUNCATE ON {VERSIONS}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_what_binds();

CREATE FUNCTION refuse_to_change_what_is_cited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A slip in its title may be mended: it is known by the rest.
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'title'::text = to_jsonb(NEW) - 'title'::text THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM evaluations_criteriaset WHERE document_id = OLD.id AND state <> 'DRAFT') THEN
        RAISE EXCEPTION 'a set that binds, or is sent round, cites this document (% of %)', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER {DOCUMENTS}_is_kept BEFORE UPDATE OR DELETE ON {DOCUMENTS}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_what_is_cited();

CREATE FUNCTION refuse_a_scope_of_another_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.part <> (SELECT part FROM evaluations_criteriaset WHERE id = NEW.criteria_set_id) THEN
        RAISE EXCEPTION 'a set is in force for the part that it scores' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {SCOPES}_is_of_the_part_of_its_set BEFORE INSERT ON {SCOPES}
    FOR EACH ROW EXECUTE FUNCTION refuse_a_scope_of_another_part();

CREATE FUNCTION refuse_parts_of_two_sets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_set bigint := criteria_set_of(TG_TABLE_NAME, to_jsonb(NEW));
    other bigint;
BEGIN
    IF TG_TABLE_NAME = 'evaluations_criterion' THEN
        SELECT criteria_set_id INTO other FROM evaluations_criteriongroup WHERE id = NEW.group_id;
    ELSIF NEW.parameter_id IS NOT NULL THEN
        SELECT criteria_set_id INTO other FROM evaluations_parameter WHERE id = NEW.parameter_id;
    END IF;
    IF other <> its_set THEN
        RAISE EXCEPTION 'what a set is made of is all its own (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_criterion_is_of_the_set_of_its_group AFTER INSERT OR UPDATE ON evaluations_criterion
    FOR EACH ROW EXECUTE FUNCTION refuse_parts_of_two_sets();
CREATE TRIGGER a_condition_asks_parameters_of_its_set AFTER INSERT OR UPDATE ON evaluations_condition
    FOR EACH ROW EXECUTE FUNCTION refuse_parts_of_two_sets();
"""

BACKWARD = f"""
DROP FUNCTION refuse_parts_of_two_sets() CASCADE;
DROP FUNCTION refuse_a_scope_of_another_part() CASCADE;
DROP FUNCTION refuse_to_change_what_is_cited() CASCADE;
DROP TRIGGER {VERSIONS}_is_not_emptied ON {VERSIONS};
DROP FUNCTION refuse_to_change_history() CASCADE;
"""
