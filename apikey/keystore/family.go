package keystore

import (
	"database/sql"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// member is a key with what can be told of it only together with its ancestors.
type member struct {
	row   row
	above sql.NullInt64
	key   apikey.Key
}

const selectMember = `SELECT k.id, ` + record + `, k.secret_hash, k.held_name, k.depth, k.ttl, k.max_ttl, k.dies_at, ` + above + `
FROM buildkey_keys k WHERE k.id = ?`

// member reads a key, which the caller has locked; apikey.ErrNotFound when it is
// gone.
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
