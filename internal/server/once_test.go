package server

import (
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// TestRacingRetriesMakeOneCommand sends the same Idempotency-Key many times at
// once.
func TestRacingRetriesMakeOneCommand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		var all sync.WaitGroup
		answers := make([]answer, 16)
		for i := range answers {
			all.Go(func() {
				answers[i] = w.do("kb", "POST", "command/", map[string]any{"command": "make"}, "Idempotency-Key", "once")
			})
		}
		all.Wait()
		made, ids := 0, map[any]bool{}
		for _, a := range answers {
			if a.status == 201 {
				made++
			} else if a.status != 200 {
				t.Errorf("%d: %s", a.status, a.text)
			}
			ids[a.json()["id"]] = true
		}
		if made != 1 || len(ids) != 1 {
			t.Errorf("%d answers say 201, and there are %d commands", made, len(ids))
		}
	})
}

func TestIdempotencyKeyIsOfOneBuild(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, build := range []int{101, 102, 103} {
			w.do("kp", "POST", "command/", map[string]any{"build": build, "command": "make"}, "Idempotency-Key", "k").want(201)
		}
		w.do("kz", "POST", "command/", map[string]any{"build": 101, "command": "make"}, "Idempotency-Key", "k").want(403)
		again := w.do("kp", "POST", "command/", map[string]any{"build": 102, "command": "another"}, "Idempotency-Key", "k").want(200)
		if again.json()["command"] != "make" {
			t.Errorf("the first row is %s", again.text)
		}
		w.do("kb", "POST", "build/101/reset/", nil).want(204)
		w.do("kb", "POST", "command/", map[string]any{"command": "make"}, "Idempotency-Key", "k").want(201)
	})
}

func TestCommandWithoutABuild(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		if got := w.do("kb", "POST", "command/", `{"command": "make"}`).want(201).json(); got["build"] != 101.0 {
			t.Errorf("the command is of build %v", got["build"])
		}
		for _, caller := range []string{"kv", "kp"} {
			if got := w.do(caller, "POST", "command/", `{"command": "make"}`).want(400).fields(); len(got) != 1 || got[0] != "build" {
				t.Errorf("%s: the errors are about %v", caller, got)
			}
		}
		blind := w.mint(keystore.Spec{Project: "1", Version: "11", Build: "101", Scopes: apikey.Scopes{"command:create"}})
		if got := w.do(blind, "POST", "command/", `{"command": "make"}`).want(201).json(); len(got) != 1 || got["id"] == nil {
			t.Errorf("who may not read commands got %v", got)
		}
		w.do("kr", "POST", "command/", `{"nonsense": 1}`).want(403) // the scope comes before the body
	})
}

func TestCommandHoldsMegabytes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		output := strings.Repeat("é\n", 400_000)
		w.do("kb", "PATCH", "command/1001/", map[string]any{"output": output}).want(200)
		if got := w.do("kb", "GET", "command/1001/", nil).json()["output"]; got != output {
			t.Error("the output came back different")
		}
		if whole := w.do("kb", "GET", "build/101/", nil).want(200); !strings.Contains(whole.text, `"output":"é`) {
			t.Error("a build shows its commands without output")
		}
		if list := w.do("kb", "GET", "build/", nil).want(200); len(list.text) > 10_000 || !strings.Contains(list.text, `"exit_code"`) {
			t.Errorf("a list of builds has %d bytes", len(list.text))
		}
		w.do("kb", "PATCH", "command/1001/", map[string]any{"output": strings.Repeat("x", maxCommandBody)}).want(413)
	})
}

func TestNotificationOfTheSameMessageIsUpdated(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		said := `{"attached_to": "build/101", "message_id": "m", "state": "read", "dismissable": true, "format_values": {"a": 1}}`
		first := w.do("kb", "POST", "notifications/", said).want(201).json()
		second := w.do("kp", "POST", "notifications/", `{"attached_to": "build/101", "message_id": "m", "format_values": null}`).want(200).json()
		if second["id"] != first["id"] || second["state"] != "read" || second["dismissable"] != true || second["format_values"] != nil {
			t.Errorf("the second is %v", second)
		}
		w.do("kp", "POST", "notifications/", `{"attached_to": "build/102", "message_id": "m"}`).want(201)
		for caller, want := range map[string]int{"kb": 1, "kv": 2, "kp": 2, "kz": 0, "staff": 2} {
			if got := w.do(caller, "GET", "notifications/", nil).want(200).ids(); len(got) != want {
				t.Errorf("%s sees %d notifications, want %d", caller, len(got), want)
			}
		}
		if got := w.do("kp", "GET", "notifications/?attached_to=build/102", nil).want(200).ids(); len(got) != 1 {
			t.Errorf("%d notifications of build 102", len(got))
		}
		w.do("anon", "GET", "notifications/", nil).want(401)
	})
}

// TestRetryOfWhoMayOnlyCreate: the same request is answered again, also to a key
// that may neither read nor update, and tells it no more than the first did.
func TestRetryOfWhoMayOnlyCreate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		blind := w.mint(keystore.Spec{Project: "1", Version: "11", Build: "101", Scopes: apikey.Scopes{"command:create", "notification:create"}})
		note := `{"attached_to": "build/101", "message_id": "m", "state": "read"}`
		var first [2]string
		for i, status := range []int{201, 200} {
			made := w.do(blind, "POST", "command/", `{"command": "make"}`, "Idempotency-Key", "k").want(status)
			said := w.do(blind, "POST", "notifications/", note).want(status)
			if i == 0 {
				first = [2]string{made.text, said.text}
			} else if again := [2]string{made.text, said.text}; again != first {
				t.Errorf("the retry says %v, the first try %v", again, first)
			}
		}
		w.do(blind, "POST", "notifications/", `{"attached_to": "build/101", "message_id": "m", "state": "unread"}`).want(200)
		if seen := w.do("kb", "GET", "notifications/", nil).text; !strings.Contains(seen, `"state":"unread"`) || !strings.Contains(seen, `"count":1`) {
			t.Errorf("after the update: %s", seen)
		}
		w.do("kz", "POST", "notifications/", note).want(403) // the same message, out of reach
		w.do("kr", "POST", "notifications/", note).want(403)
	})
}
