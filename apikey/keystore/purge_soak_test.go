package keystore_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const deadKeys = `INSERT INTO buildkey_keys (id, name, project, version, build, scopes, allow_list, secret_hash, depth, ttl, max_ttl, created_by, created_at, activate_by, activated_at, expires_at)
SELECT gen_random_uuid(), 'dead' || n, 'p' || n % 1000, 'v' || n % 10000, 'b' || n, '["buildkey:builder"]', '["*:*"]',
	decode(lpad(to_hex(n), 64, '0'), 'hex'), 0, 1, 1, 'x', 1, 1, 1, 1 + n FROM generate_series(1, $1::int) AS n`

// Dead keys are purged while the living are verified. The slowdown is told, not
// judged: it is the machine's. 20,000 of them, or 1,000,000 under BUILDKEY_SOAK=1.
func TestPurgeBesideVerification(t *testing.T) {
	t.Parallel()
	dead := soak(20_000, 1_000_000)
	r := postgresRig(t, 4)
	r.fill(t, []string{deadKeys}, dead)
	var secrets []apikey.Secret
	for range 100 {
		_, secret := r.mint(t, keystore.Spec{Project: "p1"})
		secrets = append(secrets, secret)
	}
	r.times(t, secrets, 500) // which warms up
	alone := r.times(t, secrets, soak(500, 5000))
	slices.Sort(alone)
	start := time.Now()
	beside := r.measure(t, secrets, func() {
		if n, err := r.Purge(t.Context(), 0); n != int64(dead) || err != nil {
			t.Errorf("%d purged, %v; want %d", n, err, dead)
		}
	})
	took := time.Since(start)
	t.Logf("%d keys purged in %v (%.0f a second)", dead, took.Round(time.Millisecond), float64(dead)/took.Seconds())
	t.Logf("a verification takes a median of %v alone (%d of them) and %v beside the purge (%d): %.2f times; 99th percentile %v and %v: %.2f times",
		alone.at(50), len(alone), beside.at(50), len(beside), beside.over(alone, 50), alone.at(99), beside.at(99), beside.over(alone, 99))
	r.times(t, secrets, len(secrets)) // all of them live
}

// latencies are sorted.
type latencies []time.Duration

func (l latencies) at(percent int) time.Duration { return l[min(len(l)-1, len(l)*percent/100)] }

func (l latencies) over(other latencies, percent int) float64 {
	return float64(l.at(percent)) / float64(other.at(percent))
}

// measure verifies keys one after the other while do is at work, and tells how long
// each took.
func (r rig) measure(t *testing.T, secrets []apikey.Secret, do func()) latencies {
	t.Helper()
	over := make(chan struct{})
	var group sync.WaitGroup
	var all latencies
	group.Go(func() {
		for {
			all = append(all, r.times(t, secrets, 10)...)
			select {
			case <-over:
				return
			default:
			}
		}
	})
	do()
	close(over)
	group.Wait()
	slices.Sort(all)
	return all
}

// times verifies n times.
func (r rig) times(t *testing.T, secrets []apikey.Secret, n int) latencies {
	t.Helper()
	all := make(latencies, 0, n)
	for i := range n {
		start := time.Now()
		if _, err := r.Verify(t.Context(), secrets[i%len(secrets)].Reveal()); err != nil {
			t.Error(err)
		}
		all = append(all, time.Since(start))
	}
	return all
}
