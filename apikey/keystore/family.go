package keystore

import (
	"database/sql"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// maxDepth is how many generations may descend from a minted key.
const maxDepth = 4

// Most keys have no parent and are asked no more than that.
const (
	// live tells whether k and every key above it live at a time, given twice.
	live = `k.dies_at > ? AND (k.parent IS NULL OR buildkey_above(k.parent) > ?)`
	// above is when the first of the keys above k dies, NULL for none above it.
	above = `CASE WHEN k.parent IS NULL THEN NULL ELSE buildkey_above(k.parent) END AS above`
)

// aboveSQLite is buildkey_above where there are no functions: when the first of the
// keys from k.parent up dies. One that is gone has died at 0. The same stands in the
// migration of PostgreSQL.
const aboveSQLite = `COALESCE((SELECT min(a1.dies_at,
	CASE WHEN a1.parent IS NULL THEN a1.dies_at ELSE COALESCE(a2.dies_at, 0) END,
	CASE WHEN a2.parent IS NULL THEN a1.dies_at ELSE COALESCE(a3.dies_at, 0) END,
	CASE WHEN a3.parent IS NULL THEN a1.dies_at ELSE COALESCE(a4.dies_at, 0) END)
FROM buildkey_keys a1
LEFT JOIN buildkey_keys a2 ON a2.id = a1.parent
LEFT JOIN buildkey_keys a3 ON a3.id = a2.parent
LEFT JOIN buildkey_keys a4 ON a4.id = a3.parent
WHERE a1.id = k.parent), 0)`

// usable is apikey's Usable for a key in its family: one with a dead ancestor
// is revoked.
func usable(k apikey.Key, above sql.NullInt64, at time.Time) error {
	if err := k.Usable(at); err != nil {
		return err
	}
	if (above.Valid || k.Parent != uuid.Nil) && above.Int64 <= at.UnixMicro() {
		return apikey.ErrRevoked
	}
	return nil
}

// member is a key with what can be told of it only together with its ancestors.
type member struct {
	row   row
	above sql.NullInt64
	key   apikey.Key
}

const selectMember = `SELECT k.id, ` + record + `, k.secret_hash, k.held_name, k.depth, k.ttl, k.max_ttl, k.dies_at, ` + above + `
FROM buildkey_keys k WHERE k.id = ?`

// member reads a key; apikey.ErrNotFound when it is gone. It locks nothing: who
// changes the key, or gives it a child, has locked it before.
func (c *change) member(id uuid.UUID) (*member, error) {
	var m member
	r := &m.row
	err := c.get(apikey.ErrNotFound, selectMember, []any{id.String()},
		&r.id, r, &r.hash, &r.heldName, &r.depth, &r.ttl, &r.maxTTL, &r.diesAt, &m.above)
	if err != nil {
		return nil, err
	}
	m.key, err = c.core.key(&m.row)
	return &m, trouble(c.doing, err)
}

// usable tells why the key is dead, if it is; one in its grace is not.
func (m *member) usable(at time.Time) error {
	return usable(m.key, m.above, at)
}

// unrevoked is usable for what a key in its grace may not do any more.
func (m *member) unrevoked(at time.Time) error {
	err := m.usable(at)
	if err == nil && m.row.revokedAt.Valid {
		return apikey.ErrRevoked
	}
	return err
}

// lockParent keeps the parent of a key, if it has one, from being revoked or
// renewed until the change is over.
func (c *change) lockParent(id uuid.UUID) error {
	_, err := c.ids(`SELECT p.id FROM buildkey_keys p WHERE p.id = (SELECT k.parent FROM buildkey_keys k WHERE k.id = ?) FOR SHARE`, id.String())
	return err
}
