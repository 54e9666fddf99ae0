package keycache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// shelf is a store in memory that counts what it is asked.
type shelf struct {
	t       *testing.T
	mu      sync.Mutex
	keys    map[string]apikey.Key
	asked   atomic.Int64
	used    atomic.Int64
	hold    chan struct{} // a read waits for it, if it is not nil
	started chan struct{} // is told of each read, if it is not nil
	err     error
}

func (s *shelf) Verify(ctx context.Context, raw string) (apikey.Key, error) {
	s.asked.Add(1)
	if s.started != nil {
		s.started <- struct{}{}
	}
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			return apikey.Key{}, fmt.Errorf("%w: %w", apikey.ErrUnavailable, ctx.Err())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return apikey.Key{}, s.err
	}
	k, ok := s.keys[raw]
	if !ok {
		return apikey.Key{}, apikey.ErrUnknown
	}
	return k, k.Usable(time.Now())
}

func (s *shelf) Used(apikey.Key)       { s.used.Add(1) }
func (s *shelf) Stats() keystore.Stats { return keystore.Stats{} }

// format writes the keys of these tests.
func format(t testing.TB) apikey.Format {
	t.Helper()
	f, err := apikey.NewFormat("")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newRaw(t testing.TB, id uuid.UUID) string {
	t.Helper()
	secret, err := format(t).Mint(id, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return secret.Reveal()
}

// add puts a live key on the shelf.
func (s *shelf) add() (apikey.Key, string) {
	now := time.Now()
	k := apikey.Key{ID: uuid.Must(uuid.NewV7()), Project: "1", ActivatedAt: now, ExpiresAt: now.Add(time.Hour)}
	raw := newRaw(s.t, k.ID)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[raw] = k
	return k, raw
}

// fresh is a cache over a shelf, whose feed beat just now and for the next hour.
func fresh(t *testing.T, cfg Config) (*Cache, *shelf) {
	t.Helper()
	s := &shelf{t: t, keys: map[string]apikey.Key{}}
	cfg.Bound = time.Hour
	if err := cfg.complete(); err != nil {
		t.Fatal(err)
	}
	c, err := build(s, format(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.Beat(time.Now())
	return c, s
}

func mustVerify(t *testing.T, c *Cache, raw string) apikey.Key {
	t.Helper()
	k, err := c.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAHitAsksNothing(t *testing.T) { // not parallel: it counts allocations
	c, s := fresh(t, Config{})
	k, raw := s.add()
	for range 10 {
		if got := mustVerify(t, c, raw); got.ID != k.ID {
			t.Fatalf("got %v", got.ID)
		}
	}
	if n := s.asked.Load(); n != 1 {
		t.Errorf("%d reads", n)
	}
	if stats := c.Stats(); stats.Hits != 9 || stats.Misses != 1 || stats.Queries != 1 || !stats.Fresh {
		t.Errorf("%+v", stats)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = c.Verify(t.Context(), raw) }); n != 0 {
		t.Errorf("a hit allocates %v times", n)
	}
}

func TestReportsDropWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		report func(c *Cache, k apikey.Key)
		reads  int64
	}{
		"the key":         {func(c *Cache, k apikey.Key) { c.KeyChanged(k.ID) }, 2},
		"its project":     {func(c *Cache, _ apikey.Key) { c.ProjectChanged("1") }, 2},
		"everything":      {func(c *Cache, _ apikey.Key) { c.AllChanged() }, 2},
		"the feed ended":  {func(c *Cache, _ apikey.Key) { c.pulse.stop() }, 2},
		"a beat too late": {func(c *Cache, _ apikey.Key) { c.Beat(time.Now().Add(2 * time.Hour)) }, 2},
		"a beat in time":  {func(c *Cache, _ apikey.Key) { c.Beat(time.Now()) }, 1},
		"nothing":         {func(*Cache, apikey.Key) {}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := fresh(t, Config{})
			k, raw := s.add()
			mustVerify(t, c, raw)
			row.report(c, k)
			mustVerify(t, c, raw)
			if n := s.asked.Load(); n != row.reads {
				t.Errorf("%d reads, want %d", n, row.reads)
			}
		})
	}
}

func TestAReadThatBeganBeforeAReportIsNotRemembered(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]func(c *Cache, k apikey.Key){
		"key":     func(c *Cache, k apikey.Key) { c.KeyChanged(k.ID) },
		"project": func(c *Cache, _ apikey.Key) { c.ProjectChanged("1") },
		"all":     func(c *Cache, _ apikey.Key) { c.AllChanged() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := fresh(t, Config{})
			k, raw := s.add()
			s.hold, s.started = make(chan struct{}), make(chan struct{}, 9)
			done := make(chan error, 1)
			go func() { _, err := c.Verify(t.Context(), raw); done <- err }()
			<-s.started
			report(c, k)
			close(s.hold)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			mustVerify(t, c, raw)
			if n := s.asked.Load(); n != 2 {
				t.Errorf("%d reads: what was read before the report was remembered", n)
			}
		})
	}
}

