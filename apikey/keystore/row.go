package keystore

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// row is a key as its table has it.
type row struct {
	id                      uuid.UUID
	name                    string
	heldName                sql.NullString
	project, version, build apikey.ID
	scopes, allowList       string
	hash                    []byte
	parent                  uuid.NullUUID
	depth                   int
	ttl, maxTTL             int64
	createdBy               string
	createdAt, activateBy   int64

	activatedAt, expiresAt, revokedAt, lastUsedAt sql.NullInt64

	diesAt int64
	atOnce bool
}

// keyColumns are the columns of a row, in the order of its dest. The table goes
// by k.
const keyColumns = `k.id, k.name, k.held_name, k.project, k.version, k.build, k.scopes, k.allow_list,
	k.secret_hash, k.parent, k.depth, k.ttl, k.max_ttl, k.created_by, k.created_at, k.activate_by,
	k.activated_at, k.expires_at, k.revoked_at, k.last_used_at, k.dies_at, k.at_once`

func (r *row) dest(more ...any) []any {
	return append([]any{
		&r.id, &r.name, &r.heldName, &r.project, &r.version, &r.build, &r.scopes, &r.allowList,
		&r.hash, &r.parent, &r.depth, &r.ttl, &r.maxTTL, &r.createdBy, &r.createdAt, &r.activateBy,
		&r.activatedAt, &r.expiresAt, &r.revokedAt, &r.lastUsedAt, &r.diesAt, &r.atOnce,
	}, more...)
}

// key is the record, with its scopes expanded. A row that cannot be read is an
// error: it was not written by a store.
func (c *core) key(r *row) (apikey.Key, error) {
	k := apikey.Key{
		ID: r.id, Name: r.name, Project: r.project, Version: r.version, Build: r.build,
		Parent: r.parent.UUID, CreatedBy: r.createdBy,
		CreatedAt:   instant(sql.NullInt64{Int64: r.createdAt, Valid: true}),
		ActivateBy:  instant(sql.NullInt64{Int64: r.activateBy, Valid: true}),
		ActivatedAt: instant(r.activatedAt), ExpiresAt: instant(r.expiresAt),
		RevokedAt: instant(r.revokedAt), LastUsedAt: instant(r.lastUsedAt),
	}
	if err := json.Unmarshal([]byte(r.scopes), &k.Scopes); err != nil {
		return apikey.Key{}, fmt.Errorf("the scopes of key %s cannot be read: %w", r.id, err)
	}
	if err := json.Unmarshal([]byte(r.allowList), &k.AllowList); err != nil {
		return apikey.Key{}, fmt.Errorf("the allow list of key %s cannot be read: %w", r.id, err)
	}
	if now := c.cfg.Now(); r.atOnce && k.RevokedAt.After(now) {
		k.RevokedAt = now // who revoked it has a clock that goes before ours
	}
	k.Permits = c.cfg.Catalog.Expand(k.Scopes)
	return k, nil
}

const insertKey = `INSERT INTO buildkey_keys (id, name, held_name, project, version, build, scopes, allow_list,
	secret_hash, parent, depth, ttl, max_ttl, created_by, created_at, activate_by,
	activated_at, expires_at, revoked_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, held_name) WHERE held_name IS NOT NULL DO NOTHING`

// insert writes r, unless its name is held: then it is false.
func (c *change) insert(r *row) (bool, error) {
	var parent any
	if r.parent.Valid {
		parent = r.parent.UUID.String()
	}
	n, err := c.exec(insertKey, r.id.String(), r.name, r.heldName, r.project, r.version, r.build, r.scopes, r.allowList,
		r.hash, parent, r.depth, r.ttl, r.maxTTL, r.createdBy, r.createdAt, r.activateBy,
		r.activatedAt, r.expiresAt, r.revokedAt)
	return n == 1, err
}
