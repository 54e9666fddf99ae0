-- +goose Up

-- What was remembered by an earlier stamp is not believed. PostgreSQL has more here.
UPDATE buildkey_reach SET stamp = lower(hex(randomblob(16)));
