package keystore

import (
	"context"
	"time"
)

// Events are numbered in the order of time, so the oldest are at the start of the
// primary key, and deleting stops by itself where younger ones begin. A range keeps
// the planner from reading the whole table for every batch.
const purgeEvents = `DELETE FROM buildkey_events WHERE at < ?
	AND id >= (SELECT min(e.id) FROM buildkey_events e) AND id < (SELECT min(e.id) + ? FROM buildkey_events e)`

// PurgeEvents deletes the audit trail that is older than age, in batches, and
// returns how many entries that were. Nothing else ever deletes any; Run does not.
// Errors: a [*SpecError] for an age that is not positive, or one that matches
// apikey.ErrUnavailable.
func (s *Store) PurgeEvents(ctx context.Context, age time.Duration) (int64, error) {
	if age <= 0 {
		return 0, specError("age", "%v is not positive", age)
	}
	before := s.now() - age.Microseconds()
	var total int64
	for {
		n, err := s.purgeOnce(ctx, purgeEvents, before, purgeBatch)
		total += n
		if n == 0 || err != nil {
			return total, err
		}
	}
}
