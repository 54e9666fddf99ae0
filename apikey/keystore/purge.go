package keystore

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// purgeBatch is how many rows one transaction deletes: a few milliseconds.
const purgeBatch = 1000

// The next rows in the order of the index, from where the batch before ended, so
// that no batch wades through what the others have just deleted. Rows that
// somebody holds are left for another time. An array is looked up by index, where
// the planner may join a subquery with the whole table.
const purgeKeys = `DELETE FROM buildkey_keys WHERE id = ANY(ARRAY(
	SELECT k.id FROM buildkey_keys k WHERE k.dies_at < ? AND (k.dies_at, k.id) > (?, ?::uuid)
	ORDER BY k.dies_at, k.id LIMIT ? FOR UPDATE SKIP LOCKED))
RETURNING dies_at, id`

// A handle stays as long as its key's record, so that its second unwrap is noticed,
// and no longer, so that no sealed secret outlives its key. As a scalar the key is
// looked up by index, where NOT EXISTS becomes a join. PostgreSQL takes IS NOT TRUE
// for every other row, and IS NULL for so few that it would sort the whole table
// rather than follow the index until it has a batch.
const purgeHandles = `DELETE FROM buildkey_handles WHERE hash = ANY(ARRAY(
	SELECT h.hash FROM buildkey_handles h
	WHERE (h.expires_at, h.hash) > (?, ?) AND (SELECT true FROM buildkey_keys k WHERE k.id = h.key_id) IS NOT TRUE
	ORDER BY h.expires_at, h.hash LIMIT ? FOR UPDATE SKIP LOCKED))
RETURNING expires_at, hash`

// Purge deletes the keys that have been dead for longer than retention (zero: the
// Config's) and their handles, in batches of a thousand, each in a transaction of
// its own, and returns how many keys it deleted. Their secrets are then unknown. The
// audit trail stays; see [Store.PurgeEvents]. Several may purge at once. Errors: a
// [*SpecError] for a negative retention, or one that matches apikey.ErrUnavailable,
// with what was deleted before it.
func (s *Store) Purge(ctx context.Context, retention time.Duration) (int64, error) {
	if err := checkGrace("retention", retention); err != nil {
		return 0, err
	}
	if retention == 0 {
		retention = s.cfg.Retention
	}
	before := s.now() - retention.Microseconds()
	dead := place{key: uuid.Nil.String()}
	keys, err := s.inBatches(ctx, "purge keys", func(c *change) (int64, error) {
		return c.purge(&dead, purgeKeys, before, dead.at, dead.key, purgeBatch)
	})
	if err != nil {
		return keys, err
	}
	var orphan place
	_, err = s.inBatches(ctx, "purge handles", func(c *change) (int64, error) {
		return c.purge(&orphan, purgeHandles, orphan.at, []byte(orphan.key), purgeBatch)
	})
	return keys, err
}

// place is that of a row in the order of an index.
type place struct {
	at  int64
	key string
}

// purge deletes rows and returns how many. It moves last to the last of them.
func (c *change) purge(last *place, statement string, args ...any) (n int64, err error) {
	rows, err := c.tx.QueryContext(c.ctx, c.text(statement), args...)
	if err != nil {
		return 0, trouble(c.doing, err)
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var row place
		if err := rows.Scan(&row.at, &row.key); err != nil {
			return n, trouble(c.doing, err)
		}
		if row.at > last.at || row.at == last.at && row.key > last.key {
			*last = row
		}
	}
	return n, trouble(c.doing, rows.Err())
}

// inBatches repeats purge, each time in a transaction of its own, until nothing is
// left, and returns how many rows were deleted.
func (s *Store) inBatches(ctx context.Context, doing string, purge func(*change) (int64, error)) (int64, error) {
	var total int64
	for {
		var n int64
		err := s.change(ctx, doing, func(c *change) (err error) {
			n, err = purge(c)
			return err
		})
		if n == 0 || err != nil {
			return total, err
		}
		total += n
	}
}
