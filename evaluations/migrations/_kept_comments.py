"""What a committee said in a round stays as it was once it is answered, and once the round has ended; only answers come then.

Whoever writes a comment holds the round's row (`FOR SHARE`) until the end: a round does not end meanwhile.
"""

COMMENTS, ROUNDS = "evaluations_comment", "evaluations_consultation"

FORWARD = f"""
CREATE FUNCTION refuse_to_change_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    an_answer text[] := '{{answer,why,answered_by_id,answered_at,version}}';
    is_ended boolean;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - an_answer = to_jsonb(NEW) - an_answer THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.answer <> '' THEN
        RAISE EXCEPTION 'a comment that is answered is never changed (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.consultation_id, OLD.line, OLD.committee_id) <> (NEW.consultation_id, NEW.line, NEW.committee_id) THEN
        RAISE EXCEPTION 'a comment stays where it was made (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT ended_at IS NOT NULL INTO is_ended FROM {ROUNDS}
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.consultation_id ELSE NEW.consultation_id END FOR SHARE;
    IF is_ended THEN
        RAISE EXCEPTION 'a round that has ended takes no comments (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER {COMMENTS}_is_kept BEFORE INSERT OR UPDATE OR DELETE ON {COMMENTS}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_what_was_said();
CREATE TRIGGER {COMMENTS}_is_not_emptied BEFORE TRUNCATE ON {COMMENTS}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_what_binds();
"""

BACKWARD = f"""
DROP TRIGGER {COMMENTS}_is_not_emptied ON {COMMENTS};
DROP FUNCTION refuse_to_change_what_was_said() CASCADE;
"""
