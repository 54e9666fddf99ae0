package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// keeping is a keeper on a clock that moves as it sleeps, and a server that
// knows the key's life.
type keeping struct {
	keeper
	clock    time.Time
	expires  time.Time
	ttl      time.Duration // what a renewal gives
	latest   time.Time     // what no renewal passes
	statuses []int         // of the answers, in order; then 200
	log      []string      // what was asked, and how long after the start
	left     int           // naps before the end
	rejected error
}

func newKeeping(t *testing.T, life, ttl, latest time.Duration) *keeping {
	k := &keeping{clock: testNow(), expires: testNow().Add(life), ttl: ttl, latest: testNow().Add(latest)}
	server := httptest.NewServer(http.HandlerFunc(k.serve))
	t.Cleanup(server.Close)
	k.now = func() time.Time { return k.clock }
	k.sleep = func(_ context.Context, d time.Duration) error {
		k.clock = k.clock.Add(d)
		if k.left--; k.left < 0 {
			return context.Canceled
		}
		return nil
	}
	k.keeper.log = slog.New(slog.DiscardHandler)
	k.reject = func(cause error) { k.rejected = cause }
	k.api = &client{base: server.URL, key: KeyCredential(testKey), http: server.Client(), log: k.keeper.log,
		retries: retries{now: k.now, jitter: func() float64 { return 0 }, sleep: func(context.Context, time.Duration) error { return nil }}}
	return k
}

func (k *keeping) serve(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	if len(k.statuses) > 0 {
		status, k.statuses = k.statuses[0], k.statuses[1:]
	}
	what := "look"
	if r.Method == http.MethodPost {
		what = "renew"
		if status == http.StatusOK {
			k.expires = earlier(k.clock.Add(k.ttl), k.latest)
		}
	}
	k.log = append(k.log, fmt.Sprintf("%s %s", what, k.clock.Sub(testNow())))
	reply(w, status, map[string]any{"expires_at": k.expires})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func TestKeeper(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name              string
		life, ttl, latest time.Duration
		statuses          []int
		naps              int
		want              string
	}{
		{"looks now and then", 3 * time.Hour, time.Hour, 24 * time.Hour, nil, 2, "look 0s, look 30s, look 1m0s"},
		{"renews before half is used", 100 * time.Second, 100 * time.Second, time.Hour, nil, 4,
			"look 0s, look 30s, renew 40s, look 1m10s, renew 1m20s"},
		{"a refused renewal is not asked again", 100 * time.Second, time.Hour, time.Hour, []int{200, 200, 403}, 4,
			"look 0s, look 30s, renew 40s, look 1m10s, look 1m40s"},
		{"a life at its maximum is not asked longer", 100 * time.Second, time.Hour, 100 * time.Second, nil, 4,
			"look 0s, look 30s, renew 40s, look 1m10s, look 1m40s"},
		{"trouble is tried again later", 100 * time.Second, time.Hour, time.Hour, []int{200, 200, 404}, 3,
			"look 0s, look 30s, renew 40s, renew 45s"},
		{"a rejected key ends it", 3 * time.Hour, time.Hour, time.Hour, []int{200, 401}, 9, "look 0s, look 30s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k := newKeeping(t, test.life, test.ttl, test.latest)
			k.statuses, k.left = test.statuses, test.naps
			k.run(t.Context())
			if got := strings.Join(k.log, ", "); got != test.want {
				t.Errorf("asked %q, want %q", got, test.want)
			}
			rejected := strings.Contains(test.name, "rejected")
			if errors.Is(k.rejected, ErrRejected) != rejected {
				t.Errorf("rejected with %v", k.rejected)
			}
		})
	}
}

func TestKeeperEndsWithItsContext(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, time.Hour, time.Hour, time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k.left = 9
	k.run(ctx)
	if k.rejected != nil || k.left != 9 {
		t.Errorf("a keeper without time slept or rejected the key: %v", k.rejected)
	}
}

func TestKeeperKeepsAKeyAliveForLong(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, 3*time.Minute, 3*time.Minute, 2*time.Hour)
	k.left = 400
	k.sleep = func(sleep func(context.Context, time.Duration) error) func(context.Context, time.Duration) error {
		return func(ctx context.Context, d time.Duration) error {
			err := sleep(ctx, d)
			if k.clock.Before(k.latest) && !k.clock.Before(k.expires) {
				t.Fatalf("the key died at %s", k.clock.Sub(testNow()))
			}
			return err
		}
	}(k.sleep)
	k.run(t.Context())
	if !k.expires.Equal(k.latest) {
		t.Errorf("the key was renewed to %s, want its maximum %s", k.expires, k.latest)
	}
}
