package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

func TestStateMovesForwardOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for from, state := range states {
			for to, next := range states {
				w.exec("UPDATE builds SET state = ? WHERE id = 101", state)
				want := http.StatusOK
				if isFinal(state) || to < from {
					want = http.StatusConflict
				}
				for _, caller := range []string{"kp", "staff"} {
					w.exec("UPDATE builds SET state = ? WHERE id = 101", state)
					got := w.do(caller, "PATCH", "build/101/", map[string]any{"state": next})
					if got.status != want {
						t.Errorf("%s to %s by %s: %d, want %d: %s", state, next, caller, got.status, want, got.text)
					}
				}
			}
		}
	})
}

// TestRacingPatchesNeverGoBack lets many callers move one build at once: each
// answer that says 200 must be a step forward from what stood there.
func TestRacingPatchesNeverGoBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.exec("UPDATE builds SET state = 'triggered' WHERE id = 101")
		w.exec(history(db))
		var all sync.WaitGroup
		for i := range 24 {
			all.Go(func() {
				state := states[1+(i*7)%5]
				if got := w.do("kp", "PATCH", "build/101/", map[string]any{"state": state, "length": i}); got.status != 200 && got.status != 409 {
					t.Errorf("to %s: %d: %s", state, got.status, got.text)
				}
			})
		}
		all.Wait()
		var back int
		w.must(db.Get(&back, "SELECT count(*) FROM moves WHERE went < 0"))
		if back != 0 {
			t.Errorf("the build went back %d times", back)
		}
	})
}

// TestWhyABuildWasNotWritten: one that may be changed has moved, though it may
// stand where it stood; one that can only be read is not there to be changed.
func TestWhyABuildWasNotWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.do("staff", "POST", "project/2/links/", `{"direction": "inbound", "project": 1}`).want(201)
		for caller, want := range map[string]error{"kb": errMoved, "kp": errMoved, "kz": apikey.ErrNotFound, "kx": apikey.ErrNotFound} {
			k, err := w.server.keys.Verify(t.Context(), w.keys[caller])
			w.must(err)
			for id, want := range map[int64]error{101: want, 999: apikey.ErrNotFound} {
				err := w.server.inTx(apikey.NewContext(t.Context(), k), func(tx *queryset.Tx) error {
					return w.server.whyNotWritten(apikey.NewContext(t.Context(), k), tx, build{ID: id, State: "building"})
				})
				if !errors.Is(err, want) {
					t.Errorf("%s, build %d: %v, want %v", caller, id, err, want)
				}
			}
		}
		w.do("kp", "PATCH", "build/201/", `{"state": "uploading"}`).want(404) // a visitor reads, and no more
	})
}

// history notes each move of a build and how far it went.
func history(db *sqlx.DB) string {
	rank := "position(%s.state in 'triggered cloning installing building uploading finished')"
	if db.DriverName() == "sqlite" {
		rank = "instr('triggered cloning installing building uploading finished', %s.state)"
	}
	insert := fmt.Sprintf("INSERT INTO moves VALUES ("+rank+" - "+rank+");", "NEW", "OLD")
	if db.DriverName() == "sqlite" {
		return "CREATE TABLE moves (went INTEGER); CREATE TRIGGER moved AFTER UPDATE OF state ON builds BEGIN " + insert + " END"
	}
	return `CREATE TABLE moves (went integer);
		CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ` + insert + ` RETURN NULL; END $$;
		CREATE TRIGGER moved AFTER UPDATE OF state ON builds FOR EACH ROW EXECUTE FUNCTION noted()`
}

func TestFinishingRevokesTheBuildsKeys(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"finished", "cancelled"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
				w := newWorld(t, db)
				w.do("kb", "PATCH", "build/101/", map[string]any{"state": state}).want(200)
				w.do("kb", "GET", "whoami/", nil).want(200) // its grace
				found, err := w.server.keys.List(t.Context(), keystore.Filter{Build: "101", Dead: true})
				w.must(err)
				for _, k := range found.Keys {
					if k.RevokedAt.IsZero() || k.RevokedAt.Sub(w.server.now()) > lastCalls {
						t.Errorf("key %s of the build is revoked at %v", k.Name, k.RevokedAt)
					}
				}
				for _, caller := range []string{"kv", "kp", "kx"} {
					if k := w.record(caller); !k.RevokedAt.IsZero() {
						t.Errorf("%s is revoked, and not the build's", caller)
					}
				}
			})
		})
	}
}

// record is the stored key of a caller.
func (w *world) record(caller string) apikey.Key {
	w.t.Helper()
	k, err := w.server.keys.Verify(w.t.Context(), w.keys[caller])
	w.must(err)
	k, err = w.server.keys.Get(w.t.Context(), k.ID)
	w.must(err)
	return k
}

