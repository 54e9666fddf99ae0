package keycache

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// flights lets the callers who miss the same key at the same time share one read.
type flights struct {
	mu   *sync.Mutex
	open map[flightKey]*flight
}

// flightKey is the key and its secret: who presents another secret shares nothing.
type flightKey struct {
	id     uuid.UUID
	digest digest
}

// flight is one read. It goes on while somebody waits for it.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int // under flights.mu
	key     apikey.Key
	err     error
}

func newFlights() flights {
	return flights{mu: new(sync.Mutex), open: map[flightKey]*flight{}}
}

// do joins the read of p, or starts it. A caller whose context ends leaves the
// others their read; the last one takes it away.
func (f flights) do(ctx context.Context, p presented, read func(context.Context, presented) (apikey.Key, error)) (apikey.Key, error) {
	at := flightKey{p.id, p.digest}
	f.mu.Lock()
	one, ok := f.open[at]
	if !ok {
		one = f.start(ctx, at, p, read)
	}
	one.waiting++
	f.mu.Unlock()
	select {
	case <-one.done:
		return one.key, one.err
	case <-ctx.Done():
		f.leave(at, one)
		return apikey.Key{}, fmt.Errorf("keycache: %w: %w", apikey.ErrUnavailable, ctx.Err())
	}
}

// start reads in a goroutine of its own, which ends with the read. The caller
// holds the lock.
func (f flights) start(ctx context.Context, at flightKey, p presented, read func(context.Context, presented) (apikey.Key, error)) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	one := &flight{done: make(chan struct{}), cancel: cancel}
	f.open[at] = one
	go func() {
		defer close(one.done)
		defer cancel()
		one.key, one.err = apikey.Key{}, apikey.ErrUnavailable // unless read says otherwise, also by a panic
		defer f.land(at, one)
		one.key, one.err = read(ctx, p)
	}()
	return one
}

// land makes the next caller start anew.
func (f flights) land(at flightKey, one *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[at] == one {
		delete(f.open, at)
	}
}

func (f flights) leave(at flightKey, one *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one.waiting--
	if one.waiting == 0 {
		one.cancel()
		if f.open[at] == one { // nobody may join a read that was taken away
			delete(f.open, at)
		}
	}
}
