package keystore

import (
	"sync"
	"time"

	"github.com/buildkey/buildkey/apikey"
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
// itself; a cache that answers in its place calls it. Of a key that was written
// less than a minute ago nothing is noted.
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
