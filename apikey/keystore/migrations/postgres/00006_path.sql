-- +goose Up

-- These read or write a table, and mean the one of their own schema, whatever the
-- search_path of the session that edits.
ALTER FUNCTION buildkey_stamp() SET search_path FROM CURRENT;
ALTER FUNCTION buildkey_notify_key() SET search_path FROM CURRENT;

-- What was remembered by an earlier stamp is not believed.
UPDATE buildkey_reach SET stamp = gen_random_uuid()::text;
