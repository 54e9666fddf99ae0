-- +goose Up

-- When a handle that was opened came again for the first time, which revoked its key.
-- Whoever brings it after that changes nothing.
ALTER TABLE buildkey_handles ADD COLUMN again_at INTEGER;
