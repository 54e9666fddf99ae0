package keycache_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// pair is two processes on one PostgreSQL: this one, which revokes, and another,
// which has a cache.
type pair struct {
	t       *testing.T
	store   *keystore.Store
	wire    *wire // what the other listens through
	process *os.Process
	url     string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Connect("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := &pair{t: t, wire: newWire(t, dsn)}
	if p.store, err = keystore.New(db, keystore.Config{Logger: silent}); err != nil {
		t.Fatal(err)
	}
	if err := p.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.start(dsn)
	return p
}

// start runs this test program as the other process.
func (p *pair) start(dsn string) {
	p.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childDSN+"="+dsn, childListen+"="+p.wire.dsn)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.process = cmd.Process
	p.t.Cleanup(func() { stdin.Close(); _ = cmd.Process.Signal(syscall.SIGCONT); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	p.url = "http://" + strings.TrimSpace(line)
}

// accepts asks the other process.
func (p *pair) accepts(raw string) bool {
	p.t.Helper()
	status, err := p.ask(raw)
	if err != nil {
		p.t.Fatal(err)
	}
	return status == http.StatusNoContent
}

// ask is the status that the other process answers to a key.
func (p *pair) ask(raw string) (status int, err error) {
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", raw)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

// stats is whether the other's feed is fresh, and its hits.
func (p *pair) stats() (fresh bool, hits int) {
	p.t.Helper()
	answer, err := http.Get(p.url + "/stats")
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(text), &fresh, &hits); err != nil {
		p.t.Fatal(err)
	}
	return fresh, hits
}

// warm mints a key that the other answers from memory.
func (p *pair) warm() (*keystore.Store, string, func()) {
	p.t.Helper()
	k, secret, err := p.store.Create(p.t.Context(), keystore.Spec{Project: "1"})
	if err != nil {
		p.t.Fatal(err)
	}
	raw := secret.Reveal()
	for deadline := time.Now().Add(20 * time.Second); ; {
		_, before := p.stats()
		if !p.accepts(raw) {
			p.t.Fatal("a live key was refused")
		}
		if _, after := p.stats(); after > before {
			break
		}
		if time.Now().After(deadline) {
			p.t.Fatal("the other process does not remember")
		}
	}
	return p.store, raw, func() {
		if err := p.store.Revoke(p.t.Context(), k.ID, 0); err != nil {
			p.t.Fatal(err)
		}
	}
}

// hammer asks until the key is refused, and returns when, after the start, the
// last request was sent that was let in.
func (p *pair) hammer(start time.Time, raw string) (last time.Duration) {
	p.t.Helper()
	for {
		asked := time.Since(start)
		if !p.accepts(raw) {
			return last
		}
		last = asked
		if asked > 20*bound {
			p.t.Fatalf("still let in after %v", asked)
		}
	}
}

// rounds is how often each test revokes.
func rounds(short, long int) int {
	if os.Getenv("BUILDKEY_SOAK") != "" {
		return long
	}
	return short
}

// judge reports the longest time, and fails when it is not within the bound.
func judge(t *testing.T, times []time.Duration) {
	t.Helper()
	slices.Sort(times)
	t.Logf("%d revocations: a revoked key was let in for %v at the longest, %v in the median; the bound is %v",
		len(times), times[len(times)-1], times[len(times)/2], bound)
	if times[len(times)-1] >= bound {
		t.Errorf("let in for %v, the bound is %v", times[len(times)-1], bound)
	}
}

func TestRevokedInOneProcessRefusedInAnother(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	var times []time.Duration
	for range rounds(100, 1000) {
		_, raw, revoke := p.warm()
		revoke()
		times = append(times, p.hammer(time.Now(), raw))
	}
	judge(t, times)
}

// TestRevokedWhileTheFeedIsCut lets nothing through to the listener, at a moment
// when neither side can know: connections stay open.
func TestRevokedWhileTheFeedIsCut(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	var times []time.Duration
	for range rounds(8, 1000) {
		_, raw, revoke := p.warm()
		p.wire.cut(true)
		revoke()
		times = append(times, p.hammer(time.Now(), raw))
		p.wire.cut(false)
	}
	judge(t, times)
}

// TestRevokedWhileTheProcessIsPaused stops the other process, revokes, and lets it
// go on: what it remembers is then as old as the pause.
func TestRevokedWhileTheProcessIsPaused(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	var times []time.Duration
	for i := range rounds(8, 1000) {
		_, raw, revoke := p.warm()
		p.pause()
		revoke()
		start := time.Now()
		time.AfterFunc(bound*time.Duration(i%4)/2, p.resume)
		times = append(times, p.hammer(start, raw))
	}
	judge(t, times)
}
