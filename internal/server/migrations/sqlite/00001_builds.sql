-- +goose Up

-- Times are microseconds since the epoch; NULL is "not yet". JSON is kept as the
-- text that was sent. AUTOINCREMENT: the id of a row that is gone names no other.
CREATE TABLE projects (
    id                            INTEGER PRIMARY KEY AUTOINCREMENT,
    slug                          TEXT NOT NULL UNIQUE,
    name                          TEXT NOT NULL,
    repo                          TEXT,
    language                      TEXT,
    default_branch                TEXT,
    privacy_level                 TEXT NOT NULL CHECK (privacy_level IN ('public', 'private')),
    max_concurrent_builds         INTEGER NOT NULL CHECK (max_concurrent_builds >= 0),
    environment_variables         TEXT NOT NULL,
    has_ssh_key_with_write_access BOOLEAN NOT NULL
);

CREATE TABLE versions (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id         INTEGER NOT NULL REFERENCES projects,
    slug               TEXT NOT NULL,
    identifier         TEXT,
    type               TEXT NOT NULL CHECK (type IN ('branch', 'tag', 'external')),
    active             BOOLEAN NOT NULL,
    privacy_level      TEXT NOT NULL CHECK (privacy_level IN ('public', 'private')),
    built              BOOLEAN NOT NULL,
    documentation_type TEXT,
    has_pdf            BOOLEAN NOT NULL,
    has_epub           BOOLEAN NOT NULL,
    has_htmlzip        BOOLEAN NOT NULL,
    build_data         TEXT,
    UNIQUE (project_id, slug),
    UNIQUE (id, project_id)
);

CREATE TABLE builds (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id       INTEGER NOT NULL REFERENCES projects,
    version_id       INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('triggered', 'cloning', 'installing', 'building', 'uploading', 'finished', 'cancelled')),
    success          BOOLEAN,
    error            TEXT,
    "commit"         TEXT,
    builder          TEXT,
    config           TEXT,
    length           INTEGER CHECK (length >= 0),
    date             INTEGER NOT NULL,
    task_executed_at INTEGER,
    FOREIGN KEY (version_id, project_id) REFERENCES versions (id, project_id)
);
CREATE INDEX builds_project ON builds (project_id, id);
CREATE INDEX builds_version ON builds (version_id, id);
CREATE INDEX builds_running ON builds (project_id) WHERE state IN ('cloning', 'installing', 'building', 'uploading');

CREATE TABLE commands (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    build_id        INTEGER NOT NULL REFERENCES builds,
    command         TEXT NOT NULL,
    description     TEXT,
    output          TEXT,
    exit_code       INTEGER,
    start_time      INTEGER,
    end_time        INTEGER,
    measured        REAL CHECK (measured >= 0),  -- run_time as the worker says
    run_time        REAL GENERATED ALWAYS AS (COALESCE(measured, (end_time - start_time) / 1e6)) STORED,
    idempotency_key TEXT,
    UNIQUE (build_id, idempotency_key)
);
CREATE INDEX commands_build ON commands (build_id, id);

-- What a notification can be attached to, by the name that callers give it. The
-- triggers below keep one row for each project and build.
CREATE TABLE subjects (
    name       TEXT NOT NULL PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects,
    version_id INTEGER REFERENCES versions,
    build_id   INTEGER REFERENCES builds
);
CREATE INDEX subjects_project ON subjects (project_id);
CREATE INDEX subjects_version ON subjects (version_id);
CREATE INDEX subjects_build ON subjects (build_id);

CREATE TABLE notifications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    attached_to   TEXT NOT NULL REFERENCES subjects,
    message_id    TEXT NOT NULL,
    state         TEXT NOT NULL,
    dismissable   BOOLEAN NOT NULL,
    format_values TEXT,
    UNIQUE (attached_to, message_id)
);

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER projects_subject AFTER INSERT ON projects BEGIN
    INSERT INTO subjects (name, project_id) VALUES ('project/' || NEW.id, NEW.id);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER builds_subject AFTER INSERT ON builds BEGIN
    INSERT INTO subjects (name, project_id, version_id, build_id)
    VALUES ('build/' || NEW.id, NEW.project_id, NEW.version_id, NEW.id);
END;
-- +goose StatementEnd

-- A build that is set back to its start keeps nothing of an earlier try.
-- +goose StatementBegin
CREATE TRIGGER builds_reset AFTER UPDATE OF state ON builds WHEN NEW.state = 'triggered' BEGIN
    DELETE FROM commands WHERE build_id = NEW.id;
    DELETE FROM notifications WHERE attached_to = 'build/' || NEW.id;
END;
-- +goose StatementEnd
