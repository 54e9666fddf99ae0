package keycache

import (
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/buildkey/buildkey/apikey"
)

// entry is a verified key, with the generations of before it was read.
type entry struct {
	key    apikey.Key
	digest digest
	seen   generations
	read   time.Time    // from when on it says nothing of the keys above it
	noted  atomic.Int64 // when a use was last passed on, in seconds
}

// due tells whether it is time to pass on another use: once a minute, and once
// only when many ask at a time.
func (e *entry) due(now time.Time) bool {
	last, second := e.noted.Load(), now.Unix()
	return second-last >= 60 && e.noted.CompareAndSwap(last, second)
}

// old tells whether a derived key is to be read again. It dies with the keys above
// it, also by their clocks, of which nobody reports and the entry knows nothing.
func (e *entry) old(now time.Time, bound time.Duration) bool {
	return e.key.Parent != uuid.Nil && !within(e.read, now, bound)
}

// newEntries bounds the number by the weight: no entry weighs less than its share
// of the bytes.
func newEntries(cfg Config) (*otter.Cache[uuid.UUID, *entry], error) {
	share := uint64(cfg.MaxBytes) / uint64(cfg.MaxEntries)
	return otter.New(&otter.Options[uuid.UUID, *entry]{
		MaximumWeight: uint64(cfg.MaxBytes),
		Weigher: func(_ uuid.UUID, e *entry) uint32 {
			return uint32(min(max(uint64(e.size()), share, 1), 1<<32-1))
		},
	})
}

// perEntry is what the cache itself spends on an entry, about.
const perEntry = 160

// size is the bytes that an entry holds on to, about.
func (e *entry) size() int {
	k := &e.key
	n := perEntry + int(unsafe.Sizeof(*e)) + len(k.Name) + len(k.Project) + len(k.Version) + len(k.Build) + len(k.CreatedBy)
	n += sizeOf(k.Scopes) + sizeOf(k.Permits)
	for _, t := range k.AllowList {
		n += int(unsafe.Sizeof(t)) + len(t.Type) + len(t.ID)
	}
	for _, l := range k.Links {
		n += int(unsafe.Sizeof(l)) + len(l.Project) + sizeOf(l.Scopes)
	}
	return n
}

func sizeOf(s apikey.Scopes) int {
	n := len(s) * int(unsafe.Sizeof(""))
	for _, name := range s {
		n += len(name)
	}
	return n
}
