package keystore_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const (
	longestWait = 12 * time.Hour
	mostRetries = 25
	flatLife    = 24 * time.Hour // of the keys that others hand out
	shortFlat   = 3 * time.Hour
)

// build is one that waits in a queue with its key, and then runs.
type build struct {
	start, begin, end time.Duration // queued, begun, over, since the simulation began
	crash             bool          // it does not revoke its key
	retries           int

	key    apikey.Key
	secret apikey.Secret
	dead   time.Time // when the key stopped being usable
}

// step is something that happens to a build.
type step struct {
	at    time.Duration
	order int
	do    func(b *build, t *testing.T, q *queue)
	build *build
}

// queue is the simulation.
type queue struct {
	rig
	refused int
}

// Builds wait for up to 12 hours and are put back up to 25 times before a worker
// has room for them; one in thirty runs for longer than the lease and renews its
// key every hour; one in twenty crashes and revokes nothing. Under the default
// lease none is refused, and keys are of use for a fraction of a flat day. 500
// builds, or 10,000 under BUILDKEY_SOAK=1.
func TestQueueUnderDefaultLease(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 2026))
	q := &queue{rig: postgresRig(t, 4)}
	builds, steps := make([]*build, soak(500, 10_000)), []step(nil)
	for i := range builds {
		builds[i] = newBuild(random, i)
		steps = append(steps, builds[i].steps(random)...)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
	begin := q.clock.Now()
	for _, s := range steps {
		q.clock.Advance(begin.Add(s.at).Sub(q.clock.Now()))
		s.do(s.build, t, q)
	}
	q.report(t, builds)
}

// newBuild waits for an hour on average; one in a hundred waits as long as may be.
func newBuild(random *rand.Rand, number int) *build {
	b := &build{start: time.Duration(number) * 20 * time.Second, crash: random.IntN(20) == 0}
	wait := min(longestWait, time.Duration(random.ExpFloat64()*float64(time.Hour)))
	b.retries = min(mostRetries, int(wait/(7*time.Minute)))
	if random.IntN(100) == 0 {
		wait, b.retries = longestWait, mostRetries
	}
	b.begin = b.start + wait
	b.end = b.begin + time.Minute + time.Duration(random.Float64()*float64(90*time.Minute))
	if random.IntN(30) == 0 {
		b.end = b.begin + time.Duration((3+5*random.Float64())*float64(time.Hour))
	}
	return b
}

// steps is what happens to the build, the retries in its queue spread over the wait.
func (b *build) steps(random *rand.Rand) []step {
	steps := []step{{b.start, 0, (*build).queued, b}}
	for i := range b.retries {
		at := b.start + (b.begin-b.start)*time.Duration(i+1)/time.Duration(b.retries+1)
		steps = append(steps, step{at, 1, (*build).putBack, b})
	}
	steps = append(steps, step{b.begin, 2, (*build).call, b})
	for at := b.begin + time.Hour; at < b.end; at += time.Hour {
		steps = append(steps, step{at, 2, (*build).renew, b})
	}
	for range 3 {
		steps = append(steps, step{b.begin + time.Duration(random.Float64()*float64(b.end-b.begin)), 3, (*build).call, b})
	}
	steps = append(steps, step{b.end, 4, (*build).call, b})
	if !b.crash {
		steps = append(steps, step{b.end, 5, (*build).finish, b})
	}
	return steps
}

func (b *build) queued(t *testing.T, q *queue) {
	b.key, b.secret = q.mint(t, keystore.Spec{Project: "1"})
}

// putBack is a worker that has no room: it looks at the record and uses nothing.
func (b *build) putBack(t *testing.T, q *queue) {
	if _, err := q.Get(t.Context(), b.key.ID); err != nil {
		t.Error(err)
	}
}

func (b *build) call(t *testing.T, q *queue) {
	k, err := q.Verify(t.Context(), b.secret.Reveal())
	b.answered(t, q, k, err)
}

func (b *build) renew(t *testing.T, q *queue) {
	k, err := q.Renew(t.Context(), b.key.ID)
	b.answered(t, q, k, err)
}

func (b *build) answered(t *testing.T, q *queue, k apikey.Key, err error) {
	t.Helper()
	if err != nil {
		q.refused++
		t.Errorf("a build that was queued at %v, begun at %v and ends at %v was refused: %v", b.start, b.begin, b.end, err)
		return
	}
	b.dead = k.ExpiresAt
}

func (b *build) finish(t *testing.T, q *queue) {
	const grace = 30 * time.Second
	if err := q.Revoke(t.Context(), b.key.ID, grace); err != nil {
		t.Error(err)
	}
	if end := q.clock.Now().Add(grace); end.Before(b.dead) {
		b.dead = end
	}
}

// report compares how long keys were of use, from minting to death.
func (q *queue) report(t *testing.T, builds []*build) {
	var usable []time.Duration
	late, cut := 0, 0
	for _, b := range builds {
		usable = append(usable, b.dead.Sub(b.key.CreatedAt))
		if b.begin-b.start >= shortFlat {
			late++
		}
		if b.end-b.start >= shortFlat {
			cut++
		}
	}
	slices.Sort(usable)
	median, p99 := usable[len(usable)/2], usable[len(usable)*99/100]
	t.Logf("%d builds, %d refused; a key was usable for a median of %v, 99th percentile %v; a flat 24 h key: 24h for each",
		len(builds), q.refused, median.Round(time.Second), p99.Round(time.Second))
	t.Logf("a flat 3 h key would have died in the queue of %d builds, and before the end of %d", late, cut)
	if median > flatLife/6 || p99 >= flatLife || usable[len(usable)-1] > longestWait+keystore.DefaultMaxTTL {
		t.Errorf("median %v, 99th percentile %v, longest %v: no better than a flat %v", median, p99, usable[len(usable)-1], flatLife)
	}
	if q.refused > 0 || late == 0 {
		t.Errorf("%d builds were refused; %d would have been with a flat 3 h key, want some", q.refused, late)
	}
}
