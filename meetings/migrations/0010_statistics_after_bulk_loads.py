from django.db import migrations

# Runs as its owner; it takes no argument and does nothing else.
FORWARD = """
CREATE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user ORDER BY tablename LOOP
        EXECUTE format('ANALYZE public.%I', name);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_what_holds_for_a_subtree_is_noted_above")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION refresh_statistics()")]
