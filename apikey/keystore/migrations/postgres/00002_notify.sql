-- +goose Up

-- Caches of verified keys listen on the channel "buildkey". The payload is
-- "k:<key>" for one key, "p:<project>" for the keys of a project, or "all".

-- +goose StatementBegin
CREATE FUNCTION buildkey_notify_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A cache does not know what descends from a key that it holds.
    IF EXISTS (SELECT 1 FROM buildkey_keys WHERE parent = OLD.id) THEN
        PERFORM pg_notify('buildkey', 'all');
    ELSE
        PERFORM pg_notify('buildkey', 'k:' || OLD.id);
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION buildkey_notify_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An inbound entry is about the keys of the project that it names.
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('buildkey', 'p:' || CASE OLD.direction WHEN 'inbound' THEN OLD.other ELSE OLD.project END);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('buildkey', 'p:' || CASE NEW.direction WHEN 'inbound' THEN NEW.other ELSE NEW.project END);
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION buildkey_notify_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF COALESCE(OLD.inbound_open, false) <> COALESCE(NEW.inbound_open, false) THEN
        PERFORM pg_notify('buildkey', 'all');
    ELSIF COALESCE(OLD.outbound_open, true) <> COALESCE(NEW.outbound_open, true) THEN
        PERFORM pg_notify('buildkey', 'p:' || COALESCE(NEW.id, OLD.id));
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION buildkey_notify_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('buildkey', 'all');
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- A first use is silent: no cache holds a key that was never verified. So are
-- last_used_at and held_name, which decide nothing.
CREATE TRIGGER buildkey_keys_changed AFTER UPDATE ON buildkey_keys FOR EACH ROW
    WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at
        OR OLD.activated_at IS NOT NULL AND (OLD.activated_at, OLD.expires_at) IS DISTINCT FROM (NEW.activated_at, NEW.expires_at)
        OR (OLD.id, OLD.project, OLD.version, OLD.build, OLD.scopes, OLD.allow_list, OLD.secret_hash, OLD.parent, OLD.depth, OLD.activate_by)
            IS DISTINCT FROM (NEW.id, NEW.project, NEW.version, NEW.build, NEW.scopes, NEW.allow_list, NEW.secret_hash, NEW.parent, NEW.depth, NEW.activate_by))
    EXECUTE FUNCTION buildkey_notify_key();

-- Keys that died told so then: purging a million of them must not flood.
CREATE TRIGGER buildkey_keys_deleted AFTER DELETE ON buildkey_keys FOR EACH ROW
    WHEN (OLD.dies_at > extract(epoch FROM clock_timestamp()) * 1000000)
    EXECUTE FUNCTION buildkey_notify_key();

CREATE TRIGGER buildkey_links_changed AFTER INSERT OR UPDATE OR DELETE ON buildkey_links FOR EACH ROW
    EXECUTE FUNCTION buildkey_notify_link();

CREATE TRIGGER buildkey_projects_changed AFTER INSERT OR UPDATE OR DELETE ON buildkey_projects FOR EACH ROW
    EXECUTE FUNCTION buildkey_notify_project();

CREATE TRIGGER buildkey_keys_truncated AFTER TRUNCATE ON buildkey_keys EXECUTE FUNCTION buildkey_notify_all();
CREATE TRIGGER buildkey_links_truncated AFTER TRUNCATE ON buildkey_links EXECUTE FUNCTION buildkey_notify_all();
CREATE TRIGGER buildkey_projects_truncated AFTER TRUNCATE ON buildkey_projects EXECUTE FUNCTION buildkey_notify_all();
