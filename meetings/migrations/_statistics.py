"""`refresh_statistics()` runs as its owner, takes no argument and does nothing else: after a bulk load plans must not wait for autovacuum."""

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
BACKWARD = "DROP FUNCTION refresh_statistics();"
