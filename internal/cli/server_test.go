package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/dbtest"
)

const adminToken = "the-admin-token-of-the-tests"

// running is `buildkey serve` with its sample, in this process.
type running struct {
	url, database string
	stop          func() ended
	log           *logged
}

// serveOn starts a server and waits until it accepts. It stops with the test.
func serveOn(t *testing.T, database string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	r := &running{database: database, log: &logged{}}
	p := program{environ: []string{"BUILDKEY_DATABASE_URL=" + database, "BUILDKEY_ADMIN_TOKEN=" + adminToken},
		stdin: strings.NewReader(""), stdout: writer, stderr: r.log, now: time.Now}
	code := make(chan int, 1)
	go func() {
		code <- p.run(ctx, []string{"serve", "--addr", "127.0.0.1:0"})
		writer.Close()
	}()
	lines := bufio.NewReader(reader)
	first, err := lines.ReadString('\n')
	if address, found := strings.CutPrefix(first, "listening on "); found {
		r.url = strings.TrimSpace(address)
	} else {
		t.Fatalf("serve says %q, %v: %s", first, err, r.log.String())
	}
	rest := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(lines)
		rest <- first + string(text)
	}()
	r.stop = stopOnce(cancel, code, rest, r.log)
	t.Cleanup(func() { r.stop() })
	return r
}

// status is what the server answers to a request with an Authorization header.
func (r *running) status(t *testing.T, method, path, authorization, body string) int {
	t.Helper()
	status, _ := r.ask(t, method, path, authorization, body)
	return status
}

func (r *running) ask(t *testing.T, method, path, authorization, body string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer)
	return response.StatusCode, answer
}

// newSQLite is the URL of a file that is not there yet.
func newSQLite(t testing.TB) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "buildkey.db")
}

// eachDatabase runs a test on both, given as serve takes them.
func eachDatabase(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	dbtest.EachOf(t, dbtest.PostgresDSN, newSQLite, test)
}

func TestServeStopsInGoodOrderAndShowsNoGivenToken(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	if got := r.status(t, http.MethodGet, "/healthz", "", ""); got != http.StatusNoContent {
		t.Errorf("healthz answers %d", got)
	}
	if got := r.status(t, http.MethodGet, "/api/v2/keys/", "Bearer "+adminToken, ""); got != http.StatusOK {
		t.Errorf("staff is answered %d", got)
	}
	e := r.stop()
	if e.code != 0 {
		t.Errorf("exit code %d: %s", e.code, e.stderr)
	}
	if strings.Contains(e.stdout+e.stderr, adminToken) {
		t.Error("the admin token is shown")
	}
}

func TestASecondServerOnTheSameFileIsRefused(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	e := call(t, t.Context(), nil, "", "serve", "--addr", "127.0.0.1:0", "--database-url", r.database)
	e.checkRefusal(t, 1, "another server has")
}

func TestAPortInUseIsRefused(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	e := call(t, t.Context(), nil, "", "serve", "--addr", strings.TrimPrefix(r.url, "http://"), "--database-url", newSQLite(t))
	e.stderr = lastLine(e.stderr)
	e.checkRefusal(t, 1, "is in use: stop what listens there")
}

func TestMigrateSaysWhatItChanged(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, url string) {
		if first := must(t, "migrate", "--database-url", url); !strings.Contains(first.stdout, "from schema 0 to 1") {
			t.Errorf("the first run says %q", first.stdout)
		}
		if second := must(t, "migrate", "--database-url", url); !strings.Contains(second.stdout, "nothing to do") {
			t.Errorf("the second run says %q", second.stdout)
		}
	})
}

func TestADatabaseWithoutTablesIsRefused(t *testing.T) {
	t.Parallel()
	url := newSQLite(t)
	if err := os.WriteFile(strings.TrimPrefix(url, "sqlite://"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, database := range []string{url, dbtest.PostgresDSN(t)} {
		e := call(t, t.Context(), nil, "", "keys", "list", "--database-url", database)
		e.checkRefusal(t, 1, "make them with `buildkey migrate`")
	}
}
