-- +goose Up

-- Times are microseconds since the epoch; NULL is "not yet". Keys hold no
-- foreign key, so that deleting a project, version or build touches none.
CREATE TABLE buildkey_keys (
    id           uuid PRIMARY KEY,
    name         text COLLATE "C" NOT NULL,
    held_name    text COLLATE "C",  -- NULL once the name is free for another key
    project      text COLLATE "C" NOT NULL CHECK (project <> ''),
    version      text COLLATE "C" NOT NULL,
    build        text COLLATE "C" NOT NULL,
    scopes       text COLLATE "C" NOT NULL CHECK (json_array_length(scopes::json) > 0),
    allow_list   text COLLATE "C" NOT NULL CHECK (json_array_length(allow_list::json) > 0),
    secret_hash  bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    parent       uuid,
    depth        smallint NOT NULL CHECK (depth BETWEEN 0 AND 4),
    ttl          bigint NOT NULL CHECK (ttl > 0),
    max_ttl      bigint NOT NULL CHECK (max_ttl >= ttl),
    created_by   text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    activate_by  bigint NOT NULL,
    activated_at bigint,
    expires_at   bigint,
    revoked_at   bigint,
    at_once      boolean NOT NULL DEFAULT false,  -- revoked without grace: dead whatever a clock says
    last_used_at bigint,
    dies_at      bigint GENERATED ALWAYS AS (LEAST(revoked_at, COALESCE(expires_at, activate_by))) STORED,
    CHECK ((parent IS NULL) = (depth = 0)),
    CHECK ((activated_at IS NULL) = (expires_at IS NULL))
) WITH (fillfactor = 80);  -- room beside each row, so that last_used_at changes no index

CREATE UNIQUE INDEX buildkey_keys_name ON buildkey_keys (project, held_name) WHERE held_name IS NOT NULL;
CREATE INDEX buildkey_keys_project ON buildkey_keys (project, id);
CREATE INDEX buildkey_keys_version ON buildkey_keys (version, id) WHERE version <> '';
CREATE INDEX buildkey_keys_build ON buildkey_keys (build, id) WHERE build <> '';
CREATE INDEX buildkey_keys_parent ON buildkey_keys (parent) WHERE parent IS NOT NULL;
CREATE INDEX buildkey_keys_dies ON buildkey_keys (dies_at, id);

CREATE TABLE buildkey_handles (
    hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    key_id     uuid NOT NULL,
    sealed     bytea,  -- NULL once opened
    expires_at bigint NOT NULL,
    opened_at  bigint
);
CREATE INDEX buildkey_handles_expires ON buildkey_handles (expires_at);
CREATE INDEX buildkey_handles_key ON buildkey_handles (key_id);

-- The switches of a project that has changed one, or has entries. Without a
-- row: inbound listed, outbound open.
CREATE TABLE buildkey_projects (
    id            text COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    inbound_open  boolean NOT NULL DEFAULT false,
    outbound_open boolean NOT NULL DEFAULT true
);
CREATE INDEX buildkey_projects_open ON buildkey_projects (id) WHERE inbound_open;

CREATE TABLE buildkey_links (
    project   text COLLATE "C" NOT NULL,
    direction text COLLATE "C" NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    other     text COLLATE "C" NOT NULL CHECK (other <> project),
    scopes    text COLLATE "C" CHECK (json_array_length(scopes::json) > 0),  -- NULL: read only
    PRIMARY KEY (project, direction, other)
);
CREATE INDEX buildkey_links_other ON buildkey_links (direction, other, project) INCLUDE (scopes);

CREATE TABLE buildkey_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    actor      text COLLATE "C" NOT NULL,
    key_id     uuid,  -- NULL: about the links of the project
    project    text COLLATE "C" NOT NULL,
    version    text COLLATE "C" NOT NULL,
    build      text COLLATE "C" NOT NULL,
    scopes     text COLLATE "C" NOT NULL,
    allow_list text COLLATE "C" NOT NULL,
    detail     text COLLATE "C" NOT NULL
);
CREATE INDEX buildkey_events_key ON buildkey_events (key_id, id) WHERE key_id IS NOT NULL;
CREATE INDEX buildkey_events_project ON buildkey_events (project, id) WHERE key_id IS NULL;
