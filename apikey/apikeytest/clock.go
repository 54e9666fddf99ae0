package apikeytest

import (
	"sync"
	"time"
)

// Clock is a time that stands still until it is moved. Its Now goes where a
// configuration asks for a clock. It is safe to share.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts a clock at a fixed moment in 2026, the same in every run.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)}
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, and back for a negative d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