// waitFor returns when so many callers wait for the one read under way.
func waitFor(t *testing.T, c *Cache, callers int) {
	t.Helper()
	waiting := func() (n int) {
		c.flights.mu.Lock()
		defer c.flights.mu.Unlock()
		for _, one := range c.flights.open {
			n += one.waiting
		}
		return n
	}
	for waiting() < callers {
		if t.Context().Err() != nil {
			t.Fatal("the test ended first")
		}
		runtime.Gosched()
	}
}

func TestAThousandMissesShareOneRead(t *testing.T) {
	t.Parallel()
	c, s := fresh(t, Config{})
	_, raw := s.add()
	s.hold, s.started = make(chan struct{}), make(chan struct{}, 1000)
	var all sync.WaitGroup
	var failed atomic.Int64
	for range 1000 {
		all.Go(func() {
			if _, err := c.Verify(t.Context(), raw); err != nil {
				failed.Add(1)
			}
		})
	}
	<-s.started
	waitFor(t, c, 1000)
	close(s.hold)
	all.Wait()
	if n := s.asked.Load(); n != 1 || failed.Load() != 0 {
		t.Errorf("%d reads, %d failures", n, failed.Load())
	}
}

func TestACallerWhoLeavesPoisonsNobody(t *testing.T) {
	t.Parallel()
	c, s := fresh(t, Config{})
	_, raw := s.add()
	s.hold, s.started = make(chan struct{}), make(chan struct{}, 9)
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { _, err := c.Verify(ctx, raw); first <- err }()
	<-s.started
	go func() { _, err := c.Verify(t.Context(), raw); second <- err }()
	waitFor(t, c, 2)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) || !errors.Is(err, apikey.ErrUnavailable) || errors.Is(err, apikey.ErrInvalid) {
		t.Errorf("who left got %v", err)
	}
	close(s.hold)
	if err := <-second; err != nil {
		t.Errorf("who stayed got %v", err)
	}
}

func TestAReadThatEverybodyLeftIsNotRemembered(t *testing.T) {
	t.Parallel()
	c, s := fresh(t, Config{})
	_, raw := s.add()
	s.hold, s.started = make(chan struct{}), make(chan struct{}, 9)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { _, err := c.Verify(ctx, raw); left <- err }()
	<-s.started
	cancel()
	if err := <-left; err == nil {
		t.Error("no error")
	}
	close(s.hold)
	mustVerify(t, c, raw)
	if n := s.asked.Load(); n != 2 {
		t.Errorf("%d reads", n)
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	c, s := fresh(t, Config{})
	_, raw := s.add()
	s.err = fmt.Errorf("keystore: %w", apikey.ErrUnavailable)
	if _, err := c.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	s.err = nil
	mustVerify(t, c, raw)
}

func TestDeadKeysAreNotAnsweredFromMemory(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, s := fresh(t, Config{Now: func() time.Time { return now }})
	k, raw := s.add()
	mustVerify(t, c, raw)
	now = k.ExpiresAt.Add(-time.Nanosecond)
	c.Beat(now)
	mustVerify(t, c, raw)
	now = k.ExpiresAt
	c.Beat(now)
	if _, err := c.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrExpired) {
		t.Errorf("at its expiry: %v", err)
	}
}

