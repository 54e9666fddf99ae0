package server

import (
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
)

var badInputs = []struct {
	name, caller, method, path, body string
	status                           int
	fields                           []string
}{
	{"no JSON", "kb", "PATCH", "build/101/", `{"commit":`, 400, []string{"body"}},
	{"nothing", "kb", "PATCH", "build/101/", ``, 400, []string{"body"}},
	{"a list", "kb", "PATCH", "build/101/", `[]`, 400, []string{"body"}},
	{"null", "kb", "PATCH", "build/101/", `null`, 400, []string{"body"}},
	{"two objects", "kb", "PATCH", "build/101/", `{"commit": "a"} {}`, 400, []string{"body"}},
	{"not UTF-8", "kb", "PATCH", "build/101/", "{\"commit\": \"\xff\"}", 400, []string{"body"}},
	{"too deep", "kb", "PATCH", "build/101/", `{"config": ` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, 400, []string{"body"}},
	{"a config of 101 levels", "kb", "PATCH", "build/101/", `{"config": ` + nested(101) + `}`, 400, []string{"config"}},
	{"build data of 101 levels", "kb", "PATCH", "version/11/", `{"build_data": ` + nested(101) + `}`, 400, []string{"build_data"}},
	{"another case", "kb", "PATCH", "build/101/", `{"Commit": "a"}`, 400, []string{"Commit"}},
	{"a name twice", "kb", "PATCH", "build/101/", `{"commit": "a", "commit": "b"}`, 400, []string{"commit"}},
	{"several wrong", "kb", "PATCH", "build/101/", `{"length": -1, "state": "flying", "commit": "a"}`, 400, []string{"length", "state"}},
	{"an integer with a fraction", "kb", "PATCH", "build/101/", `{"length": 1.0}`, 400, []string{"length"}},
	{"an integer beyond 64 bits", "kb", "PATCH", "build/101/", `{"length": 9223372036854775808}`, 400, []string{"length"}},
	{"an integer in quotes", "kb", "PATCH", "build/101/", `{"id": "101"}`, 400, []string{"id"}},
	{"a Boolean as number", "kb", "PATCH", "build/101/", `{"success": 1}`, 400, []string{"success"}},
	{"a state that is null", "kb", "PATCH", "build/101/", `{"state": null}`, 400, []string{"state"}},
	{"a time without zone", "kb", "PATCH", "build/101/", `{"task_executed_at": "2026-01-05T10:00:00"}`, 400, []string{"task_executed_at"}},
	{"a time with a short hour", "kb", "PATCH", "build/101/", `{"task_executed_at": "2026-01-05T1:00:00Z"}`, 400, []string{"task_executed_at"}},
	{"a time with a comma", "kb", "PATCH", "build/101/", `{"task_executed_at": "2026-01-05T10:00:00,5Z"}`, 400, []string{"task_executed_at"}},
	{"a config that is a list", "kb", "PATCH", "build/101/", `{"config": []}`, 400, []string{"config"}},
	{"NUL in text", "kb", "PATCH", "build/101/", `{"commit": "a\u0000b"}`, 400, []string{"commit"}},
	{"a body for a row out of reach", "kb", "PATCH", "build/201/", `{`, 404, nil},
	{"a body without permission", "anon", "PATCH", "build/101/", `{`, 401, nil},
	{"a command without command", "kb", "POST", "command/", `{}`, 400, []string{"command"}},
	{"a command with an id", "kb", "POST", "command/", `{"command": "a", "id": 1}`, 400, []string{"id"}},
	{"a notification on a version", "kp", "POST", "notifications/", `{"attached_to": "version/11", "message_id": "a"}`, 400, []string{"attached_to"}},
	{"a notification on build 0101", "kp", "POST", "notifications/", `{"attached_to": "build/0101", "message_id": "a"}`, 400, []string{"attached_to"}},
	{"a notification without message", "kp", "POST", "notifications/", `{"attached_to": "build/101"}`, 400, []string{"message_id"}},
	{"a project without slug", "staff", "POST", "project/", `{}`, 400, []string{"slug"}},
	{"a slug of two words", "staff", "POST", "project/", `{"slug": "a b"}`, 400, []string{"slug"}},
	{"a slug that is taken", "staff", "POST", "project/", `{"slug": "alpha"}`, 409, nil},
	{"variables without value", "staff", "POST", "project/", `{"slug": "a", "environment_variables": {"A": {}}}`, 400, []string{"environment_variables"}},
	{"a variable with a wrong name", "staff", "POST", "project/", `{"slug": "a", "environment_variables": {"A=B": {"value": ""}}}`, 400, []string{"environment_variables"}},
	{"a version of no project", "staff", "POST", "version/", `{"project": 9, "slug": "a"}`, 400, []string{"project"}},
	{"a version that is taken", "staff", "POST", "version/", `{"project": 1, "slug": "latest"}`, 409, nil},
	{"a build of another's version", "staff", "POST", "build/", `{"project": 1, "version": 21}`, 400, []string{"version"}},
	{"a build of no project", "staff", "POST", "build/", `{"project": 9, "version": 11}`, 400, []string{"project"}},
	{"wrap that is neither", "staff", "POST", "build/?wrap=yes", `{"project": 1, "version": 11}`, 400, []string{"wrap"}},
	{"a column that is not there", "staff", "PATCH", "build/101/", `{"none": 1}`, 400, []string{"none"}},
	{"a column of the database's", "staff", "PATCH", "build/101/", `{"project_id": 2}`, 400, []string{"project_id"}},
	{"a column that is not there, of a project", "staff", "PATCH", "project/1/", `{"none": 1}`, 400, []string{"none"}},
	{"a column that is not there, of a version", "staff", "PATCH", "version/11/", `{"none": 1}`, 400, []string{"none"}},
	{"a column that is not there, of a command", "staff", "PATCH", "command/1001/", `{"none": 1}`, 400, []string{"none"}},
	{"a new project with such a column", "staff", "POST", "project/", `{"slug": "a", "none": 1}`, 400, []string{"none"}},
	{"a new version with such a column", "staff", "POST", "version/", `{"project": 1, "slug": "a", "none": 1}`, 400, []string{"none"}},
	{"a filter that is no Boolean", "anon", "GET", "version/?active=maybe", ``, 400, []string{"active"}},
	{"a filter that is no state", "anon", "GET", "build/?state=flying", ``, 400, []string{"state"}},
	{"NUL in a filter", "anon", "GET", "project/?slug=%00", ``, 400, []string{"slug"}},
	{"bytes in a filter", "anon", "GET", "project/?slug=%ff", ``, 400, []string{"slug"}},
	{"concurrent without a slug", "kb", "GET", "build/concurrent/", ``, 404, nil},
}

