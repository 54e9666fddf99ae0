package queryset_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// TestPredicate: the scope holds in a statement written by hand, under any
// alias, beside other tables with the same columns.
func TestPredicate(t *testing.T) {
	t.Parallel()
	visitor := linked(keyOf("1", "2", "5"), "2", "build:read", "project:read")
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range []struct {
			name string
			q    queryset.Query
			want []int64
		}{
			{"own", builds.ForKey(keyOf("1", "2", "")), []int64{4, 5, 6}},
			{"own and linked", builds.ForKey(visitor), []int64{5, 7, 8, 9, 10, 11, 12}},
			{"linked, narrowed", builds.ForKey(allowing(visitor, "build:8", "build:5", "build:1")), []int64{5, 8}},
			{"nothing", builds.ForKey(keyOf("", "", "")), nil},
			{"public", builds.For(t.Context()), []int64{1, 2, 3, 4, 5, 6}},
			{"everything", builds.Unscoped("a test"), []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		} {
			for _, alias := range []string{"b", "select", "projects", "parent", ""} {
				if got := joinedBuilds(t, db, row.q, alias); !slices.Equal(got, row.want) {
					t.Errorf("%s as %q: %v, want %v", row.name, alias, got, row.want)
				}
			}
		}
	})
}

// joinedBuilds joins builds with tables whose columns have the same names.
func joinedBuilds(t *testing.T, db *sqlx.DB, q queryset.Query, alias string) (ids []int64) {
	t.Helper()
	cond, args, err := q.Predicate(t.Context(), db, "read", alias)
	if err != nil {
		t.Fatal(err)
	}
	if alias == "" {
		alias = "builds"
	}
	text := fmt.Sprintf(`SELECT %[1]q.id FROM builds AS %[1]q JOIN projects AS p ON p.id = %[1]q.project_id
		JOIN versions AS v ON v.id = %[1]q.version_id WHERE %[1]q.id > ? AND %s AND p.id < ? ORDER BY 1`, alias, cond)
	args = append(append([]any{0}, args...), 9)
	if err := db.Select(&ids, queryset.Rebind(db, text), args...); err != nil {
		t.Errorf("%s: %v", text, err)
	}
	return ids
}

// TestPredicateForOtherActions: the scope that is asked for is the action's, and
// no row above a key is there to be deleted.
func TestPredicateForOtherActions(t *testing.T) {
	t.Parallel()
	k := keyOf("1", "2", "5")
	k.Permits = apikey.Scopes{"build:reset", "project:delete"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		if cond, args, err := builds.ForKey(k).Predicate(t.Context(), db, "reset", "b"); err != nil || len(args) != 3 || cond == "" {
			t.Errorf("%s, %v, %v", cond, args, err)
		}
		if _, _, err := builds.ForKey(k).Predicate(t.Context(), db, "read", "b"); !errors.Is(err, apikey.ScopeError{Scope: "build:read"}) {
			t.Errorf("another action: %v", err)
		}
		for _, q := range []queryset.Query{projects.ForKey(k), projects.For(t.Context())} {
			if _, _, err := q.Predicate(t.Context(), db, "delete", "p"); !errors.Is(err, queryset.ErrForbidden) {
				t.Errorf("deleting: %v", err)
			}
		}
	})
}

func TestRebind(t *testing.T) {
	t.Parallel()
	const text = `SELECT '?', "?" /* ? */ FROM t WHERE a = ? AND b ?? 'k' AND c = ?`
	for driver, want := range map[string]string{
		"postgres": `SELECT '?', "?" /* ? */ FROM t WHERE a = $1 AND b ? 'k' AND c = $2`,
		"sqlite":   `SELECT '?', "?" /* ? */ FROM t WHERE a = ? AND b ? 'k' AND c = ?`,
		"mysql":    text,
	} {
		if got := queryset.Rebind(sqlx.NewDb(nil, driver), text); got != want {
			t.Errorf("%s: %s", driver, got)
		}
	}
}

// TestOtherDrivers: a database that is neither is refused.
func TestOtherDrivers(t *testing.T) {
	t.Parallel()
	db := sqlx.NewDb(dbtest.SQLite(t).DB, "mysql")
	for method, err := range everyMethod(t, db, builds.ForKey(keyOf("1", "", ""))) {
		if err == nil {
			t.Errorf("%s works", method)
		}
	}
	if _, err := queryset.Begin(t.Context(), db); err == nil {
		t.Error("Begin works")
	}
	if err := queryset.Check(t.Context(), wrapped{db}, builds); err == nil {
		t.Error("Check works")
	}
}

// wrapped is a DB that the package knows nothing of.
type wrapped struct{ *sqlx.DB }
