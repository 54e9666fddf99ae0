-- +goose Up

-- One stamp is enough, and a verification looks it up without another table: after an
-- edit, whichever, every key reads its links once again.
DROP TRIGGER buildkey_links_stamped_insert;
DROP TRIGGER buildkey_links_stamped_delete;
DROP TRIGGER buildkey_links_stamped_update;
DROP TRIGGER buildkey_projects_opened;
DROP TRIGGER buildkey_projects_switched;
DROP TRIGGER buildkey_projects_unstamped;
ALTER TABLE buildkey_projects DROP COLUMN stamp;

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_stamped_insert AFTER INSERT ON buildkey_links
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_stamped_update AFTER UPDATE ON buildkey_links
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_stamped_delete AFTER DELETE ON buildkey_links
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_stamped_insert AFTER INSERT ON buildkey_projects
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_stamped_update AFTER UPDATE ON buildkey_projects
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_stamped_delete AFTER DELETE ON buildkey_projects
BEGIN
    UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
END;
-- +goose StatementEnd
