package keystore_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"golang.org/x/sync/errgroup"
)

const (
	historiesABatch = 50
	roundsAHistory  = 4
	opsARound       = 5
	atATime         = 4 // histories, each with so many operations
)

// Histories of keys whose every round is a few operations at once, on real
// goroutines and connections; the clock moves while they are at it. What each call
// answered bounds what may be true afterwards, see node. 200 histories, or
// 10,000 under BUILDKEY_SOAK=1; BUILDKEY_SEED repeats the choices of a run.
func TestHistories(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("BUILDKEY_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("BUILDKEY_SEED=%d", seed)
	r := postgresRig(t, atATime*opsARound)
	total := soak(200, 10_000)
	for first := 0; first < total && !t.Failed(); first += historiesABatch {
		b := batch{rig: r, rand: rand.New(rand.NewPCG(seed, uint64(first)))}
		for i := range historiesABatch {
			b.histories = append(b.histories, newHistory(t, r, first+i, rand.New(rand.NewPCG(seed, uint64(total+first+i)))))
		}
		b.run(t)
	}
}

// batch is the histories that share the clock.
type batch struct {
	rig
	rand      *rand.Rand
	histories []*history
}

func (b *batch) run(t *testing.T) {
	for range roundsAHistory {
		start := b.clock.Now()
		during := period{start, start.Add(time.Second)}
		tick := b.rand.IntN(len(b.histories))
		b.each(func(h *history, i int) {
			h.round(t, during, func() {
				if i == tick {
					b.clock.Advance(time.Second)
				}
			})
		})
		b.each(func(h *history, _ int) { h.check(t, b.clock.Now()) })
		pause := []time.Duration{time.Second, time.Minute, 20 * time.Minute, 50 * time.Minute, 3 * time.Hour}
		b.clock.Advance(pause[b.rand.IntN(len(pause))])
	}
	for range 3 {
		if err := b.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.each(func(h *history, _ int) { h.compare(t, b.clock.Now()) })
	b.clock.Advance(48 * time.Hour) // longer than any of them may live
	b.each(func(h *history, _ int) { h.allDead(t) })
}

// each runs do for the histories, a few at a time.
func (b *batch) each(do func(h *history, i int)) {
	var group errgroup.Group
	group.SetLimit(atATime)
	for i, h := range b.histories {
		group.Go(func() error {
			do(h, i)
			return nil
		})
	}
	_ = group.Wait() // which has no error to tell
}

func newHistory(t *testing.T, r rig, number int, random *rand.Rand) *history {
	t.Helper()
	h := &history{rig: r, rand: random, name: fmt.Sprint("history", number)}
	spec := keystore.Spec{
		Project: apikey.ID(h.name), Build: apikey.ID(h.name + "-1"), Name: "nightly",
		Scopes:         apikey.Scopes{"build:update", apikey.ScopeKeyCreate},
		TTL:            []time.Duration{time.Hour, 3 * time.Hour}[random.IntN(2)],
		MaxTTL:         []time.Duration{3 * time.Hour, 5 * time.Hour}[random.IntN(2)],
		ActivateWithin: []time.Duration{time.Hour, 24 * time.Hour}[random.IntN(2)],
	}
	k, secret := r.mint(t, spec)
	h.nodes = []*node{{key: k, raw: secret.Reveal(), ttl: spec.TTL, maxTTL: spec.MaxTTL}}
	handle, err := r.Wrap(t.Context(), secret, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	h.handle = handle.Reveal()
	if random.IntN(2) == 0 {
		h.nodes[0].used(t, r, period{r.clock.Now(), r.clock.Now()})
	}
	return h
}
