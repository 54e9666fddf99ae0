package queryset_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// hostile are strings that mean something to SQL, to a lexer, or to a driver.
var hostile = []string{
	"' OR '1'='1", "1 OR 1=1", "1; DROP TABLE builds", "1'; DROP TABLE builds; --", `" OR ""="`, "1) OR (1=1", "1)) OR ((1=1",
	"1--", "1/*", "*/ 1", "/**/", "' UNION SELECT deploy_key FROM projects --", "\\' OR 1=1 --", "E'\\x27'", "$$", "$1", "$a$ $a$", "?", "??",
	":id", "@id", "%", "_", "*", "%s", "%!d(string=1)", "{1,2}", "{\"a\",NULL}", "[1,2]", `["1"]`, "NULL", "null", "true", "CAST(1 AS int)",
	"1\x00", "1\n", "1\t", " 1", "1 ", "\ufeff1", "１", "١", "1\u200b", "0x1", "1e0", "1.0", "+1", "-0", "01", "1_0", "ｉd", "id\"", "`id`", "[id]",
	"id;", "id, builder", "(SELECT 1)", "id DESC, builder", "builds.id", "pg_sleep(9)", "randomblob(9)", "\xff\xfe", "\u2028", "İ", "\u212a",
}

// TestHostileValues: whatever stands in an argument, it is one value, and
// matches no row but its equal.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		ctx, q := t.Context(), builds.ForKey(keyOf("1", "", ""))
		for _, s := range hostile {
			if err := q.Get(ctx, db, &build{}, s); !errors.Is(err, queryset.ErrNotFound) {
				t.Errorf("Get %q: %v", s, err)
			}
			if err := q.Delete(ctx, db, s); !errors.Is(err, queryset.ErrNotFound) {
				t.Errorf("Delete %q: %v", s, err)
			}
			for name, k := range hostileKeys(s) {
				if n, err := builds.ForKey(k).DeleteAll(ctx, db); err != nil || n != 0 {
					t.Errorf("%s %q: %d rows, %v", name, s, n, err)
				}
			}
			checkHostileText(t, db, s)
		}
	})
}

func hostileKeys(s string) map[string]apikey.Key {
	id := apikey.ID(s)
	keys := map[string]apikey.Key{
		"a project": keyOf(id, "", ""), "a version": keyOf("1", id, ""), "a build": keyOf("1", "2", id),
		"a link": linked(keyOf("9", "", ""), id, "build:*"),
	}
	for name, target := range map[string]apikey.Target{"a listed id": {Type: "build", ID: s}, "a listed type": {Type: s, ID: "1"}} {
		k := keyOf("1", "", "")
		k.AllowList = apikey.AllowList{target}
		if s != "*" { // which an allow list knows
			keys[name] = k
		}
	}
	return keys
}

// checkHostileText writes s and finds it again, by its equal and by nothing else.
func checkHostileText(t *testing.T, db *sqlx.DB, s string) {
	t.Helper()
	ctx, q := t.Context(), builds.ForKey(keyOf("2", "", ""))
	if err := q.Update(ctx, db, 9, queryset.Values{"state": s}); err != nil {
		return // no text, says PostgreSQL of a NUL byte and of broken UTF-8
	}
	var row build
	if err := q.Get(ctx, db, &row, 9); err != nil || row.State != s {
		t.Errorf("wrote %q: %q, %v", s, row.State, err)
	}
	if n, err := q.Where("state = ?", s).Count(ctx, db); err != nil || n != 1 {
		t.Errorf("where %q: %d, %v", s, n, err)
	}
}

// TestHostileNames: whatever stands where a name belongs is refused, and the
// tables are as they were.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		ctx := t.Context()
		for _, s := range hostile {
			for name, table := range hostileTables(s) {
				if n, err := table.ForKey(keyOf("1", "", "")).DeleteAll(ctx, db); err == nil {
					t.Errorf("%s %q: %d rows", name, s, n)
				}
				if err := queryset.Check(ctx, db, table); err == nil {
					t.Errorf("%s %q: Check finds nothing", name, s)
				}
			}
			for name, q := range map[string]queryset.Query{"a key": builds.ForKey(keyOf("1", "", "")), "everything": builds.Unscoped("a test")} {
				if err := q.OrderBy(s).Select(ctx, db, &[]build{}); err == nil {
					t.Errorf("%s: OrderBy %q", name, s)
				}
				if err := q.Update(ctx, db, 1, queryset.Values{s: "x"}); err == nil {
					t.Errorf("%s: Update %q", name, s)
				}
				if _, err := q.Insert(ctx, db, queryset.Values{s: "x"}); err == nil {
					t.Errorf("%s: Insert %q", name, s)
				}
				if cond, _, err := q.Predicate(ctx, db, "read", s); err == nil && cond != "(1 = 1)" && !strings.HasPrefix(cond, `("`+s+`".`) {
					t.Errorf("%s: alias %q: %s", name, s, cond)
				}
				if _, _, err := q.Predicate(ctx, db, s, "b"); err == nil && !slices.Contains([]string{"true", "null"}, s) {
					t.Errorf("%s: action %q", name, s)
				}
			}
		}
		for name, want := range map[string]int{"builds": 12, "projects": 2, "commands": 24} {
			var n int
			if err := db.Get(&n, "SELECT count(*) FROM "+name); err != nil || n != want {
				t.Errorf("%d %s, %v", n, name, err)
			}
		}
	})
}

func hostileTables(s string) map[string]*queryset.Table {
	return map[string]*queryset.Table{
		"a table":         {Name: s, Resource: "build", Project: "project_id"},
		"a schema":        {Name: s + ".builds", Resource: "build", Project: "project_id"},
		"a column":        {Name: "builds", Resource: "build", Project: s},
		"an id":           {Name: "builds", Resource: "build", ID: s, Project: "project_id"},
		"a parent":        {Name: "builds", Resource: "build", Parent: &queryset.Parent{Table: projects, Column: s}},
		"a field":         {Name: "builds", Resource: "build", Project: "project_id", Read: []string{s}},
		"a written field": {Name: "builds", Resource: "build", Project: "project_id", Write: []string{s}},
		"a resource":      {Name: "builds", Resource: fmt.Sprint(s, " x"), Project: "project_id"},
	}
}

// TestMarksAreTheirOwn: a mark is the argument that was given for it, and never
// one of the scope's.
func TestMarksAreTheirOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q := builds.ForKey(build5)
		for _, cond := range []string{"id = ?1", "version_id = ?2", "1 = ?3 OR id = ?", "id = ?0", "id = ?OR 1 = 1", "1?=id", "id = a?"} {
			n, err := q.Where(cond, 2).Count(t.Context(), db)
			if err == nil || !strings.Contains(err.Error(), "write a space") {
				t.Errorf("%s: %d rows, %v", cond, n, err)
			}
			public := *builds
			public.Public = &queryset.Public{Where: cond}
			if err := queryset.Check(t.Context(), db, &public); err == nil || !strings.Contains(err.Error(), "write a space") {
				t.Errorf("Public %s: %v", cond, err)
			}
		}
		if n, err := q.Where("?=id AND(?)=id", 5, 5).Count(t.Context(), db); n != 1 || err != nil {
			t.Errorf("marks beside other signs: %d rows, %v", n, err)
		}
	})
}