// nested is an object of so many levels, with brackets in a string that are none.
func nested(levels int) string {
	return `{"a": "\"{[\\", "b": ` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + "}"
}

func TestAHundredLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.do("kb", "PATCH", "build/101/", `{"config": `+nested(100)+`}`).want(200)
	shown := w.do("kb", "GET", "build/101/", nil).want(200).text
	w.do("kb", "PATCH", "build/101/", shown).want(200)
}

// TestBadInput sends what is wrong, and looks that nothing was written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		before := w.contents()
		for _, row := range badInputs {
			var body any
			if row.method != "GET" {
				body = row.body
			}
			got := w.do(row.caller, row.method, row.path, body)
			if got.status != row.status || row.fields != nil && !slices.Equal(got.fields(), row.fields) {
				t.Errorf("%s: %d about %v, want %d about %v: %s", row.name, got.status, got.fields(), row.status, row.fields, got.text)
			}
			if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("%s: the answer is %s", row.name, kind)
			}
		}
		if after := w.contents(); after != before {
			t.Errorf("something was written: %s, before %s", after, before)
		}
	})
}

// contents is how many rows there are, and what the build that is tried holds.
func (w *world) contents() (counts string) {
	w.t.Helper()
	for _, statement := range []string{
		"SELECT count(*) FROM projects", "SELECT count(*) FROM versions", "SELECT count(*) FROM builds", "SELECT count(*) FROM commands",
		"SELECT count(*) FROM notifications", "SELECT count(*) FROM buildkey_keys",
		`SELECT COALESCE("commit", '') || state || COALESCE(length, 0) FROM builds WHERE id = 101`,
	} {
		var n string
		w.must(w.db.Get(&n, statement))
		counts += n + " "
	}
	return counts
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, row := range []struct {
		name, kind string
		status     int
	}{
		{"a form", "application/x-www-form-urlencoded", 415},
		{"another JSON", "application/merge-patch+json", 415},
		{"another charset", "application/json; charset=latin1", 415},
		{"nonsense", "json", 415},
		{"JSON", "application/json", 200},
		{"JSON in UTF-8", "Application/JSON; charset=UTF-8", 200},
		{"none", "", 200},
	} {
		got := w.do("kb", "PATCH", "build/101/", `{}`, "Content-Type", row.kind)
		if got.status != row.status {
			t.Errorf("%s: %d, want %d: %s", row.name, got.status, row.status, got.text)
		}
	}
	w.do("kb", "PATCH", "build/101/", `{"error": "`+strings.Repeat("x", maxBody)+`"}`).want(413)
	w.do("kb", "PATCH", "build/101/", `{"error": "`+strings.Repeat("x", maxBody-20)+`"}`).want(200)
	w.do("kb", "POST", "command/", `{"command": "a"}`, "Idempotency-Key", strings.Repeat("x", 256)).want(400)
	w.do("kb", "POST", "command/", `{"command": "a"}`, "Idempotency-Key", "two words").want(400)
}

// TestIdsThatAreNone gives paths ids that no row has, in forms that a database
// might take for one that some row has.
func TestIdsThatAreNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for _, id := range []string{"0101", "+101", "-1", "101.0", "1e2", "%20101", "101%20", "abc", "99999999999999999999", "%00", "%ff", "101%2F", "１０１"} {
			for _, caller := range []string{"anon", "kp", "staff"} {
				if got := w.do(caller, "GET", "build/"+id+"/", nil); got.status != 404 {
					t.Errorf("build %q by %s: %d: %s", id, caller, got.status, got.text)
				}
			}
			if got := w.do("staff", "GET", "keys/"+id+"/", nil); got.status != 404 {
				t.Errorf("key %q: %d: %s", id, got.status, got.text)
			}
			if got := w.do("staff", "DELETE", "project/1/links/inbound/"+id+"/", nil); got.status != 404 {
				t.Errorf("link %q: %d: %s", id, got.status, got.text)
			}
		}
	})
}
