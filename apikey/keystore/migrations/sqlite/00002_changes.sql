-- +goose Up

-- Caches of verified keys in other processes look at this counter. It counts what
-- may make a verified key worth less, so neither first nor last uses.
CREATE TABLE buildkey_changes (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL
);
INSERT INTO buildkey_changes (id, count) VALUES (1, 0);

-- +goose StatementBegin
CREATE TRIGGER buildkey_keys_changed AFTER UPDATE ON buildkey_keys
WHEN OLD.revoked_at IS NOT NEW.revoked_at
    OR OLD.activated_at IS NOT NULL AND (OLD.activated_at IS NOT NEW.activated_at OR OLD.expires_at IS NOT NEW.expires_at)
    OR OLD.id IS NOT NEW.id OR OLD.project IS NOT NEW.project OR OLD.version IS NOT NEW.version OR OLD.build IS NOT NEW.build
    OR OLD.scopes IS NOT NEW.scopes OR OLD.allow_list IS NOT NEW.allow_list OR OLD.secret_hash IS NOT NEW.secret_hash
    OR OLD.parent IS NOT NEW.parent OR OLD.depth IS NOT NEW.depth OR OLD.activate_by IS NOT NEW.activate_by
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- Keys that are long dead were told of when they died.
-- +goose StatementBegin
CREATE TRIGGER buildkey_keys_deleted AFTER DELETE ON buildkey_keys
WHEN OLD.dies_at > CAST(strftime('%s', 'now') AS INTEGER) * 1000000
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_inserted AFTER INSERT ON buildkey_links
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_updated AFTER UPDATE ON buildkey_links
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_links_deleted AFTER DELETE ON buildkey_links
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_inserted AFTER INSERT ON buildkey_projects
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_updated AFTER UPDATE ON buildkey_projects
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER buildkey_projects_deleted AFTER DELETE ON buildkey_projects
BEGIN
    UPDATE buildkey_changes SET count = count + 1;
END;
-- +goose StatementEnd
