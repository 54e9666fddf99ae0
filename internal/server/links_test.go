package server

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestLinksAreEdited(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		start := w.do("staff", "GET", "project/2/links/", nil).want(200).json()
		want := map[string]any{
			"inbound":  map[string]any{"mode": "listed", "entries": []any{}},
			"outbound": map[string]any{"mode": "open", "entries": []any{}},
		}
		if diff := cmp.Diff(want, start); diff != "" {
			t.Errorf("a new project's links: %s", diff)
		}
		for _, row := range []struct {
			name, caller, method, path, body string
			status                           int
		}{
			{"one", "staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 1, "scopes": ["build:update"]}`, 201},
			{"it again", "staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 1}`, 409},
			{"the other way", "staff", "POST", "project/2/links/", `{"direction": "outbound", "project": 1}`, 201},
			{"itself", "staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 2}`, 400},
			{"nobody", "staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 9}`, 400},
			{"no scopes", "staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 3, "scopes": []}`, 400},
			{"unknown scopes", "staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 3, "scopes": ["a:b"]}`, 400},
			{"sideways", "staff", "POST", "project/2/links/", `{"direction": "sideways", "project": 3}`, 400},
			{"of a project that is not there", "staff", "POST", "project/9/links/", `{"direction": "inbound", "project": 1}`, 404},
			{"by a key", "kp", "POST", "project/1/links/", `{"direction": "inbound", "project": 3}`, 403},
			{"by anyone", "anon", "GET", "project/1/links/", ``, 401},
			{"an unknown mode", "staff", "PATCH", "project/2/links/", `{"inbound": "closed"}`, 400},
			{"another mode", "staff", "PATCH", "project/2/links/", `{"outbound": "listed"}`, 200},
			{"removing what is not there", "staff", "DELETE", "project/2/links/inbound/3/", ``, 404},
			{"removing sideways", "staff", "DELETE", "project/2/links/sideways/1/", ``, 404},
			{"removing", "staff", "DELETE", "project/2/links/outbound/1/", ``, 204},
		} {
			if got := w.do(row.caller, row.method, row.path, row.body); got.status != row.status {
				t.Errorf("%s: %d, want %d: %s", row.name, got.status, row.status, got.text)
			}
		}
		want["inbound"] = map[string]any{"mode": "listed", "entries": []any{map[string]any{"project": 1.0, "scopes": []any{"build:update"}}}}
		want["outbound"] = map[string]any{"mode": "listed", "entries": []any{}}
		if diff := cmp.Diff(want, w.do("staff", "GET", "project/2/links/", nil).json()); diff != "" {
			t.Errorf("the links in the end: %s", diff)
		}
	})
}

func TestTwoHundredLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for id := 1001; id <= 1199; id++ {
		w.must(w.server.keys.AddLink(t.Context(), keystore.LinkEdit{Project: "1", Direction: keystore.Inbound, Other: apikey.ID(fmt.Sprint(id))}))
	}
	w.do("staff", "POST", "project/1/links/", `{"direction": "inbound", "project": 2}`).want(201)
	w.do("staff", "POST", "project/1/links/", `{"direction": "inbound", "project": 3}`).want(400)
	w.do("staff", "POST", "project/1/links/", `{"direction": "outbound", "project": 3}`).want(201)
}

// TestVisitor goes through what a key of alpha may do in beta, which lists it.
func TestVisitor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.exec(`UPDATE projects SET environment_variables = '{"A":{"value":"a","public":true},"B":{"value":"b","public":false}}' WHERE id = 2`)
		w.do("kb", "GET", "build/201/", nil).want(404)
		w.do("staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 1}`).want(201)
		for _, caller := range []string{"kb", "kv", "kp"} {
			w.do(caller, "GET", "build/201/", nil).want(200)
			w.do(caller, "GET", "command/2001/", nil).want(200)
			w.do(caller, "PATCH", "build/201/", `{"commit": "a"}`).want(404)
			w.do(caller, "POST", "build/201/reset/", nil).want(404)
			w.do(caller, "POST", "command/", `{"build": 201, "command": "a"}`).want(403)
			w.do(caller, "POST", "notifications/", `{"attached_to": "build/201", "message_id": "a"}`).want(403)
			w.do(caller, "GET", "build/concurrent/?project__slug=beta", nil).want(404)
			seen := w.do(caller, "GET", "project/2/", nil).want(200).json()["environment_variables"]
			if diff := cmp.Diff(map[string]any{"A": map[string]any{"value": "a", "public": true}}, seen); diff != "" {
				t.Errorf("%s sees of beta's variables: %s", caller, diff)
			}
		}
		if got := w.do("kb", "GET", "build/", nil).want(200).ids(); !cmp.Equal(got, []float64{101, 201}) {
			t.Errorf("the build key lists %v", got)
		}
		w.do("kb", "GET", "build/102/", nil).want(404) // at home it stays held to its build
		w.do("kz", "GET", "build/101/", nil).want(404) // and it works one way
		w.do("staff", "DELETE", "project/2/links/inbound/1/", nil).want(204)
		w.do("kb", "GET", "build/201/", nil).want(404)
	})
}

// TestVisitorChangesNothing: a row that can only be read is absent to a PATCH,
// before its body and its fields are looked at. One that repeats the row is none.
func TestVisitorChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.do("staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 1}`).want(201)
		for _, body := range []string{`{"commit": "a"}`, `{"colour": 1}`, `{"project": 9}`, `{"date": "2026-01-05T10:00:00Z"}`, `{"state": "triggered"}`, `no JSON`} {
			if got := w.do("kp", "PATCH", "build/201/", body); got.status != 404 {
				t.Errorf("a build, %s: %d: %s", body, got.status, got.text)
			}
		}
		for path, body := range map[string]string{"version/21/": `{"slug": "a"}`, "command/2001/": `{"build": 101}`, "project/2/": `{"colour": 1}`} {
			if got := w.do("kp", "PATCH", path, body); got.status != 404 {
				t.Errorf("%s, %s: %d: %s", path, body, got.status, got.text)
			}
		}
		for _, path := range []string{"build/201/", "version/21/", "command/2001/", "project/2/"} {
			shown := w.do("kp", "GET", path, nil).want(200).text
			w.do("kp", "PATCH", path, shown).want(200)
		}
		for body, status := range map[string]int{`{"name": "a"}`: 403, `{"id": 9}`: 403, `{"colour": 1}`: 400} { // of its own it hears why
			w.do("kp", "PATCH", "project/1/", body).want(status)
			w.do("kb", "PATCH", "project/1/", body).want(status)
		}
	})
}

func TestVisitorWhoMayWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.do("staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 1, "scopes": ["build:update", "command:create", "notification:create"]}`).want(201)
		for _, status := range []int{201, 200} { // the second is a retry
			w.do("kb", "POST", "command/", `{"build": 201, "command": "a"}`, "Idempotency-Key", "once").want(status)
			w.do("kb", "POST", "notifications/", `{"attached_to": "build/201", "message_id": "a"}`).want(status)
		}
		w.do("kb", "PATCH", "build/201/", `{"commit": "a"}`).want(200)
		w.do("kb", "PATCH", "build/201/", `{"state": "finished"}`).want(200)
		if k := w.record("kb"); !k.RevokedAt.IsZero() {
			t.Error("finishing another's build revoked the visitor's key")
		}
		if k := w.record("kz"); k.RevokedAt.IsZero() {
			t.Error("the finished build's key lives on")
		}
	})
}