func TestTheWrongSecret(t *testing.T) {
	t.Parallel()
	c, s := fresh(t, Config{})
	k, raw := s.add()
	mustVerify(t, c, raw)
	if _, err := c.Verify(t.Context(), newRaw(t, k.ID)); !errors.Is(err, apikey.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if n := s.asked.Load(); n != 1 {
		t.Errorf("%d reads", n)
	}
}

func TestStrangersAreRememberedForTheBound(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, s := fresh(t, Config{Now: func() time.Time { return now }})
	raw := newRaw(t, uuid.Must(uuid.NewV7()))
	for range 100 {
		if _, err := c.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrUnknown) {
			t.Fatal(err)
		}
	}
	if n := s.asked.Load(); n != 1 {
		t.Errorf("%d reads", n)
	}
	now = now.Add(c.cfg.Bound)
	_, _ = c.Verify(t.Context(), raw)
	if n := s.asked.Load(); n != 2 {
		t.Errorf("%d reads after the bound", n)
	}
}

func TestGarbageIsLeftToTheFormat(t *testing.T) {
	t.Parallel()
	c, s := fresh(t, Config{})
	_, raw := s.add()
	s.err = apikey.ErrMalformed
	for _, garbage := range []string{"", "x", raw[:len(raw)-1], strings.ToUpper(raw)} {
		if _, err := c.Verify(t.Context(), garbage); !errors.Is(err, apikey.ErrMalformed) {
			t.Errorf("%q: %v", garbage, err)
		}
	}
	if stats := c.Stats(); stats.Misses != 0 || stats.Queries != 0 {
		t.Errorf("%+v", stats)
	}
}

func TestUsesArePassedOnOnceAMinute(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, s := fresh(t, Config{Now: func() time.Time { return now }})
	_, raw := s.add()
	for range 5 {
		for range 10 {
			mustVerify(t, c, raw)
		}
		now = now.Add(time.Minute)
	}
	if n := s.used.Load(); n != 4 {
		t.Errorf("%d uses were passed on in four minutes", n)
	}
}

func TestEntriesAndBytesAreBounded(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"entries": {MaxEntries: 50, MaxBytes: 64 << 20},
		"bytes":   {MaxEntries: 10_000, MaxBytes: 50_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := fresh(t, cfg)
			for range 500 {
				_, raw := s.add()
				mustVerify(t, c, raw)
			}
			c.entries.CleanUp()
			if n := c.Stats().Entries; n > 100 || n == 0 {
				t.Errorf("%d entries are kept", n)
			}
		})
	}
}

// What New did not make lets nobody in.
func TestZeroCacheRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []*Cache{nil, {}} {
		if k, err := c.Verify(t.Context(), "bkb_x"); !errors.Is(err, apikey.ErrUnavailable) || !k.IsZero() {
			t.Errorf("%v, %v", k, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := New(nil, Config{}); err == nil {
		t.Error("a nil store")
	}
	for name, cfg := range map[string]Config{
		"a negative bound": {Bound: -1}, "a bound of a millisecond": {Bound: time.Millisecond},
		"negative entries": {MaxEntries: -1}, "negative bytes": {MaxBytes: -1},
	} {
		if err := cfg.complete(); err == nil || !strings.HasPrefix(err.Error(), "keycache: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDerivedKeysAreReadAgain counts reads as time goes by in which nothing is
// reported.
func TestDerivedKeysAreReadAgain(t *testing.T) {
	t.Parallel()
	for parent, want := range map[uuid.UUID][]int64{uuid.Nil: {1, 1, 1}, uuid.Must(uuid.NewV7()): {1, 1, 2}} {
		now := time.Now()
		c, s := fresh(t, Config{Now: func() time.Time { return now }})
		k, raw := s.add()
		k.Parent, k.ExpiresAt = parent, now.Add(3*time.Hour)
		s.keys[raw] = k
		for i, step := range []time.Duration{0, 59 * time.Minute, time.Minute} {
			now = now.Add(step)
			c.Beat(now)
			mustVerify(t, c, raw)
			if n := s.asked.Load(); n != want[i] {
				t.Errorf("parent %v, %v later: %d reads, want %d", parent, step, n, want[i])
			}
		}
	}
}
