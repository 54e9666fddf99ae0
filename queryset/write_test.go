package queryset_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// updater may update project 2, too.
var updater = linked(build5, "2", "build:update", "project:update")

func setting(column string) queryset.Values { return queryset.Values{column: "9"} }

// updateCases are updates, and what is said of each.
var updateCases = []struct {
	name  string
	table *queryset.Table
	key   apikey.Key
	id    any
	set   queryset.Values
	want  error
}{
	{"own", builds, build5, 5, setting("state"), nil},
	{"a sibling", builds, build5, 4, setting("state"), queryset.ErrNotFound},
	{"linked", builds, updater, 8, setting("state"), nil},
	{"own, beside linked ones", builds, updater, 5, setting("state"), nil},
	{"a sibling, beside linked ones", builds, updater, 4, setting("state"), queryset.ErrNotFound},
	{"linked for reading", builds, linked(build5, "2", "build:read"), 8, setting("state"), queryset.ErrNotFound},
	{"outside the allow list", builds, allowing(keyOf("1", "", ""), "build:1"), 2, setting("state"), queryset.ErrNotFound},
	{"in the allow list", builds, allowing(keyOf("1", "", ""), "build:1"), 1, setting("state"), nil},
	{"not writable", builds, build5, 5, setting("builder"), queryset.ErrForbidden},
	{"not writable, and absent", builds, build5, 99, setting("builder"), queryset.ErrForbidden},
	{"no such column", builds, build5, 5, setting("colour"), queryset.ErrForbidden},
	{"the project", builds, keyOf("1", "", ""), 5, setting("project_id"), queryset.ErrForbidden},
	{"the id", builds, keyOf("1", "", ""), 5, setting("id"), queryset.ErrForbidden},
	{"the parent", commands, keyOf("1", "", ""), 9, setting("build_id"), queryset.ErrForbidden},
	{"an Ancestor's field", versions, build5, 2, queryset.Values{"built": true}, nil},
	{"not an Ancestor's field", versions, build5, 2, setting("slug"), queryset.ErrForbidden},
	{"not an Ancestor's field, of a linked row", projects, updater, 2, setting("name"), queryset.ErrForbidden},
	{"an Ancestor's sibling", versions, build5, 1, queryset.Values{"built": true}, queryset.ErrNotFound},
	{"an id that is not canonical", builds, build5, "05", setting("state"), queryset.ErrNotFound},
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range updateCases {
			if err := row.table.ForKey(row.key).Update(t.Context(), db, row.id, row.set); !errors.Is(err, row.want) {
				t.Errorf("%s: %v, want %v", row.name, err, row.want)
			}
		}
		var changed []int64
		if err := db.Select(&changed, "SELECT id FROM builds WHERE state = '9' ORDER BY id"); err != nil || !slices.Equal(changed, []int64{1, 5, 8}) {
			t.Errorf("changed: %v, %v", changed, err)
		}
	})
}

// TestPlacingColumns: naming them writable does not make them so.
func TestPlacingColumns(t *testing.T) {
	t.Parallel()
	eager := *notes
	eager.Write = []string{"id", "project_id", "version_id", "build_id", "body"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillNotes(t, db)
		q := eager.ForKey(keyOf("1", "", ""))
		id, err := q.Insert(t.Context(), db, queryset.Values{"id": 7, "body": "x"})
		if err != nil || id != "7" {
			t.Fatalf("Insert: %q, %v", id, err)
		}
		for _, c := range eager.Write[:4] {
			for _, v := range []any{1, 2, nil} {
				err := q.Update(t.Context(), db, 7, queryset.Values{c: v})
				if !errors.Is(err, queryset.ErrForbidden) || !strings.Contains(err.Error(), c) {
					t.Errorf("%s: %v", c, err)
				}
			}
		}
		if err := q.Update(t.Context(), db, 7, queryset.Values{"body": nil}); err == nil || errors.Is(err, queryset.ErrForbidden) {
			t.Errorf("a constraint of the database: %v", err)
		}
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	build5 := keyOf("1", "2", "5")
	rows := []struct {
		name  string
		table *queryset.Table
		key   apikey.Key
		id    any
		want  error
	}{
		{"own", commands, build5, 9, nil},
		{"again", commands, build5, 9, queryset.ErrNotFound},
		{"another's", commands, build5, 1, queryset.ErrNotFound},
		{"linked", commands, linked(build5, "2", "command:delete"), 15, nil},
		{"linked for another action", commands, linked(build5, "2", "command:update"), 16, queryset.ErrNotFound},
		{"by Ancestor", projects, build5, 1, queryset.ErrForbidden},
		{"by Ancestor, beside linked ones", projects, linked(build5, "2", "project:delete"), 1, queryset.ErrNotFound},
	}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range rows {
			if err := row.table.ForKey(row.key).Delete(t.Context(), db, row.id); !errors.Is(err, row.want) {
				t.Errorf("%s: %v, want %v", row.name, err, row.want)
			}
		}
		var left int
		if err := db.Get(&left, "SELECT count(*) FROM commands"); err != nil || left != 22 {
			t.Errorf("%d left, %v", left, err)
		}
	})
}

// TestAll: writes of all rows in reach tell how many they hit, and hit no other.
func TestAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		ctx, set := t.Context(), queryset.Values{"command": "x"}
		visitor := linked(keyOf("1", "2", ""), "2", "command:*")
		for _, row := range []struct {
			name string
			do   func() (int64, error)
			want int64
		}{
			{"update own", func() (int64, error) { return commands.ForKey(keyOf("1", "2", "")).UpdateAll(ctx, db, set) }, 6},
			{"update own and linked", func() (int64, error) { return commands.ForKey(visitor).UpdateAll(ctx, db, set) }, 18},
			{"update where", func() (int64, error) {
				return commands.ForKey(visitor).Where("id > ? OR id = ?", 20, 1).UpdateAll(ctx, db, set)
			}, 4},
			{"update nothing", func() (int64, error) { return commands.ForKey(keyOf("9", "", "")).UpdateAll(ctx, db, set) }, 0},
			{"delete where", func() (int64, error) {
				return commands.ForKey(visitor).Where("id IN (?, ?)", 1, 24).DeleteAll(ctx, db)
			}, 1},
			{"delete own and linked", func() (int64, error) { return commands.ForKey(visitor).DeleteAll(ctx, db) }, 17},
			{"delete nothing", func() (int64, error) { return commands.ForKey(visitor).DeleteAll(ctx, db) }, 0},
		} {
			if n, err := row.do(); err != nil || n != row.want {
				t.Errorf("%s: %d, %v; want %d", row.name, n, err, row.want)
			}
		}
		if n, err := commands.Unscoped("a test").Count(ctx, db); err != nil || n != 6 {
			t.Errorf("%d left, %v", n, err)
		}
		if _, err := projects.ForKey(keyOf("1", "2", "")).DeleteAll(ctx, db); !errors.Is(err, queryset.ErrForbidden) {
			t.Errorf("by Ancestor: %v", err)
		}
	})
}
