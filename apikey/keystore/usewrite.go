package keystore

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/google/uuid"
)

// writeUses sets one column of the rows that need it. The newest use wins,
// whoever writes it, and rows that somebody holds are skipped: this write waits
// for nobody, so that it delays nobody and no lock goes round in circles.
const writeUses = `UPDATE buildkey_keys SET last_used_at = u.at
FROM (SELECT k.id, v.at FROM buildkey_keys k JOIN json_to_recordset(?::json) AS v(id uuid, at bigint) ON v.id = k.id
	WHERE k.last_used_at IS NULL OR k.last_used_at <= v.at - 60000000 FOR NO KEY UPDATE OF k SKIP LOCKED) AS u
WHERE buildkey_keys.id = u.id RETURNING buildkey_keys.id`

const writeUsesSQLite = `UPDATE buildkey_keys SET last_used_at = v.at
FROM (SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.at') AS at FROM json_each(?)) AS v
WHERE buildkey_keys.id = v.id AND (last_used_at IS NULL OR last_used_at <= v.at - 60000000) RETURNING id`

// useBatch is how many keys one statement writes.
const useBatch = 1000

// flush writes what is noted. What the database did not take is kept for the
// next time.
func (s *Store) flush(ctx context.Context) error {
	for rest := s.uses.take(s.now()); len(rest) > 0; {
		batch := firstUses(rest, useBatch)
		written, err := s.writeBatch(ctx, batch)
		if err != nil {
			s.uses.keep(rest)
			return err
		}
		s.uses.done(batch, written)
		for id := range batch {
			delete(rest, id)
		}
	}
	return nil
}

func firstUses(all map[uuid.UUID]use, n int) map[uuid.UUID]use {
	first := make(map[uuid.UUID]use, min(n, len(all)))
	for id, u := range all {
		if len(first) == n {
			break
		}
		first[id] = u
	}
	return first
}

// writeBatch returns the ids of the rows that it changed.
func (s *Store) writeBatch(ctx context.Context, batch map[uuid.UUID]use) (written []uuid.UUID, err error) {
	type entry struct {
		ID uuid.UUID `json:"id"`
		At int64     `json:"at"`
	}
	entries := make([]entry, 0, len(batch))
	for id, u := range batch {
		entries = append(entries, entry{id, u.at})
	}
	list, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	statement := writeUses
	if s.dialect == dialect.SQLite {
		statement = writeUsesSQLite
	}
	err = s.db.SelectContext(ctx, &written, s.text(statement), string(list))
	return written, trouble("write when keys were last used", err)
}

// take empties the notes, and forgets what was written more than a minute ago.
func (u *uses) take(now int64) map[uuid.UUID]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.written, func(_ uuid.UUID, at int64) bool { return now-at >= useEvery.Microseconds() })
	taken := u.pending
	u.pending = nil
	return taken
}

// keep puts notes back, unless there is a newer one.
func (u *uses) keep(notes map[uuid.UUID]use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pending == nil {
		u.pending = map[uuid.UUID]use{}
	}
	for id, n := range notes {
		if n.at > u.pending[id].at {
			u.pending[id] = n
		}
	}
}

// done remembers what was written. A row that was not is tried once more, since
// somebody may have held it.
func (u *uses) done(batch map[uuid.UUID]use, written []uuid.UUID) {
	again := maps.Clone(batch)
	for _, id := range written {
		delete(again, id)
	}
	u.mu.Lock()
	if u.written == nil {
		u.written = map[uuid.UUID]int64{}
	}
	for id, n := range batch {
		if n.skipped {
			delete(again, id)
		}
		if _, retry := again[id]; !retry {
			u.written[id] = n.at
		}
	}
	u.mu.Unlock()
	for id, n := range again {
		again[id] = use{at: n.at, skipped: true}
	}
	u.keep(again)
}