func TestResetDropsWhatAnEarlierTryLeft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		// Whoever may update the build may reset it, though it may delete nothing.
		narrow := w.mint(keystore.Spec{Project: "1", Version: "11", Build: "101", Scopes: apikey.Scopes{"build:update"}})
		w.do("kb", "POST", "notifications/", map[string]any{"attached_to": "build/101", "message_id": "a"}).want(201)
		w.do("kp", "POST", "notifications/", map[string]any{"attached_to": "project/1", "message_id": "a"}).want(201)
		w.do("kp", "POST", "notifications/", map[string]any{"attached_to": "build/102", "message_id": "a"}).want(201)
		w.do(narrow, "POST", "build/101/reset/", nil).want(204)
		b := w.do("kb", "GET", "build/101/", nil).want(200).json()
		if commands := b["commands"].([]any); b["state"] != "triggered" || len(commands) != 0 {
			t.Errorf("the build is %v", b)
		}
		if left := w.do("staff", "GET", "notifications/", nil).want(200).ids(); len(left) != 2 {
			t.Errorf("%d notifications are left, want those of project 1 and build 102", len(left))
		}
		w.do("kp", "GET", "command/1002/", nil).want(200)
		w.do("kr", "POST", "build/102/reset/", nil).want(403)
		w.do("kp", "POST", "build/201/reset/", nil).want(404)
	})
}

func TestPatchThatRepeatsIsAccepted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, row := range []struct{ caller, path string }{
			{"kb", "build/101/"}, {"kb", "version/11/"}, {"kb", "project/1/"}, {"kx", "project/1/"},
			{"kb", "command/1001/"}, {"kp", "project/1/"}, {"staff", "build/101/"}, {"staff", "project/2/"},
		} {
			whole := w.do(row.caller, "GET", row.path, nil).want(200)
			again := w.do(row.caller, "PATCH", row.path, whole.text).want(200)
			if again.text != whole.text {
				t.Errorf("%s of %s changed:\n%s%s", row.path, row.caller, whole.text, again.text)
			}
		}
		var listed struct{ Results []json.RawMessage }
		w.must(json.Unmarshal([]byte(w.do("kb", "GET", "build/", nil).want(200).text), &listed))
		w.do("kb", "PATCH", "build/101/", string(listed.Results[0])).want(200) // without its commands' output
		w.do("kb", "PATCH", "build/101/", strings.Replace(string(listed.Results[0]), `"id":1001`, `"id":1`, 1)).want(403)
		w.do("kr", "PATCH", "build/101/", "{}").want(403) // a reader may not even change nothing
	})
}

func TestPatchNamesTheForbiddenField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, row := range []struct {
			caller, path, body, field string
		}{
			{"kb", "build/101/", `{"commit": "c", "date": "2026-01-01T00:00:00Z"}`, "date"},
			{"kb", "build/101/", `{"commit": "c", "id": 102}`, "id"},
			{"kb", "build/101/", `{"commit": "c", "commands": [1]}`, "commands"},
			{"kb", "version/11/", `{"built": true, "slug": "mine"}`, "slug"},
			{"kb", "project/1/", `{"has_ssh_key_with_write_access": true}`, "has_ssh_key_with_write_access"},
			{"kx", "project/1/", `{"environment_variables": {}}`, "environment_variables"},
			{"kb", "command/1001/", `{"output": "x", "build": null}`, "build"},
			{"staff", "build/101/", `{"commit": "c", "version": 12}`, "version"},
			{"staff", "version/11/", `{"built": true, "project": 2}`, "project"},
		} {
			got := w.do(row.caller, "PATCH", row.path, row.body).want(403)
			if detail := got.json()["detail"].(string); !strings.Contains(detail, row.field) {
				t.Errorf("%s %s by %s: the refusal does not name %s: %s", row.path, row.body, row.caller, row.field, detail)
			}
		}
		var changed int
		w.must(db.Get(&changed, `SELECT count(*) FROM builds WHERE "commit" IS NOT NULL`))
		if changed != 0 {
			t.Error("a refused PATCH changed a field")
		}
	})
}

func TestStaffPatchAnyOtherField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.do("staff", "PATCH", "project/2/", `{"slug": "bee", "privacy_level": "public", "environment_variables": {"A": {"value": "b"}}}`).want(200)
		w.do("staff", "PATCH", "version/21/", `{"type": "external", "active": false, "identifier": null}`).want(200)
		w.do("staff", "PATCH", "build/201/", `{"date": "2026-01-05T11:00:00+01:00", "config": {"b": 1, "a": [2]}}`).want(200)
		if date := w.do("staff", "GET", "build/201/", nil).json()["date"]; date != "2026-01-05T10:00:00Z" {
			t.Errorf("the date is %v", date)
		}
		w.do("staff", "PATCH", "project/2/", `{"slug": "alpha"}`).want(409)
		w.do("staff", "PATCH", "version/14/", `{"slug": "latest"}`).want(409)
	})
}
