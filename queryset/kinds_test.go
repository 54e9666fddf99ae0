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

var things = &queryset.Table{Name: "things", Resource: "thing", Project: "project"}

const (
	idA = "0a1b2c3d-0000-4000-8000-00000000000a"
	idB = "0a1b2c3d-0000-4000-8000-00000000000b"
)

// TestKinds: ids are compared in the type of their column, and equal only when
// every byte is.
func TestKinds(t *testing.T) {
	t.Parallel()
	const fold = "text COLLATE fold"
	for _, row := range []struct {
		driver, kind   string
		ids            []string // of rows, whose projects are the same
		match, nothing []string
	}{
		{"postgres", "smallint", []string{"1", "2"}, []string{"1"}, []string{"01", "32768", "65537", "x"}},
		{"postgres", "integer", []string{"1", "2"}, []string{"2"}, []string{"+1", "2147483648", "4294967297", "1.0"}},
		{"postgres", "bigint", []string{"1", "9223372036854775807"}, []string{"9223372036854775807"}, []string{"9223372036854775808", " 1"}},
		{"postgres", "uuid", []string{idA, idB}, []string{idA, strings.ToUpper(idB)}, []string{"{" + idA + "}", strings.ReplaceAll(idA, "-", ""), "1"}},
		{"postgres", "text", []string{"a", "A", "a "}, []string{"a", "A", "a "}, []string{"á", " a", "%", "a\x00", "\xff"}},
		{"postgres", "varchar(5)", []string{"a", "A"}, []string{"a"}, []string{"a ", "aaaaaaaa"}},
		{"postgres", "char(5)", []string{"a", "b"}, []string{"a    "}, []string{"a", "a ", "A    "}},
		{"postgres", "slug", []string{"a", "b"}, []string{"a"}, []string{"A"}},
		{"postgres", "number", []string{"1", "2"}, []string{"1"}, []string{"01", "x"}},
		{"postgres", fold, []string{"a", "b"}, []string{"a"}, []string{"A", "á", "a "}},
		{"sqlite", "integer", []string{"1", "9223372036854775807"}, []string{"1", "9223372036854775807"}, []string{"01", "1.0", "9223372036854775808"}},
		{"sqlite", "varchar(5)", []string{"a", "A", "a ", "1"}, []string{"a", "A", "a ", "1"}, []string{"01", "1.0", "\xff"}},
		{"sqlite", "text COLLATE NOCASE", []string{"a", "b"}, []string{"a"}, []string{"A", "a "}},
		{"sqlite", "text COLLATE RTRIM", []string{"a", "b"}, []string{"a"}, []string{"a ", "A"}},
		{"sqlite", "uuid", []string{idA, idB}, []string{strings.ToUpper(idA)}, []string{"{" + idA + "}", "1"}},
	} {
		t.Run(row.driver+" "+row.kind, func(t *testing.T) {
			t.Parallel()
			db := open(t, row.driver)
			if row.driver == "postgres" {
				exec(t, db, "CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level1', deterministic = false)")
				exec(t, db, "CREATE DOMAIN slug AS text CHECK (VALUE <> '')")
				exec(t, db, "CREATE DOMAIN number AS integer")
			}
			exec(t, db, fmt.Sprintf("CREATE TABLE things (id %s PRIMARY KEY, project %[1]s, body text)", row.kind))
			for _, id := range row.ids {
				exec(t, db, "INSERT INTO things (id, project) VALUES (?, ?)", id, id)
			}
			for _, id := range row.match {
				checkKind(t, db, apikey.ID(id), true)
			}
			for _, id := range row.nothing {
				checkKind(t, db, apikey.ID(id), false)
			}
		})
	}
}

func open(t *testing.T, driver string) *sqlx.DB {
	t.Helper()
	if driver == "sqlite" {
		return dbtest.SQLite(t)
	}
	return dbtest.Postgres(t)
}

// checkKind looks for the row of an id by its attachment, by a link, by an allow
// list and by itself.
func checkKind(t *testing.T, db *sqlx.DB, id apikey.ID, there bool) {
	t.Helper()
	ctx, every := t.Context(), things.Unscoped("a test")
	listed := keyOf("", "", "")
	listed.AllowList = apikey.AllowList{{Type: "thing", ID: string(id)}}
	for name, q := range map[string]queryset.Query{
		"attachment": things.ForKey(keyOf(id, "", "")),
		"link":       things.ForKey(linked(keyOf("elsewhere", "", ""), id, "thing:read")),
	} {
		n, err := q.Count(ctx, db)
		if want := map[bool]int64{true: 1}[there]; err != nil || n != want {
			t.Errorf("%s %q: %d rows, %v; want %d", name, id, n, err, want)
		}
	}
	if found, err := every.Exists(ctx, db, id); err != nil || found != there {
		t.Errorf("Exists %q: %t, %v", id, found, err)
	}
	row := map[string]any{}
	if err := every.Get(ctx, db, row, string(id)); there != (err == nil) || !there && !errors.Is(err, queryset.ErrNotFound) {
		t.Errorf("Get %q: %v", id, err)
	}
}

// TestInsertedKinds: an insert gives the id as text, fills in attachments of
// each type, and keeps values whole.
func TestInsertedKinds(t *testing.T) {
	t.Parallel()
	insertable := *things
	insertable.Write = []string{"id", "body"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		for i, kind := range []string{"uuid", "varchar(40)", "text"} {
			exec(t, db, fmt.Sprintf("CREATE TABLE things (id %s PRIMARY KEY, project %[1]s, body varchar(3))", kind))
			q := insertable.ForKey(keyOf(idA, "", ""))
			id, err := q.Insert(t.Context(), db, queryset.Values{"id": idB, "body": "x?"})
			if err != nil || id != idB {
				t.Fatalf("%s: %q, %v", kind, id, err)
			}
			var rows []map[string]any
			if err := q.Select(t.Context(), db, &rows); err != nil || len(rows) != 1 || rows[0]["project"] != idA || rows[0]["body"] != "x?" {
				t.Errorf("%s: %v, %v", kind, rows, err)
			}
			_, err = q.Insert(t.Context(), db, queryset.Values{"id": strings.Replace(idB, "0a", "0b", i+1), "body": "too long"})
			if db.DriverName() == "postgres" && err == nil {
				t.Errorf("%s: a value that is too long was cut", kind)
			}
			exec(t, db, "DROP TABLE things")
		}
	})
}

// TestJoinsByteForByte: a parent is found by every byte of its id, whatever the
// collation calls equal.
func TestJoinsByteForByte(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		kind := "text COLLATE NOCASE"
		if db.DriverName() == "postgres" {
			kind = "text COLLATE fold"
			exec(t, db, "CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level1', deterministic = false)")
		}
		exec(t, db, fmt.Sprintf("CREATE TABLE things (id %s PRIMARY KEY, project text)", kind))
		exec(t, db, fmt.Sprintf("CREATE TABLE parts (id integer PRIMARY KEY, thing %s)", kind))
		exec(t, db, "INSERT INTO things VALUES ('a', 'p')")
		exec(t, db, "INSERT INTO parts VALUES (1, 'a'), (2, 'A')")
		parts := &queryset.Table{Name: "parts", Resource: "thing", Parent: &queryset.Parent{Table: things, Column: "thing"}}
		if got := reading(t, db, parts.ForKey(keyOf("p", "", ""))); !slices.Equal(got, []int64{1}) {
			t.Errorf("got %v", got)
		}
	})
}
