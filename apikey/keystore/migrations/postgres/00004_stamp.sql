-- +goose Up

-- What few verifications need stands in functions, whose plans cost nothing until
-- they are called. They must be STABLE: they then see what the statement sees that
-- calls them.

-- When the first of the keys from one up dies; one that is gone has died at 0.
-- +goose StatementBegin
CREATE FUNCTION buildkey_above(parent uuid) RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN COALESCE((
        SELECT LEAST(a1.dies_at,
            CASE WHEN a1.parent IS NULL THEN a1.dies_at ELSE COALESCE(a2.dies_at, 0) END,
            CASE WHEN a2.parent IS NULL THEN a1.dies_at ELSE COALESCE(a3.dies_at, 0) END,
            CASE WHEN a3.parent IS NULL THEN a1.dies_at ELSE COALESCE(a4.dies_at, 0) END)
        FROM buildkey_keys a1
        LEFT JOIN buildkey_keys a2 ON a2.id = a1.parent
        LEFT JOIN buildkey_keys a3 ON a3.id = a2.parent
        LEFT JOIN buildkey_keys a4 ON a4.id = a3.parent
        WHERE a1.id = buildkey_above.parent), 0);
END
$$;
-- +goose StatementEnd

-- The stamp, and the projects that keys of one may reach: those that it lists, those
-- that list it, and those that are open to all. The signs 29, 30 and 31 end a list, an
-- entry, and the project in an entry. Each list reads an index up to a bound, so that
-- nobody can make another's keys slow: 601 is what the 400 links of a key can need.
-- +goose StatementBegin
CREATE FUNCTION buildkey_reached(origin text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    listed text;
    inbound text;
    opened text;
BEGIN
    listed := (
        SELECT string_agg(o.other || chr(31) || COALESCE(i.scopes, ''), chr(30))
        FROM buildkey_links o
        LEFT JOIN buildkey_links i ON i.project = o.other AND i.direction = 'inbound' AND i.other = o.project
        LEFT JOIN buildkey_projects t ON t.id = o.other
        WHERE o.project = origin AND o.direction = 'outbound' AND (i.project IS NOT NULL OR t.inbound_open));
    IF COALESCE((SELECT own.outbound_open FROM buildkey_projects own WHERE own.id = origin), true) THEN
        inbound := (
            SELECT string_agg(v.project || chr(31) || COALESCE(v.scopes, ''), chr(30)) FROM (
                SELECT i.project, i.scopes FROM buildkey_links i
                WHERE i.direction = 'inbound' AND i.other = origin
                ORDER BY i.project LIMIT 601) v);
        opened := (
            SELECT string_agg(w.id, chr(30)) FROM (
                SELECT t.id FROM buildkey_projects t
                WHERE t.inbound_open AND t.id <> origin
                ORDER BY t.id LIMIT 601) w);
    END IF;
    RETURN concat((SELECT g.stamp FROM buildkey_reach g), chr(29), listed, chr(29), inbound, chr(29), opened);
END
$$;
-- +goose StatementEnd

-- One stamp is enough, and a verification looks it up without another table: after an
-- edit, whichever, every key reads its links once again. Edits take the one row only
-- when they are committed, and so wait for each other no longer than that; one of many
-- rows takes it once.
DROP FUNCTION buildkey_stamp_link() CASCADE;
DROP FUNCTION buildkey_stamp_open() CASCADE;
ALTER TABLE buildkey_projects DROP COLUMN stamp;

-- +goose StatementBegin
CREATE FUNCTION buildkey_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE buildkey_reach SET stamp = gen_random_uuid()::text WHERE xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE CONSTRAINT TRIGGER buildkey_links_stamped AFTER INSERT OR UPDATE OR DELETE ON buildkey_links
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION buildkey_stamp();
CREATE CONSTRAINT TRIGGER buildkey_projects_stamped AFTER INSERT OR UPDATE OR DELETE ON buildkey_projects
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION buildkey_stamp();
CREATE TRIGGER buildkey_links_emptied AFTER TRUNCATE ON buildkey_links EXECUTE FUNCTION buildkey_stamp();
CREATE TRIGGER buildkey_projects_emptied AFTER TRUNCATE ON buildkey_projects EXECUTE FUNCTION buildkey_stamp();
