package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// newKeyOf makes a key of the sample project beside a running server.
func newKeyOf(t *testing.T, r *running, args ...string) (key, id string) {
	t.Helper()
	e := must(t, append([]string{"keys", "create", "--project", "1", "--database-url", r.database}, args...)...)
	key = strings.TrimSuffix(e.stdout, "\n")
	if !strings.HasPrefix(key, "bk_") || strings.ContainsAny(key, " \n") {
		t.Fatalf("the standard output is %q, want a key and nothing else", e.stdout)
	}
	if strings.Contains(e.stderr, key) {
		t.Fatal("the key is on the standard error, too")
	}
	for line := range strings.Lines(e.stderr) {
		if after, found := strings.CutPrefix(line, "id"); found {
			id = strings.TrimSpace(after)
		}
	}
	return key, id
}

// eventually waits for another process's change to count, as the server promises.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-ticker.C {
		if done() {
			return
		}
	}
	t.Fatalf("%s: not so after 10 s", what)
}

// refused waits until the server no longer takes a key.
func (r *running) refused(t *testing.T, key string) {
	t.Helper()
	eventually(t, "the key is refused", func() bool {
		return r.status(t, http.MethodGet, "/api/v2/whoami/", "Token "+key, "") == http.StatusUnauthorized
	})
}

func (r *running) accepted(t *testing.T, key string) map[string]any {
	t.Helper()
	status, who := r.ask(t, http.MethodGet, "/api/v2/whoami/", "Token "+key, "")
	if status != http.StatusOK {
		t.Fatalf("the server answers %d to a good key: %v", status, who)
	}
	return who
}

func TestKeysLiveAndDieBesideAServer(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, url string) {
		r := serveOn(t, url)
		key, id := newKeyOf(t, r, "--name", "nightly", "--scope", "build:read", "--allow", "build:42", "--ttl", "5400")
		who := r.accepted(t, key)
		if who["id"] != id || who["name"] != "nightly" || fmt.Sprint(who["scopes"]) != "[build:read]" {
			t.Errorf("whoami says %v", who)
		}
		list := must(t, "keys", "list", "--database-url", url).stdout
		if !strings.Contains(list, id) || !strings.Contains(list, "nightly") || !strings.Contains(list, "live") {
			t.Errorf("list:\n%s", list)
		}
		rotated := strings.TrimSpace(must(t, "keys", "rotate", id, "--database-url", url).stdout)
		r.refused(t, key)
		who = r.accepted(t, rotated)
		must(t, "keys", "revoke", fmt.Sprint(who["id"]), "--database-url", url)
		r.refused(t, rotated)
		if list := must(t, "keys", "list", "--database-url", url).stdout; strings.Contains(list, "nightly") {
			t.Errorf("dead keys are listed:\n%s", list)
		}
		checkStory(t, url, id, key, rotated)
	})
}

// checkStory reads a key's life back: who did what, and no secret.
func checkStory(t *testing.T, url, id string, secrets ...string) {
	t.Helper()
	all := must(t, "keys", "list", "--all", "--database-url", url).stdout
	show := must(t, "keys", "show", id, "--database-url", url).stdout
	asJSON := must(t, "keys", "show", id, "--json", "--database-url", url).stdout
	for _, want := range []string{"revoked since", "project 1", "build:read", "build:42", "create", actor()} {
		if !strings.Contains(show, want) {
			t.Errorf("show has no %q:\n%s", want, show)
		}
	}
	var story struct {
		Key    map[string]any
		Events []map[string]any
	}
	if err := json.Unmarshal([]byte(asJSON), &story); err != nil || len(story.Events) < 2 {
		t.Fatalf("show --json: %v\n%s", err, asJSON)
	}
	if story.Key["state"] != "revoked" || story.Key["project"] != 1.0 || story.Key["build"] != nil {
		t.Errorf("show --json: %s", asJSON)
	}
	for _, secret := range secrets {
		if strings.Contains(all+show+asJSON, secret) {
			t.Error("a key is shown after its birth")
		}
	}
}

// TestRecordsAreThoseOfTheAPI compares a record with what the server says of
// the same key.
func TestRecordsAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	key, id := newKeyOf(t, r)
	who := r.accepted(t, key)
	var story struct{ Key map[string]any }
	if err := json.Unmarshal([]byte(must(t, "keys", "show", id, "--json", "--database-url", r.database).stdout), &story); err != nil {
		t.Fatal(err)
	}
	only := func(a, b map[string]any) (names []string) {
		for name := range a {
			if _, both := b[name]; !both {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	if here, there := only(story.Key, who), only(who, story.Key); fmt.Sprint(here, there) != "[state] [links links_cut permits]" {
		t.Errorf("only in the record: %q, only in the API: %q", here, there)
	}
	for name, value := range story.Key {
		if there, both := who[name]; both && name != "last_used_at" && !reflect.DeepEqual(value, there) {
			t.Errorf("%s is %v in the record and %v in the API", name, value, there)
		}
	}
}

func TestRevokeInOtherWays(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	db := []string{"--database-url", r.database}
	tests := []struct {
		name  string
		stdin func(key string) string
		args  []string
	}{
		{"the key itself, from the standard input", func(key string) string { return key + "\n" }, []string{"-"}},
		{"all of a version", nil, []string{"--version", "1"}},
		{"all of a project", nil, []string{"--project", "1"}},
	}
	for _, test := range tests {
		key, _ := newKeyOf(t, r, "--version", "1")
		stdin := ""
		if test.stdin != nil {
			stdin = test.stdin(key)
		}
		e := call(t, t.Context(), nil, stdin, append(append([]string{"keys", "revoke"}, test.args...), db...)...)
		if e.code != 0 || !strings.HasPrefix(e.stdout, "revoked") || strings.Contains(e.stdout+e.stderr, key) {
			t.Errorf("%s: exit code %d, %q, %q", test.name, e.code, e.stdout, e.stderr)
		}
		r.refused(t, key)
	}
}

func TestGraceAndPurge(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	key, id := newKeyOf(t, r)
	e := must(t, "keys", "revoke", id, "--grace", "30s", "--database-url", r.database)
	_, end, _ := strings.Cut(strings.TrimSpace(e.stdout), "revoked "+id+", dead by ")
	if at, err := time.Parse(time.RFC3339, end); err != nil || time.Until(at) > 30*time.Second || time.Until(at) < 20*time.Second {
		t.Errorf("revoke says %q, want a time 30 s from now", e.stdout)
	}
	r.accepted(t, key)
	if list := must(t, "keys", "list", "--json", "--database-url", r.database).stdout; !strings.Contains(list, `"in grace"`) {
		t.Errorf("list: %s", list)
	}
	must(t, "keys", "revoke", id, "--database-url", r.database)
	r.refused(t, key)
	if e := must(t, "keys", "revoke", id, "--grace", "5", "--database-url", r.database); e.stdout != "revoked "+id+", which is dead already\n" {
		t.Errorf("revoke says %q of a dead key", e.stdout)
	}
	if e := must(t, "keys", "purge", "--database-url", r.database); e.stdout != "purged 0 keys, dead for longer than 360h0m0s\n" {
		t.Errorf("purge says %q", e.stdout)
	}
	eventually(t, "the key is purged", func() bool {
		return strings.HasPrefix(must(t, "keys", "purge", "--retention", "1ms", "--database-url", r.database).stdout, "purged 1 key,")
	})
	if show := must(t, "keys", "show", id, "--database-url", r.database).stdout; !strings.Contains(show, "the record is gone") {
		t.Errorf("show says %q", show)
	}
}
