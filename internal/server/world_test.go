package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

const adminToken = "the-admin-token-of-tests"

// world is a server with a database and the fixture of scoping.json in it.
type world struct {
	t       *testing.T
	db      *sqlx.DB
	server  *Server
	url     string
	fixture fixture
	keys    map[string]string // secrets, by the fixture's names
}

func newWorld(t *testing.T, db *sqlx.DB) *world {
	t.Helper()
	w := emptyWorld(t, db)
	readVectors(t, "scoping.json", &struct {
		Fixture *fixture `json:"fixture"`
	}{&w.fixture})
	w.reset()
	return w
}

// emptyWorld has a server and no rows.
func emptyWorld(t *testing.T, db *sqlx.DB) *world {
	t.Helper()
	s, err := New(t.Context(), db, Config{
		AdminToken: apikey.NewSecret(adminToken),
		NoSample:   true,
		Out:        io.Discard,
		Logger:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	served := httptest.NewServer(s.Handler())
	t.Cleanup(served.Close)
	return &world{t: t, db: db, server: s, url: served.URL, keys: map[string]string{}}
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// fixture is the small world of scoping.json.
type fixture struct {
	Projects []map[string]any `json:"projects"`
	Versions []map[string]any `json:"versions"`
	Builds   []map[string]any `json:"builds"`
	Commands []map[string]any `json:"commands"`
	Keys     []fixtureKey     `json:"keys"`
}

type fixtureKey struct {
	ID                      string
	Project, Version, Build json.Number
	Scopes                  apikey.Scopes
	AllowList               apikey.AllowList `json:"allow_list"`
	Revoked                 bool
}

// reset brings the fixture back as it was.
func (w *world) reset() {
	w.t.Helper()
	tx, err := w.db.BeginTxx(w.t.Context(), nil)
	w.must(err)
	defer func() { _ = tx.Rollback() }()
	exec := func(statement string, args ...any) {
		w.t.Helper()
		_, err := tx.ExecContext(w.t.Context(), w.db.Rebind(statement), args...)
		w.must(err)
	}
	w.insertRows(exec)
	w.insertKeys(w.server.keys.In(tx))
	w.must(tx.Commit())
}

func (w *world) insertRows(exec func(string, ...any)) {
	for _, table := range []string{"notifications", "commands", "subjects", "builds", "versions", "projects", "buildkey_handles", "buildkey_keys", "buildkey_links", "buildkey_projects"} {
		exec("DELETE FROM " + table)
	}
	for _, p := range w.fixture.Projects {
		variables, err := json.Marshal(p["environment_variables"])
		w.must(err)
		exec(`INSERT INTO projects (id, slug, name, privacy_level, max_concurrent_builds, environment_variables, has_ssh_key_with_write_access)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, p["id"], p["slug"], p["slug"], p["privacy_level"], p["max_concurrent_builds"], string(variables), p["has_ssh_key_with_write_access"])
	}
	for _, v := range w.fixture.Versions {
		exec(`INSERT INTO versions (id, project_id, slug, type, active, privacy_level, built, has_pdf, has_epub, has_htmlzip)
			VALUES (?, ?, ?, ?, true, ?, false, false, false, false)`, v["id"], v["project"], v["slug"], v["type"], v["privacy_level"])
	}
	for _, b := range w.fixture.Builds {
		exec(`INSERT INTO builds (id, project_id, version_id, state, date) VALUES (?, ?, ?, ?, 0)`, b["id"], b["project"], b["version"], b["state"])
	}
	for _, c := range w.fixture.Commands {
		exec(`INSERT INTO commands (id, build_id, command) VALUES (?, ?, ?)`, c["id"], c["build"], c["command"])
	}
}

func (w *world) insertKeys(store *keystore.Store) {
	for _, k := range w.fixture.Keys {
		_, secret, err := store.Create(w.t.Context(), keystore.Spec{
			Project: apikey.ID(k.Project), Version: apikey.ID(k.Version), Build: apikey.ID(k.Build),
			Scopes: k.Scopes, AllowList: k.AllowList,
		})
		w.must(err)
		w.keys[k.ID] = secret.Reveal()
		if k.Revoked {
			w.must(store.RevokeSecret(w.t.Context(), w.keys[k.ID]))
		}
	}
}

// mint makes a key, past the API.
func (w *world) mint(spec keystore.Spec) (secret string) {
	w.t.Helper()
	_, s, err := w.server.keys.Create(w.t.Context(), spec)
	w.must(err)
	return s.Reveal()
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	_, err := w.db.ExecContext(w.t.Context(), w.db.Rebind(statement), args...)
	if err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	text   string
	t      *testing.T
}

// authorization is the header of a caller: "staff", "anon", a key of the fixture,
// or a secret.
func (w *world) authorization(caller string) string {
	switch {
	case caller == "anon":
		return ""
	case caller == "staff":
		return "Bearer " + adminToken
	case w.keys[caller] != "":
		return "Token " + w.keys[caller]
	}
	return "Token " + caller
}

// do sends a request to a path below /api/v2/, with a body as JSON unless it is
// nil or text.
func (w *world) do(caller, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	return w.send(w.request(caller, method, "/api/v2/"+path, body, headers...))
}

func (w *world) request(caller, method, path string, body any, headers ...string) *http.Request {
	w.t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		w.must(err)
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, w.url+path, sent)
	w.must(err)
	if sent != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if value := w.authorization(caller); value != "" {
		r.Header.Set("Authorization", value)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// send follows no redirect.
func (w *world) send(r *http.Request) answer {
	w.t.Helper()
	got, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	w.must(err)
	return answer{got.StatusCode, got.Header, string(text), w.t}
}

// want fails the test unless the status is this one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.text)
	}
	return a
}

// json is the body as an object.
func (a answer) json() map[string]any {
	a.t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(a.text), &o); err != nil {
		a.t.Fatalf("%v: %s", err, a.text)
	}
	return o
}

// ids are those of a list's results.
func (a answer) ids() []float64 {
	a.t.Helper()
	ids := []float64{}
	results, _ := a.json()["results"].([]any)
	for _, row := range results {
		ids = append(ids, row.(map[string]any)["id"].(float64))
	}
	return ids
}

// fields are the names in the errors of a 400.
func (a answer) fields() []string {
	a.t.Helper()
	var names []string
	errors, _ := a.json()["errors"].([]any)
	for _, e := range errors {
		names = append(names, e.(map[string]any)["field"].(string))
	}
	return names
}
