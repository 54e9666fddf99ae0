package server

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestPathWithoutSlashRedirects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, row := range []struct {
		name, method, path string
		status             int
		location           string
	}{
		{"a list", "GET", "/api/v2/build?state=building&limit=1", 308, "/api/v2/build/?state=building&limit=1"},
		{"a row", "PATCH", "/api/v2/build/101", 308, "/api/v2/build/101/"},
		{"an escaped name", "GET", "/api/v2/keys/by-name/1/a%2Fb%20c", 308, "/api/v2/keys/by-name/1/a%2Fb%20c/"},
		{"no route", "GET", "/api/v2/robots", 404, ""},
		{"another host", "GET", "//evil.example", 404, ""},
		{"another host behind a route", "GET", "//evil.example/../api/v2/build", 404, ""},
		{"two slashes", "GET", "/api/v2//build/", 404, ""},
		{"no slash wanted", "GET", "/healthz", 204, ""},
	} {
		got := w.send(w.request("anon", row.method, row.path, nil))
		if got.status != row.status || got.header.Get("Location") != row.location {
			t.Errorf("%s: %d to %q, want %d to %q", row.name, got.status, got.header.Get("Location"), row.status, row.location)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, row := range []struct {
		name, caller, method, path string
		status                     int
		allow                      string
	}{
		{"after the permission", "anon", "DELETE", "build/101/", 401, ""},
		{"before the row", "kb", "DELETE", "build/999/", 405, "GET, HEAD, PATCH"},
		{"by staff", "staff", "PUT", "project/", 405, "GET, HEAD, POST"},
		{"the first row's permission", "kb", "GET", "keys/1/expire/", 403, ""},
		{"where anyone may", "anon", "GET", "revoke/", 405, "POST"},
		{"with a dead key where anyone may", "kd", "GET", "revoke/", 405, "POST"},
		{"OPTIONS, which has no row", "anon", "OPTIONS", "build/101/", 405, "GET, HEAD, PATCH"},
		{"OPTIONS without permission", "anon", "OPTIONS", "keys/", 401, ""},
		{"with a dead key", "kd", "DELETE", "build/101/", 401, ""},
	} {
		got := w.do(row.caller, row.method, row.path, nil)
		if got.status != row.status || got.header.Get("Allow") != row.allow {
			t.Errorf("%s: %d, Allow %q; want %d, %q", row.name, got.status, got.header.Get("Allow"), row.status, row.allow)
		}
	}
}

func TestHeadIsGetWithoutBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, path := range []string{"build/101/", "build/", "project/1/", "whoami/", "keys/scopes/", "build/999/"} {
		get, head := w.do("kb", "GET", path, nil), w.do("kb", "HEAD", path, nil)
		if head.status != get.status || head.text != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
			t.Errorf("%s: HEAD is %d %q, GET %d", path, head.status, head.text, get.status)
		}
	}
	if got := w.send(w.request("anon", "HEAD", "/healthz", nil)); got.status != 204 {
		t.Errorf("healthz: %d", got.status)
	}
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, row := range []struct {
		name, header string
		status       int
	}{
		{"a wrong token", "Bearer nonsense", 401},
		{"an empty token", "Bearer ", 401},
		{"the hash of the token", "Bearer 0000000000000000000000000000000000000000000000000000000000000000", 401},
		{"a wrong key", "Token nonsense", 401},
		{"a key as a token", "Bearer " + w.keys["kb"], 401},
		{"the token as a key", "Token " + adminToken, 401},
		{"another scheme", "Basic abc", 200},
		{"the token", "Bearer " + adminToken, 200},
	} {
		r := w.request("anon", "GET", "/api/v2/build/101/", nil)
		r.Header.Set("Authorization", row.header)
		if got := w.send(r); got.status != row.status {
			t.Errorf("%s: %d, want %d: %s", row.name, got.status, row.status, got.text)
		}
	}
}

func TestEveryRouteHasItsPermission(t *testing.T) {
	t.Parallel()
	routes, err := Routes()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, route := range routes {
		text += route.String() + "\n"
	}
	want, err := os.ReadFile("testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("who may do what has changed; if that is meant, testdata/routes.txt should say:\n%s", text)
	}
	w := newWorld(t, dbtest.SQLite(t))
	shown, _ := w.do("anon", "GET", "", nil).want(200).json()["routes"].([]any)
	if len(shown) != len(routes) {
		t.Errorf("the index shows %d routes of %d", len(shown), len(routes))
	}
}

// TestLogHoldsNoSecret looks for every secret of a session in its log.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, dbtest.SQLite(t))
	s, err := New(t.Context(), w.db, Config{NoSample: true, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	w.must(err)
	ask := func(caller, method, path, body string) {
		r := httptest.NewRequestWithContext(t.Context(), method, "/api/v2/"+path, strings.NewReader(body))
		r.Header.Set("Authorization", w.authorization(caller))
		s.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("kb", "GET", "build/101/?token=in-the-query", "")
	ask("kb", "PATCH", "build/101/", `{"error": "in-the-body"}`)
	ask("kb", "GET", "build/"+w.keys["kb"]+"/", "") // a mistake that people make
	ask("anon", "GET", "keys/"+w.keys["kv"]+"/", "")
	ask("anon", w.keys["kv"], "whoami/", "")
	ask("kd", "GET", "whoami/", "")
	ask("staff", "POST", "keys/", `{"project": 1}`)
	ask("kb", "POST", "revoke/", "")
	text := log.String()
	for _, secret := range []string{w.keys["kb"], w.keys["kd"], w.keys["kv"], adminToken, "in-the-query", "in-the-body"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q:\n%s", secret, text)
		}
	}
	k := w.record("kv")
	ask("kv", "GET", "build/201/", "")
	want := "method=GET route=/api/v2/build/{id}/ status=404"
	if text = log.String(); !strings.Contains(text, want) || !strings.Contains(text, "key="+k.ID.String()) {
		t.Errorf("the log lacks %q with key %s:\n%s", want, k.ID, text)
	}
}

func TestAnswersOfKeysAreNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, row := range []struct {
		caller, path string
		status       int
		cache        string
	}{
		{"kb", "build/101/", 200, "no-store"},
		{"kd", "build/101/", 401, "no-store"},
		{"staff", "build/101/", 200, "no-store"},
		{"anon", "build/101/", 200, ""},
		{"kb", "build/101", 308, "no-store"},
		{"kd", "build/101", 308, "no-store"},
		{"anon", "build/101", 308, ""},
	} {
		got := w.do(row.caller, "GET", row.path, nil).want(row.status)
		if got.header.Get("Cache-Control") != row.cache || !strings.Contains(got.header.Get("Vary"), "Authorization") {
			t.Errorf("%s asks for %s: %v", row.caller, row.path, got.header)
		}
	}
}
