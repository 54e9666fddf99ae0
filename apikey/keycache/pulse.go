package keycache

import (
	"sync/atomic"
	"time"
)

// pulse is when the newest heartbeat was sent. The zero pulse has none.
type pulse struct{ sent atomic.Pointer[time.Time] }

// fresh tells whether all that was committed up to less than bound ago has been
// reported.
func (p *pulse) fresh(now time.Time, bound time.Duration) bool {
	sent := p.sent.Load()
	return sent != nil && within(*sent, now, bound)
}

// beat notes a heartbeat, and tells whether it followed the one before in time.
func (p *pulse) beat(sent time.Time, bound time.Duration) bool {
	old := p.sent.Swap(&sent)
	return old == nil || within(*old, sent, bound)
}

// stop forgets the heartbeats: nothing is fresh until the next one.
func (p *pulse) stop() { p.sent.Store(nil) }

// within tells whether less than bound passed, by both hands of the clock: the
// monotonic one stands still while a machine sleeps, and the other one can be set.
func within(from, to time.Time, bound time.Duration) bool {
	return to.Sub(from) < bound && time.Duration(to.UnixNano()-from.UnixNano()).Abs() < bound
}
