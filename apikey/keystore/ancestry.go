package keystore

import (
	"database/sql"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

// maxDepth is how many generations may descend from a minted key.
const maxDepth = 4

// ancestors joins the keys above k, as many as there can be. Where a key has
// none, each join is a look-up of NULL, which costs nothing.
const ancestors = `
LEFT JOIN buildkey_keys a1 ON a1.id = k.parent
LEFT JOIN buildkey_keys a2 ON a2.id = a1.parent
LEFT JOIN buildkey_keys a3 ON a3.id = a2.parent
LEFT JOIN buildkey_keys a4 ON a4.id = a3.parent`

const ancestorColumns = `, a1.dies_at, a2.dies_at, a3.dies_at, a4.dies_at`

// live tells whether k and every key above it live at a time, given twice; one
// that is gone does not. Most keys have no parent and are asked no more than that.
const live = `k.dies_at > ? AND (k.parent IS NULL OR COALESCE((SELECT LEAST(a1.dies_at,
	CASE WHEN a1.parent IS NULL THEN a1.dies_at ELSE COALESCE(a2.dies_at, 0) END,
	CASE WHEN a2.parent IS NULL THEN a1.dies_at ELSE COALESCE(a3.dies_at, 0) END,
	CASE WHEN a3.parent IS NULL THEN a1.dies_at ELSE COALESCE(a4.dies_at, 0) END)
FROM buildkey_keys a1
LEFT JOIN buildkey_keys a2 ON a2.id = a1.parent
LEFT JOIN buildkey_keys a3 ON a3.id = a2.parent
LEFT JOIN buildkey_keys a4 ON a4.id = a3.parent
WHERE a1.id = k.parent), 0) > ?)`

// ancestry is when the keys above one die; one that is gone has no time.
type ancestry [maxDepth]sql.NullInt64

func (a *ancestry) dest() []any { return []any{&a[0], &a[1], &a[2], &a[3]} }

// alive tells whether every ancestor of a key of that depth is there and not
// dead at the time.
func (a *ancestry) alive(depth int, at int64) bool {
	for _, dies := range a[:min(depth, maxDepth)] {
		if !dies.Valid || dies.Int64 <= at {
			return false
		}
	}
	return true
}

// usable is apikey's Usable for a key in its family: one with a dead ancestor
// is revoked.
func usable(k apikey.Key, depth int, above *ancestry, at time.Time) error {
	if err := k.Usable(at); err != nil {
		return err
	}
	if !above.alive(depth, at.UnixMicro()) {
		return apikey.ErrRevoked
	}
	return nil
}
