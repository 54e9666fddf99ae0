package keystore

import (
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// Locks are always taken from the top of a family down, so that no two changes
// wait for each other, and so that nobody is missed: Derive and Rotate hold the
// parent of the key that they insert, and who revokes looks for children only
// once it holds their parents. Each look is a statement of its own, which sees
// what was committed while the one before it waited.

// lock waits for the key's row, and is apikey.ErrNotFound when there is none.
func (c *change) lock(id uuid.UUID) error {
	var depth int
	return c.get(apikey.ErrNotFound, `SELECT depth FROM buildkey_keys WHERE id = ? FOR UPDATE`, []any{id.String()}, &depth)
}

const selectEndable = `SELECT k.id FROM buildkey_keys k WHERE (k.revoked_at IS NULL OR k.revoked_at > ?) AND `

// A revocation without grace must not wait until the slowest clock of all servers
// has come to its time, so it is marked.
const revokeKeys = `UPDATE buildkey_keys SET revoked_at = LEAST(?::bigint, COALESCE(revoked_at, ?::bigint)), at_once = at_once OR ?
WHERE id` + amongIDs

// revokeOne ends a key and its descendants, and locks them.
func (c *change) revokeOne(id uuid.UUID, grace time.Duration) error {
	_, err := c.revokeFamily(c.now()+grace.Microseconds(), grace, `k.id = ?`, id.String())
	return err
}

// revokeMany ends the live keys whose column holds id, and their descendants, and
// returns how many.
func (c *change) revokeMany(column string, id apikey.ID, grace time.Duration) (int, error) {
	now := c.now()
	at := now + grace.Microseconds()
	where := "k." + column + " = ? AND k." + column + " <> '' AND k.dies_at > ?"
	total := 0
	// A rotation that held one of these keys has left another in its place, which
	// the statement that waited for it does not see. A look that waits for nobody
	// sees one of the two: go on until there is none.
	for {
		left, err := c.ids(selectEndable+where+` LIMIT 1`, at, id, now)
		if err != nil || len(left) == 0 {
			return total, err
		}
		n, err := c.revokeFamily(at, grace, where, id, now)
		total += n
		if err != nil {
			return total, err
		}
	}
}

// revokeFamily ends the keys that where chooses, and the generations below them. It
// leaves out descendants that are dead, and what is below those is dead with them:
// to lock one now could be to lock it after its child.
func (c *change) revokeFamily(at int64, grace time.Duration, where string, args ...any) (int, error) {
	total, now := 0, c.now()
	for generation := 0; generation <= maxDepth; generation++ {
		ids, err := c.ids(selectEndable+where+` ORDER BY k.depth, k.id FOR UPDATE`, append([]any{at}, args...)...)
		if err != nil || len(ids) == 0 {
			return total, err
		}
		list := jsonText(ids)
		if _, err := c.exec(revokeKeys, at, at, grace == 0, list); err != nil {
			return total, err
		}
		if err := c.happened(now, eventRevoke, graceWords(grace), ids...); err != nil {
			return total, err
		}
		where, args = `k.parent`+amongIDs+` AND k.dies_at > ?`, []any{list, now}
		total += len(ids)
	}
	return total, nil
}

func graceWords(grace time.Duration) string {
	if grace == 0 {
		return ""
	}
	return "grace " + grace.String()
}
