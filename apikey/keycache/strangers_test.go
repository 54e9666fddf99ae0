package keycache

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever makes up keys faster than the gate lets them through waits in line: at
// most a thousand a second ask the database. Keys that exist do not.
func TestAFloodOfStrangersAsksAThousandTimesASecond(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		unknown        bool
		atLeast, under time.Duration
	}{
		"strangers": {true, 990 * time.Millisecond, 1100 * time.Millisecond},
		"known":     {false, 0, time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, began := newGate(), time.Now()
				var asking sync.WaitGroup
				for range 1010 {
					asking.Go(func() {
						if err := g.enter(t.Context()); err != nil {
							t.Error(err)
							return
						}
						g.leave(test.unknown)
					})
				}
				asking.Wait()
				if took := time.Since(began); took < test.atLeast || took >= test.under {
					t.Errorf("1,010 reads took %v", took)
				}
			})
		})
	}
}

// The wait in line is no part of a read: a key that got its turn late is read once.
func TestTheWaitInLineIsNotTheRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64
		c, s := fresh(t, Config{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
		c.cfg.Bound = time.Second
		_, raw := s.add()
		for range atOnce {
			if err := c.gate.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		verified := make(chan error, 1)
		go func() {
			_, err := c.Verify(t.Context(), raw)
			verified <- err
		}()
		synctest.Wait()
		ahead.Store(int64(2 * c.cfg.Bound))
		c.gate.leave(false)
		if err := <-verified; err != nil || s.asked.Load() != 1 {
			t.Errorf("%v after %d reads", err, s.asked.Load())
		}
	})
}
