package queryset_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// reading is what a caller can read of a table, asked in every way.
func reading(t *testing.T, db queryset.DB, q queryset.Query) (ids []int64) {
	t.Helper()
	var rows []struct {
		ID int64 `db:"id"`
	}
	if err := q.OrderBy("id").Select(t.Context(), db, &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	if n, err := q.Count(t.Context(), db); err != nil || n != int64(len(ids)) {
		t.Errorf("Count: %d, %v; Select has %d", n, err, len(ids))
	}
	for id := range int64(26) {
		found, err := q.Exists(t.Context(), db, id)
		if err != nil || found != slices.Contains(ids, id) {
			t.Errorf("Exists %d: %t, %v; Select has %v", id, found, err, ids)
		}
		var row struct {
			ID int64 `db:"id"`
		}
		if err := q.Get(t.Context(), db, &row, id); found && row.ID != id || !found && !errors.Is(err, queryset.ErrNotFound) {
			t.Errorf("Get %d: %d, %v; Exists says %t", id, row.ID, err, found)
		}
	}
	return ids
}

// reader may read project 2, and is told twice of its own.
var reader = linked(linked(build5, "2", "build:read", "command:read"), "1", "build:*")

// reachCases are keys, and the rows that each reads.
var reachCases = []struct {
	name  string
	table *queryset.Table
	key   apikey.Key
	want  []int64
}{
	{"the zero key", builds, apikey.Key{Permits: build5.Permits, AllowList: build5.AllowList}, nil},
	{"a key without a project", builds, keyOf("", "2", "5"), nil},
	{"a link does not help a key without a project", builds, linked(keyOf("", "", ""), "2", "build:*"), nil},
	{"a project key", builds, keyOf("1", "", ""), []int64{1, 2, 3, 4, 5, 6}},
	{"a version key", builds, keyOf("1", "2", ""), []int64{4, 5, 6}},
	{"a build key", builds, build5, []int64{5}},
	{"a build key without a version", builds, keyOf("1", "", "5"), []int64{5}},
	{"a key whose build is another version's", builds, keyOf("1", "1", "5"), nil},
	{"a key whose version is another project's", builds, keyOf("2", "2", ""), nil},
	{"an attachment with a leading zero", builds, keyOf("01", "", ""), nil},
	{"an attachment that is no integer", builds, keyOf("one", "", ""), nil},
	{"an attachment that closes the literal", builds, keyOf("1' OR '1'='1", "", ""), nil},
	{"through the parent", commands, build5, []int64{9, 10}},
	{"through the parent and its parent", commands, keyOf("2", "3", ""), []int64{13, 14, 15, 16, 17, 18}},
	{"the project above", projects, build5, []int64{1}},
	{"the version above", versions, build5, []int64{2}},
	{"no version is above a build key without one", versions, keyOf("1", "", "5"), nil},
	{"a version above that is another project's", versions, keyOf("2", "2", "5"), nil},
	{"a linked project as a whole, and the own build", builds, reader, []int64{5, 7, 8, 9, 10, 11, 12}},
	{"linked, through the parent", commands, reader, []int64{9, 10, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24}},
	{"a link for another resource", versions, reader, []int64{2}},
	{"a link with no scopes", builds, linked(build5, "2"), []int64{5}},
	{"a link for another action", builds, linked(build5, "2", "build:create"), []int64{5}},
	{"a linked project that can be none", builds, linked(build5, "02", "build:read"), []int64{5}},
	{"an allow list", builds, allowing(keyOf("1", "", ""), "build:2", "build:9", "version:3", "build:02", "*:3"), []int64{2, 3}},
	{"an allow list on linked rows", builds, allowing(reader, "build:8", "build:1"), []int64{8}},
	{"an empty allow list", builds, apikey.Key{Project: "1", Permits: build5.Permits}, nil},
	{"an allow list for another resource", builds, allowing(keyOf("1", "", ""), "version:*"), nil},
	{"an allow list with ids that can be no row's", builds, allowing(keyOf("1", "", ""), "build:1x", "build:99999999999999999999"), nil},
}

func TestReach(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range reachCases {
			t.Run(row.name, func(t *testing.T) {
				if got := reading(t, db, row.table.ForKey(row.key)); !slices.Equal(got, row.want) {
					t.Errorf("got %v, want %v", got, row.want)
				}
				ctx := apikey.NewContext(apikey.WithEverything(t.Context(), "test"), row.key)
				if n, err := row.table.For(ctx).Count(ctx, db); err != nil || n != int64(len(row.want)) {
					t.Errorf("For: %d, %v; want %d", n, err, len(row.want))
				}
			})
		}
	})
}

// TestNothingAbove: a table that declares no Ancestor stays out of reach of keys
// below it, as does one that hangs from nothing.
func TestNothingAbove(t *testing.T) {
	t.Parallel()
	bare := &queryset.Table{Name: "projects", Resource: "project", Project: "id"}
	loose := &queryset.Table{Name: "projects", Resource: "project"}
	noVersion := &queryset.Table{Name: "builds", Resource: "build", Project: "project_id", Build: "id"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for name, q := range map[string]queryset.Query{
			"no Ancestor":                 bare.ForKey(keyOf("1", "2", "5")),
			"no Ancestor, a version key":  bare.ForKey(keyOf("1", "2", "")),
			"no path":                     loose.ForKey(keyOf("1", "", "")),
			"no path, a link":             loose.ForKey(linked(keyOf("1", "", ""), "2", "project:*")),
			"no path to what a key fixes": noVersion.ForKey(keyOf("1", "2", "5")),
		} {
			if got := reading(t, db, q); got != nil {
				t.Errorf("%s: %v", name, got)
			}
		}
		if got := reading(t, db, bare.ForKey(linked(keyOf("1", "2", "5"), "2", "project:read"))); !slices.Equal(got, []int64{2}) {
			t.Errorf("a link reaches the other project as a whole: %v", got)
		}
	})
}

// TestContradictions: rows whose own columns and parents disagree, and whose
// parents are absent.
func TestContradictions(t *testing.T) {
	t.Parallel()
	own := &queryset.Table{Name: "notes", Resource: "note", Project: "project_id",
		Parent: &queryset.Parent{Table: builds, Column: "build_id"}}
	through := &queryset.Table{Name: "notes", Resource: "note", Parent: &queryset.Parent{Table: builds, Column: "build_id"}}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		exec(t, db, "CREATE TABLE notes (id integer PRIMARY KEY, project_id integer, build_id bigint)")
		exec(t, db, "INSERT INTO notes VALUES (1, 1, 5), (2, 2, 5), (3, 1, 8), (4, 1, NULL), (5, NULL, 5), (6, 1, 99)")
		for _, row := range []struct {
			name  string
			table *queryset.Table
			key   apikey.Key
			want  []int64
		}{
			{"the own column wins", own, keyOf("1", "", ""), []int64{1, 3, 4, 6}},
			{"the rest is the parent's", own, keyOf("1", "2", ""), []int64{1}},
			{"both must hold", own, keyOf("2", "3", "8"), nil},
			{"NULL and dangling parents lead nowhere", through, keyOf("1", "", ""), []int64{1, 2, 5}},
			{"the parent's project", through, keyOf("2", "", ""), []int64{3}},
		} {
			if got := reading(t, db, row.table.ForKey(row.key)); !slices.Equal(got, row.want) {
				t.Errorf("%s: got %v, want %v", row.name, got, row.want)
			}
		}
	})
}
