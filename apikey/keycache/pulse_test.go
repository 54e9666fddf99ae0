package keycache

import (
	"testing"
	"time"
	"unsafe"
)

// A machine that sleeps stops the monotonic clock and not the other one. Somebody
// who sets the clock moves the other one only.
func TestBothHandsOfTheClockCount(t *testing.T) {
	t.Parallel()
	const bound = time.Second
	sent := time.Now()
	for name, test := range map[string]struct {
		now   time.Time
		fresh bool
	}{
		"at once":                {sent, true},
		"soon":                   {sent.Add(bound - 1), true},
		"sent while it was read": {sent.Add(-time.Millisecond), true},
		"at the bound":           {sent.Add(bound), false},
		"after 30 s of sleep":    {wallMoved(t, sent, 30), false},
		"the clock was set back": {wallMoved(t, sent, -60), false},
		"without monotonic hand": {sent.Round(0).Add(bound), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p pulse
			p.beat(sent, bound)
			if fresh := p.fresh(test.now, bound); fresh != test.fresh {
				t.Errorf("fresh: %t", fresh)
			}
		})
	}
}

// wallMoved is at, with its wall clock moved by some seconds and its monotonic
// reading left as it is: nobody but the runtime can make one, so that the field is
// written over.
func wallMoved(t *testing.T, at time.Time, seconds int64) time.Time {
	t.Helper()
	moved := at
	wall := (*uint64)(unsafe.Pointer(&moved)) // a flag, 33 bits of seconds, 30 of nanoseconds
	*wall += uint64(seconds << 30)
	if moved.Sub(at) != 0 || moved.Unix()-at.Unix() != seconds {
		t.Fatalf("the time is laid out otherwise: %v became %v", at, moved)
	}
	return moved
}

func BenchmarkFresh(b *testing.B) {
	var p pulse
	now := time.Now()
	p.beat(now, time.Second)
	for b.Loop() {
		if !p.fresh(now, time.Second) {
			b.Fatal("not fresh")
		}
	}
}
