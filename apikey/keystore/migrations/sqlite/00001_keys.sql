-- +goose Up

-- Times are microseconds since the epoch; NULL is "not yet". Keys hold no
-- foreign key, so that deleting a project, version or build touches none.
CREATE TABLE buildkey_keys (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    held_name    TEXT,  -- NULL once the name is free for another key
    project      TEXT NOT NULL CHECK (project <> ''),
    version      TEXT NOT NULL,
    build        TEXT NOT NULL,
    scopes       TEXT NOT NULL CHECK (json_array_length(scopes) > 0),
    allow_list   TEXT NOT NULL CHECK (json_array_length(allow_list) > 0),
    secret_hash  BLOB NOT NULL CHECK (length(secret_hash) = 32),
    parent       TEXT,
    depth        INTEGER NOT NULL CHECK (depth BETWEEN 0 AND 4),
    ttl          INTEGER NOT NULL CHECK (ttl > 0),
    max_ttl      INTEGER NOT NULL CHECK (max_ttl >= ttl),
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    activate_by  INTEGER NOT NULL,
    activated_at INTEGER,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    at_once      INTEGER NOT NULL DEFAULT 0,  -- revoked without grace: dead whatever a clock says
    last_used_at INTEGER,
    dies_at      INTEGER GENERATED ALWAYS AS (min(COALESCE(revoked_at, 9223372036854775807), COALESCE(expires_at, activate_by))) STORED,
    CHECK ((parent IS NULL) = (depth = 0)),
    CHECK ((activated_at IS NULL) = (expires_at IS NULL))
);

CREATE UNIQUE INDEX buildkey_keys_name ON buildkey_keys (project, held_name) WHERE held_name IS NOT NULL;
CREATE INDEX buildkey_keys_project ON buildkey_keys (project, id);
CREATE INDEX buildkey_keys_version ON buildkey_keys (version, id) WHERE version <> '';
CREATE INDEX buildkey_keys_build ON buildkey_keys (build, id) WHERE build <> '';
CREATE INDEX buildkey_keys_parent ON buildkey_keys (parent) WHERE parent IS NOT NULL;
CREATE INDEX buildkey_keys_dies ON buildkey_keys (dies_at, id);

CREATE TABLE buildkey_handles (
    hash       BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    key_id     TEXT NOT NULL,
    sealed     BLOB,  -- NULL once opened
    expires_at INTEGER NOT NULL,
    opened_at  INTEGER
);
CREATE INDEX buildkey_handles_expires ON buildkey_handles (expires_at);
CREATE INDEX buildkey_handles_key ON buildkey_handles (key_id);

-- The switches of a project that has changed one, or has entries. Without a
-- row: inbound listed, outbound open.
CREATE TABLE buildkey_projects (
    id            TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    inbound_open  INTEGER NOT NULL DEFAULT 0,
    outbound_open INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX buildkey_projects_open ON buildkey_projects (id) WHERE inbound_open;

CREATE TABLE buildkey_links (
    project   TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    other     TEXT NOT NULL CHECK (other <> project),
    scopes    TEXT CHECK (json_array_length(scopes) > 0),  -- NULL: read only
    PRIMARY KEY (project, direction, other)
) WITHOUT ROWID;
CREATE INDEX buildkey_links_other ON buildkey_links (direction, other, project, scopes);

CREATE TABLE buildkey_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    key_id     TEXT,  -- NULL: about the links of the project
    project    TEXT NOT NULL,
    version    TEXT NOT NULL,
    build      TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    allow_list TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX buildkey_events_key ON buildkey_events (key_id, id) WHERE key_id IS NOT NULL;
CREATE INDEX buildkey_events_project ON buildkey_events (project, id) WHERE key_id IS NULL;
