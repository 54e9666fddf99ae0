package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const testKey = "bk_0123456789abcdefghijklTESTKEYTESTKEYTESTKEYTESTKEY"

// received is a request as the fake server saw it.
type received struct {
	method, path, auth, idempotency string
	body                            map[string]any
}

func (r received) String() string { return r.method + " " + r.path }

// fake is a build server with one build, 7, of version 11 of project 1.
type fake struct {
	t       *testing.T
	url     string
	project map[string]any
	build   map[string]any
	// intercept answers in place of the server when it returns true; seen counts
	// the requests with the same method and path, this one included.
	intercept func(w http.ResponseWriter, r received, seen int) bool

	mu       sync.Mutex
	calls    []received
	commands int
}

func newFake(t *testing.T, repo testRepo) *fake {
	f := &fake{t: t,
		project: map[string]any{"id": 1, "slug": "alpha", "repo": repo.dir, "environment_variables": map[string]any{}},
		build:   map[string]any{"id": 7, "project": 1, "version": 11, "state": "triggered", "success": nil, "commit": repo.head, "commands": []any{}},
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	call := received{method: r.Method, path: r.URL.RequestURI(), auth: r.Header.Get("Authorization"),
		idempotency: r.Header.Get("Idempotency-Key")}
	if text, _ := io.ReadAll(r.Body); len(text) > 0 {
		if err := json.Unmarshal(text, &call.body); err != nil || r.Header.Get("Content-Type") != "application/json" {
			f.t.Errorf("%s: bad body %q (%v)", call, text, err)
		}
	}
	f.calls = append(f.calls, call)
	if f.intercept == nil || !f.intercept(w, call, f.seen(call.String())) {
		f.answer(w, call)
	}
}

func (f *fake) seen(what string) (n int) {
	for _, call := range f.calls {
		if call.String() == what {
			n++
		}
	}
	return n
}

func (f *fake) answer(w http.ResponseWriter, call received) {
	switch what := call.String(); {
	case what == "GET /api/v2/build/7/":
		reply(w, http.StatusOK, f.build)
	case what == "GET /api/v2/version/11/":
		reply(w, http.StatusOK, map[string]any{"id": 11, "slug": "latest", "identifier": "main", "type": "branch"})
	case what == "GET /api/v2/project/1/":
		reply(w, http.StatusOK, f.project)
	case what == "GET /api/v2/build/concurrent/?project__slug=alpha":
		reply(w, http.StatusOK, map[string]any{"limit_reached": false, "concurrent": 0, "max_concurrent": 4})
	case what == "PATCH /api/v2/build/7/":
		f.patchBuild(w, call)
	case what == "POST /api/v2/command/":
		f.commands++
		reply(w, http.StatusCreated, map[string]any{"id": f.commands})
	case strings.HasPrefix(what, "PATCH /api/v2/command/"), what == "PATCH /api/v2/version/11/":
		reply(w, http.StatusOK, call.body)
	case what == "POST /api/v2/notifications/":
		reply(w, http.StatusCreated, call.body)
	case what == "POST /api/v2/build/7/reset/", what == "POST /api/v2/revoke/":
		w.WriteHeader(http.StatusNoContent)
	case what == "GET /api/v2/whoami/", what == "POST /api/v2/keys/renew/":
		reply(w, http.StatusOK, map[string]any{"expires_at": testNow().Add(3 * time.Hour)})
	default:
		f.t.Errorf("unexpected request %s", what)
		reply(w, http.StatusNotFound, map[string]any{"title": "Not found"})
	}
}

func (f *fake) patchBuild(w http.ResponseWriter, call received) {
	if f.build["state"] == "finished" || f.build["state"] == "cancelled" {
		reply(w, http.StatusConflict, map[string]any{"detail": "the build is final"})
		return
	}
	for name, value := range call.body {
		f.build[name] = value
	}
	reply(w, http.StatusOK, f.build)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// worked are the requests without those that keep the key alive, which come when
// they will.
func (f *fake) worked() []received {
	f.mu.Lock()
	defer f.mu.Unlock()
	var calls []received
	for _, call := range f.calls {
		if call.path != "/api/v2/whoami/" && call.path != "/api/v2/keys/renew/" {
			calls = append(calls, call)
		}
	}
	return calls
}

// find returns the bodies of the requests with that method and path.
func (f *fake) find(what string) (bodies []map[string]any) {
	for _, call := range f.worked() {
		if call.String() == what {
			bodies = append(bodies, call.body)
		}
	}
	return bodies
}

func testNow() time.Time { return time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC) }

// nap does not wait, but for the keeper's interval: that ends with ctx.
func nap(ctx context.Context, d time.Duration) error {
	if d == checkEvery {
		<-ctx.Done()
	}
	return ctx.Err()
}

// config is a Config for the fake, with a home and a git that know nothing.
func (f *fake) config() Config {
	return Config{
		Server: f.url, Build: "7", Credential: KeyCredential(testKey), Name: "worker-1", TempDir: f.t.TempDir(),
		Environ: append(gitTestEnv(f.t.TempDir()), "BUILDKEY_KEY="+testKey, "AWS_SECRET_ACCESS_KEY=hidden", "EDITOR=ed"),
		Now:     testNow, Sleep: nap, Logger: discard(),
	}
}

func states(bodies []map[string]any) string {
	var all []string
	for _, body := range bodies {
		all = append(all, fmt.Sprint(body["state"]))
	}
	return strings.Join(all, " ")
}

// isEmpty fails the test when the build left something in its folder.
func isEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind in the temporary folder: %v (%v)", left, err)
	}
}
