-- +goose Up

-- What keys of a project reach changes only together with these stamps, so that
-- whoever has seen the stamps need not read hundreds of links again. They are
-- random: one that was rolled back never comes again.
ALTER TABLE buildkey_projects ADD COLUMN stamp TEXT NOT NULL DEFAULT '';

-- The one row is about which projects are open to all.
CREATE TABLE buildkey_reach (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    stamp TEXT NOT NULL
);
INSERT INTO buildkey_reach (id, stamp) VALUES (1, lower(hex(randomblob(16))));

-- An inbound entry is about the keys of the project that it names.

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_stamped_insert AFTER INSERT ON buildkey_links
BEGIN
    INSERT INTO buildkey_projects (id, stamp)
    VALUES (CASE NEW.direction WHEN 'inbound' THEN NEW.other ELSE NEW.project END, lower(hex(randomblob(16))))
    ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_stamped_delete AFTER DELETE ON buildkey_links
BEGIN
    INSERT INTO buildkey_projects (id, stamp)
    VALUES (CASE OLD.direction WHEN 'inbound' THEN OLD.other ELSE OLD.project END, lower(hex(randomblob(16))))
    ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_stamped_update AFTER UPDATE ON buildkey_links
BEGIN
    INSERT INTO buildkey_projects (id, stamp)
    VALUES (CASE OLD.direction WHEN 'inbound' THEN OLD.other ELSE OLD.project END, lower(hex(randomblob(16)))),
        (CASE NEW.direction WHEN 'inbound' THEN NEW.other ELSE NEW.project END, lower(hex(randomblob(16))))
    ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_opened AFTER INSERT ON buildkey_projects WHEN NEW.inbound_open
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_switched AFTER UPDATE ON buildkey_projects
WHEN OLD.inbound_open IS NOT NEW.inbound_open OR OLD.id IS NOT NEW.id
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- Without its row a project has no stamp of its own any more.
-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_unstamped AFTER DELETE ON buildkey_projects
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd
