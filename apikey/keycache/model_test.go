package keycache

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

var (
	modelSteps = flag.Int("keycache.steps", stepsByDefault(), "steps of the model test")
	modelSeed  = flag.Uint64("keycache.seed", 0, "seed of the model test; 0 draws one")
)

func stepsByDefault() int {
	if os.Getenv("BUILDKEY_SOAK") != "" {
		return 1_000_000
	}
	return 30_000
}

// model is a world of keys whose clock, feed and database are all played by the
// test: what is committed when, what is reported when, and how long a read takes.
type model struct {
	t      *testing.T
	dice   *mathrand.Rand
	cache  *Cache
	now    time.Time
	keys   []*modelKey
	queue  []func() // what the feed has yet to report, in the order of the commits
	follow bool     // the feed is connected
	faulty bool     // the feed forgets one report in three
	reads  int      // reads under way
	late   []string // accepts that came too late
	counts [4]int   // accepts, refusals, drops of the feed, slow reads
}

// modelKey is a row, with what it was in the past.
type modelKey struct {
	id       uuid.UUID
	raw      string
	revoked  time.Time
	expires  time.Time
	links    int       // how often its links changed
	linkedAt time.Time // when they last did
	busy     bool      // somebody reads it
}

const modelBound = time.Second

func newModel(t *testing.T, seed uint64) *model {
	t.Helper()
	m := &model{t: t, dice: mathrand.New(mathrand.NewPCG(seed, 1)), now: time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)}
	format, err := apikey.NewFormat("")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Bound: modelBound, Now: func() time.Time { return m.now }, MaxEntries: 40, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if err := cfg.complete(); err != nil {
		t.Fatal(err)
	}
	if m.cache, err = build(m, format, cfg); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		m.keys = append(m.keys, m.newKey(format))
	}
	return m
}

func (m *model) newKey(format apikey.Format) *modelKey {
	id := uuid.Must(uuid.NewV7())
	secret, err := format.Mint(id, rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	return &modelKey{id: id, raw: secret.Reveal(), expires: m.now.Add(time.Duration(m.dice.IntN(3600)) * time.Second), linkedAt: m.now}
}

// Verify is the database: it answers for the instant at which the read began, and
// more may happen before the answer is back.
func (m *model) Verify(_ context.Context, raw string) (apikey.Key, error) {
	key := m.byRaw(raw)
	k := apikey.Key{
		ID: key.id, Project: "1", Name: fmt.Sprint(key.links),
		ActivatedAt: m.now.Add(-time.Hour), ExpiresAt: key.expires, RevokedAt: key.revoked,
	}
	err := k.Usable(m.now)
	key.busy = true
	m.reads++
	if m.reads < 3 && m.dice.IntN(8) == 0 {
		m.counts[3]++
		for range m.dice.IntN(6) {
			m.step()
		}
	}
	m.reads--
	key.busy = false
	return k, err
}

func (m *model) Used(apikey.Key)       {}
func (m *model) Stats() keystore.Stats { return keystore.Stats{} }

func (m *model) byRaw(raw string) *modelKey {
	for _, key := range m.keys {
		if key.raw == raw {
			return key
		}
	}
	m.t.Fatal("a key that was never minted was read")
	return nil
}

// step lets one thing happen.
func (m *model) step() {
	key := m.keys[m.dice.IntN(len(m.keys))]
	switch n := m.dice.IntN(1000); {
	case n < 600:
		m.verify(key)
	case n < 700:
		m.now = m.now.Add(time.Duration(m.dice.IntN(200)) * time.Millisecond)
	case n < 702:
		m.now = m.now.Add(time.Duration(m.dice.IntN(5000)) * time.Millisecond) // the process was paused
	case n < 720:
		m.revoke(key)
	case n < 723:
		m.link()
	case n < 850:
		m.beat()
	case n < 997:
		m.deliver()
	default:
		m.toggleFeed()
	}
}

func (m *model) verify(key *modelKey) {
	if key.busy {
		return // it would wait for itself
	}
	k, err := m.cache.Verify(context.Background(), key.raw)
	if err != nil {
		m.counts[1]++
		return
	}
	m.counts[0]++
	if !key.revoked.IsZero() && m.now.Sub(key.revoked) >= modelBound {
		m.late = append(m.late, fmt.Sprintf("revoked %v ago", m.now.Sub(key.revoked)))
	}
	if !m.now.Before(key.expires) {
		m.late = append(m.late, fmt.Sprintf("expired %v ago", m.now.Sub(key.expires)))
	}
	if k.Name != fmt.Sprint(key.links) && m.now.Sub(key.linkedAt) >= modelBound {
		m.late = append(m.late, fmt.Sprintf("links changed %v ago", m.now.Sub(key.linkedAt)))
	}
}

func (m *model) revoke(key *modelKey) {
	if key.busy {
		return
	}
	if !key.revoked.IsZero() { // another key takes its place
		*key = *m.newKey(m.cache.format)
		return
	}
	key.revoked = m.now
	m.report(func() { m.cache.KeyChanged(key.id) })
}

// link changes the links of every key: a change of the project's.
func (m *model) link() {
	for _, key := range m.keys {
		key.links++
		key.linkedAt = m.now
	}
	m.report(func() { m.cache.ProjectChanged("1") })
}

func (m *model) beat() {
	sent := m.now
	if m.follow {
		m.queue = append(m.queue, func() { m.cache.Beat(sent) })
	}
}

// report puts a commit into the feed; a feed that is not connected misses it.
func (m *model) report(tell func()) {
	if m.follow && !(m.faulty && m.dice.IntN(3) == 0) {
		m.queue = append(m.queue, tell)
	}
}

func (m *model) deliver() {
	for range min(len(m.queue), m.dice.IntN(4)) {
		m.queue[0]()
		m.queue = m.queue[1:]
	}
}

// toggleFeed does what Run does.
func (m *model) toggleFeed() {
	m.counts[2]++
	m.queue = nil
	m.follow = !m.follow
	if m.follow {
		m.cache.AllChanged()
	} else {
		m.cache.pulse.stop()
	}
}

func (m *model) run(steps int) {
	for range steps {
		m.step()
	}
}

func seedOf(t *testing.T) uint64 {
	seed := *modelSeed
	if seed == 0 {
		seed = mathrand.Uint64()
	}
	t.Logf("seed %d", seed)
	return seed
}

func TestNoKeyIsLetInLaterThanTheBound(t *testing.T) {
	t.Parallel()
	m := newModel(t, seedOf(t))
	m.run(*modelSteps)
	if len(m.late) > 0 {
		t.Errorf("%d accepts came too late, such as: %s", len(m.late), m.late[0])
	}
	hits := m.cache.Stats().Hits
	t.Logf("%d accepts, %d of them from memory, %d refusals, %d changes of the feed, %d slow reads", m.counts[0], hits, m.counts[1], m.counts[2], m.counts[3])
	if hits < uint64(*modelSteps/50) || m.counts[1] == 0 || m.counts[3] == 0 {
		t.Error("hardly anything happened: the test proves little")
	}
}

// TestTheModelNoticesALostReport holds the model to account: with a feed that
// breaks its promise it must find late accepts.
func TestTheModelNoticesALostReport(t *testing.T) {
	t.Parallel()
	m := newModel(t, seedOf(t))
	m.faulty = true
	m.run(30_000)
	if len(m.late) == 0 {
		t.Error("reports were lost and nothing was noticed")
	}
}
