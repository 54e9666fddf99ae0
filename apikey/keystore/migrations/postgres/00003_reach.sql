-- +goose Up

-- What keys of a project reach changes only together with these stamps, so that
-- whoever has seen the stamps need not read hundreds of links again. They are
-- random: one that was rolled back never comes again.
ALTER TABLE buildkey_projects ADD COLUMN stamp text COLLATE "C" NOT NULL DEFAULT '';

-- The one row is about which projects are open to all.
CREATE TABLE buildkey_reach (
    id    integer PRIMARY KEY CHECK (id = 1),
    stamp text COLLATE "C" NOT NULL
);
INSERT INTO buildkey_reach (id, stamp) VALUES (1, gen_random_uuid()::text);

-- +goose StatementBegin
CREATE FUNCTION buildkey_stamp_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An inbound entry is about the keys of the project that it names.
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO buildkey_projects AS p (id, stamp)
        VALUES (CASE OLD.direction WHEN 'inbound' THEN OLD.other ELSE OLD.project END, gen_random_uuid()::text)
        ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO buildkey_projects AS p (id, stamp)
        VALUES (CASE NEW.direction WHEN 'inbound' THEN NEW.other ELSE NEW.project END, gen_random_uuid()::text)
        ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION buildkey_stamp_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE buildkey_reach SET stamp = gen_random_uuid()::text;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER buildkey_links_stamped AFTER INSERT OR UPDATE OR DELETE ON buildkey_links FOR EACH ROW
    EXECUTE FUNCTION buildkey_stamp_link();
CREATE TRIGGER buildkey_links_emptied AFTER TRUNCATE ON buildkey_links EXECUTE FUNCTION buildkey_stamp_open();

CREATE TRIGGER buildkey_projects_opened AFTER INSERT ON buildkey_projects FOR EACH ROW
    WHEN (NEW.inbound_open) EXECUTE FUNCTION buildkey_stamp_open();
CREATE TRIGGER buildkey_projects_switched AFTER UPDATE ON buildkey_projects FOR EACH ROW
    WHEN (OLD.inbound_open <> NEW.inbound_open OR OLD.id <> NEW.id) EXECUTE FUNCTION buildkey_stamp_open();
-- Without its row a project has no stamp of its own any more.
CREATE TRIGGER buildkey_projects_deleted AFTER DELETE ON buildkey_projects FOR EACH ROW
    EXECUTE FUNCTION buildkey_stamp_open();
CREATE TRIGGER buildkey_projects_emptied AFTER TRUNCATE ON buildkey_projects EXECUTE FUNCTION buildkey_stamp_open();
