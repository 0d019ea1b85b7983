-- The two database roles, run once by a superuser who is connected to the product's own, empty database:
--
--     createdb cellquality && psql -d cellquality -f deploy/roles.sql
--     psql -d cellquality -c '\password cellquality_owner' -c '\password cellquality_app'
--
-- cellquality_owner migrates and owns everything; cellquality_app serves and owns nothing, so that no mistake in a
-- page can change a table, a trigger or a function, or empty a table. Safe to run again.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cellquality_owner') THEN
        CREATE ROLE cellquality_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cellquality_app') THEN
        CREATE ROLE cellquality_app LOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO cellquality_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO cellquality_app', current_database());
END
$$;

ALTER SCHEMA public OWNER TO cellquality_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cellquality_app;

-- What the owner will make, the application may read and write. A migration takes away what a table shall not allow;
-- therefore nothing is granted here on tables that already exist.
ALTER DEFAULT PRIVILEGES FOR ROLE cellquality_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cellquality_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cellquality_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO cellquality_app;
