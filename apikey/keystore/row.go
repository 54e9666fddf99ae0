package keystore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

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

// key is the record, with its scopes expanded. A row that cannot be read is an
// error: it was not written by a store.
func (c *core) key(r *row) (apikey.Key, error) {
	k := apikey.Key{
		ID: r.id, Name: r.name, Project: r.project, Version: r.version, Build: r.build,
		Parent: r.parent.UUID, CreatedBy: r.createdBy,
		CreatedAt: time.UnixMicro(r.createdAt).UTC(), ActivateBy: time.UnixMicro(r.activateBy).UTC(),
		ActivatedAt: instant(r.activatedAt), ExpiresAt: instant(r.expiresAt),
		RevokedAt: instant(r.revokedAt), LastUsedAt: instant(r.lastUsedAt),
	}
	if r.atOnce { // who revoked it may have a clock that goes before ours
		if now := c.cfg.Now(); k.RevokedAt.After(now) {
			k.RevokedAt = now
		}
	}
	g, err := c.scopes.of(r.scopes)
	if err != nil {
		return apikey.Key{}, fmt.Errorf("the scopes of key %s cannot be read: %w", r.id, err)
	}
	list, err := c.lists.of(r.allowList)
	if err != nil {
		return apikey.Key{}, fmt.Errorf("the allow list of key %s cannot be read: %w", r.id, err)
	}
	k.Scopes, k.Permits, k.AllowList = slices.Clone(g.names), slices.Clone(g.permits), slices.Clone(list)
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

// jsonText is a list as the database takes it.
func jsonText[T ~[]E, E any](list T) string {
	text, err := json.Marshal(list)
	if err != nil {
		return "[]" // which the table refuses
	}
	return string(text)
}
