package keystore

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/google/uuid"
)

// uses remembers who was used until [Store.Run] writes it down.
type uses struct {
	mu      sync.Mutex
	pending map[uuid.UUID]int64 // the latest use, in microseconds
	written map[uuid.UUID]int64 // what was written in the last minute, in microseconds
}

const (
	useEvery = time.Minute
	maxUses  = 100_000 // keys remembered; uses of more are not noted
)

// Used notes that k was used, without I/O: Run writes it. Verify does this by
// itself, so this is for a cache: see the package documentation. A key whose
// last use was written less than a minute ago is not noted.
func (s *Store) Used(k apikey.Key) {
	now := s.now()
	if !k.LastUsedAt.IsZero() && now-k.LastUsedAt.UnixMicro() < useEvery.Microseconds() {
		return
	}
	s.uses.note(k.ID, now)
}

func (u *uses) note(id uuid.UUID, now int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at, ok := u.written[id]; ok && now-at < useEvery.Microseconds() {
		return
	}
	if _, known := u.pending[id]; !known && len(u.pending) >= maxUses {
		return
	}
	if u.pending == nil {
		u.pending = map[uuid.UUID]int64{}
	}
	u.pending[id] = max(u.pending[id], now)
}

const (
	// due tells whether a use, v, is to be written for k; its argument is useEvery.
	due = `(k.last_used_at IS NULL OR k.last_used_at <= v.at - ?::bigint)`
	// dueOf are the rows for which one of a batch is to be written.
	dueOf = ` FROM buildkey_keys k JOIN json_to_recordset(?::json) AS v(id uuid, at bigint) ON v.id = k.id WHERE ` + due
)

// writeUses sets one column of the rows that need it. The newest use wins,
// whoever writes it, and rows that somebody holds are skipped: this write waits
// for nobody, so that it delays nobody and no lock goes round in circles.
const writeUses = `UPDATE buildkey_keys SET last_used_at = u.at
FROM (SELECT k.id, v.at` + dueOf + ` FOR NO KEY UPDATE OF k SKIP LOCKED) AS u
WHERE buildkey_keys.id = u.id`

const writeUsesSQLite = `UPDATE buildkey_keys AS k SET last_used_at = v.at
FROM (SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.at') AS at FROM json_each(?)) AS v
WHERE k.id = v.id AND ` + due

// selectUnwritten finds those of a batch that writeUses has skipped: whoever
// held their rows may have changed something else.
const selectUnwritten = `SELECT k.id` + dueOf

// useBatch is how many keys one statement writes.
const useBatch = 1000

// flush writes what is noted. What the database did not take is kept for the
// next time.
func (s *Store) flush(ctx context.Context) error {
	for rest := s.uses.take(s.now()); len(rest) > 0; {
		batch := firstUses(rest, useBatch)
		held, err := s.writeBatch(ctx, batch)
		if err != nil {
			s.uses.keep(rest)
			return err
		}
		s.uses.done(batch, held)
		for id := range batch {
			delete(rest, id)
		}
	}
	return nil
}

func firstUses(all map[uuid.UUID]int64, n int) map[uuid.UUID]int64 {
	first := make(map[uuid.UUID]int64, min(n, len(all)))
	for id, u := range all {
		if len(first) == n {
			break
		}
		first[id] = u
	}
	return first
}

// writeBatch returns the ids of the rows that somebody held.
func (s *Store) writeBatch(ctx context.Context, batch map[uuid.UUID]int64) (held []uuid.UUID, err error) {
	type entry struct {
		ID uuid.UUID `json:"id"`
		At int64     `json:"at"`
	}
	entries := make([]entry, 0, len(batch))
	for id, at := range batch {
		entries = append(entries, entry{id, at})
	}
	args := []any{jsonText(entries), useEvery.Microseconds()}
	const doing = "write when keys were last used"
	if s.dialect == dialect.SQLite { // where a writer waits, and skips nothing
		_, err := s.db.ExecContext(ctx, s.text(writeUsesSQLite), args...)
		return nil, trouble(doing, err)
	}
	result, err := s.db.ExecContext(ctx, s.text(writeUses), args...)
	if err != nil {
		return nil, trouble(doing, err)
	}
	if n, err := result.RowsAffected(); err == nil && n == int64(len(batch)) {
		return nil, nil
	}
	err = s.db.SelectContext(ctx, &held, s.text(selectUnwritten), args...)
	return held, trouble(doing, err)
}

// take empties the notes, and forgets what was written more than a minute ago.
func (u *uses) take(now int64) map[uuid.UUID]int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.written, func(_ uuid.UUID, at int64) bool { return now-at >= useEvery.Microseconds() })
	taken := u.pending
	u.pending = nil
	return taken
}

// keep puts notes back, unless there is a newer one.
func (u *uses) keep(notes map[uuid.UUID]int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pending == nil {
		u.pending = map[uuid.UUID]int64{}
	}
	for id, at := range notes {
		u.pending[id] = max(u.pending[id], at)
	}
}

// done remembers what was written, and keeps what was not for the next time.
func (u *uses) done(batch map[uuid.UUID]int64, held []uuid.UUID) {
	again := make(map[uuid.UUID]int64, len(held))
	for _, id := range held {
		again[id] = batch[id]
	}
	u.mu.Lock()
	if u.written == nil {
		u.written = map[uuid.UUID]int64{}
	}
	for id, at := range batch {
		if _, unwritten := again[id]; !unwritten {
			u.written[id] = at
		}
	}
	u.mu.Unlock()
	u.keep(again)
}
