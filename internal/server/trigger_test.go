package server

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestTriggeredBuildHasItsKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		got := w.do("staff", "POST", "build/", `{"project": 1, "version": 13, "commit": "c0ffee"}`).want(201).json()
		b := got["build"].(map[string]any)
		if b["state"] != "triggered" || b["commit"] != "c0ffee" || b["version"] != 13.0 || b["date"] == nil {
			t.Errorf("the build is %v", b)
		}
		who := w.do(got["key"].(string), "GET", "whoami/", nil).want(200).json()
		if who["id"] != got["key_id"] || who["level"] != "build" || who["build"] != b["id"] || who["project"] != 1.0 || who["version"] != 13.0 {
			t.Errorf("the key is %v", who)
		}
	})
}

// TestTriggerIsOneTransaction breaks each half: without a key there is no build,
// and without a build no key.
func TestTriggerIsOneTransaction(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, breaks string }{
		{"the key", "ALTER TABLE buildkey_keys RENAME TO elsewhere"},
		{"the handle", "ALTER TABLE buildkey_handles RENAME TO elsewhere"},
		{"the build", "ALTER TABLE builds RENAME TO elsewhere"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
				w := newWorld(t, db)
				w.exec("DELETE FROM buildkey_keys")
				before := w.contents()
				w.exec(row.breaks)
				if got := w.do("staff", "POST", "build/?wrap=true", `{"project": 1, "version": 11}`); got.status < 500 {
					t.Errorf("%d: %s", got.status, got.text)
				}
				table := map[string]string{"the key": "buildkey_keys", "the handle": "buildkey_handles", "the build": "builds"}[row.name]
				w.exec("ALTER TABLE elsewhere RENAME TO " + table)
				if after := w.contents(); after != before {
					t.Errorf("half a trigger is left: %s, before %s", after, before)
				}
			})
		})
	}
}

func TestKeyOfAPullRequestSeesPublicVariablesOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, row := range []struct {
			name string
			spec keystore.Spec
			want int
		}{
			{"a build of an external version", keystore.Spec{Project: "1", Version: "13", Build: "104"}, 1},
			{"an external version", keystore.Spec{Project: "1", Version: "13"}, 1},
			{"a version that is gone", keystore.Spec{Project: "1", Version: "999"}, 1},
			{"another project's version", keystore.Spec{Project: "1", Version: "21"}, 1},
			{"a build without a version", keystore.Spec{Project: "1", Build: "101"}, 1},
			{"a version", keystore.Spec{Project: "1", Version: "12"}, 2},
			{"a build, by a key that reads projects only", keystore.Spec{Project: "1", Version: "11", Build: "101", Scopes: apikey.Scopes{"project:read"}, AllowList: list(t, "project:1")}, 2},
			{"the project", keystore.Spec{Project: "1"}, 2},
		} {
			key := w.mint(row.spec)
			seen := w.do(key, "GET", "project/1/", nil).want(200).json()["environment_variables"].(map[string]any)
			if len(seen) != row.want || seen["LOCALE"] == nil {
				t.Errorf("the key of %s sees %v", row.name, seen)
			}
		}
		w.do("staff", "PATCH", "version/11/", `{"type": "external"}`).want(200)
		if seen := w.do("kb", "GET", "project/1/", nil).json()["environment_variables"].(map[string]any); len(seen) != 1 {
			t.Errorf("since its version is external, the key sees %v", seen)
		}
	})
}

func TestConcurrentIsTheOwnProjects(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.exec("UPDATE builds SET state = 'installing' WHERE id = 102")
		got := w.do("kb", "GET", "build/concurrent/?project__slug=alpha", nil).want(200).json()
		if got["limit_reached"] != true || got["concurrent"] != 4.0 || got["max_concurrent"] != 4.0 {
			t.Errorf("with four running: %v", got)
		}
		w.do("kb", "GET", "build/concurrent/?project__slug=gamma", nil).want(404)
		w.do("kb", "GET", "build/concurrent/?project__slug=%00", nil).want(400)
		blind := w.mint(keystore.Spec{Project: "1", Scopes: apikey.Scopes{"build:read"}})
		w.do(blind, "GET", "build/concurrent/?project__slug=alpha", nil).want(403)
	})
}
