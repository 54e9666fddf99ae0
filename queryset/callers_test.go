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

// everyMethod calls each method of q and gives its error by name.
func everyMethod(t *testing.T, db queryset.DB, q queryset.Query) map[string]error {
	t.Helper()
	ctx, errs := t.Context(), map[string]error{}
	errs["Get"] = q.Get(ctx, db, &build{}, 1)
	errs["Select"] = q.Select(ctx, db, &[]build{})
	_, errs["Count"] = q.Count(ctx, db)
	_, errs["Exists"] = q.Exists(ctx, db, 1)
	_, errs["Columns"] = q.Columns(ctx, db)
	_, _, errs["Predicate"] = q.Predicate(ctx, db, "read", "b")
	_, errs["Explain"] = q.Explain(ctx, db, "read")
	for name, err := range everyWrite(t, db, q) {
		errs[name] = err
	}
	return errs
}

func everyWrite(t *testing.T, db queryset.DB, q queryset.Query) map[string]error {
	t.Helper()
	ctx, errs := t.Context(), map[string]error{}
	_, errs["Insert"] = q.Insert(ctx, db, queryset.Values{"state": "x"})
	_, errs["InsertAll"] = q.InsertAll(ctx, db, []queryset.Values{{"state": "x"}})
	errs["Update"] = q.Update(ctx, db, 1, queryset.Values{"state": "x"})
	_, errs["UpdateAll"] = q.UpdateAll(ctx, db, queryset.Values{"state": "x"})
	errs["Delete"] = q.Delete(ctx, db, 1)
	_, errs["DeleteAll"] = q.DeleteAll(ctx, db)
	return errs
}

// TestUnscoped: with neither a key nor a reason nor public rows, and on the zero
// Query, nothing works.
func TestUnscoped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for name, q := range map[string]queryset.Query{
			"no key":         commands.For(t.Context()),
			"the zero Query": {},
			"a nil Table":    (*queryset.Table)(nil).For(t.Context()),
		} {
			for method, err := range everyMethod(t, db, q) {
				if !errors.Is(err, queryset.ErrUnscoped) {
					t.Errorf("%s: %s: %v", name, method, err)
				}
			}
		}
	})
}

// TestScopes: without its scope no method gets as far as the database.
func TestScopes(t *testing.T) {
	t.Parallel()
	needs := map[string]string{"Get": "build:read", "Select": "build:read", "Count": "build:read", "Exists": "build:read",
		"Columns": "build:read", "Predicate": "build:read", "Explain": "build:read", "Insert": "build:create", "InsertAll": "build:create",
		"Update": "build:update", "UpdateAll": "build:update", "Delete": "build:delete", "DeleteAll": "build:delete"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, permits := range []apikey.Scopes{{}, {"command:*", "buildkey:all"}} {
			k := keyOf("1", "", "")
			k.Permits = permits
			for method, err := range everyMethod(t, db, builds.ForKey(k)) {
				want := apikey.ScopeError{Scope: needs[method]}
				if !errors.Is(err, want) || !errors.Is(err, queryset.ErrForbidden) {
					t.Errorf("%v: %s: %v, want %v", permits, method, err, want)
				}
			}
		}
		k := keyOf("1", "", "")
		k.Permits, k.Scopes = nil, apikey.Scopes{"build:update"}
		if n, err := builds.ForKey(k).Count(t.Context(), db); err != nil || n != 6 {
			t.Errorf("update implies read: %d, %v", n, err)
		}
		if err := builds.ForKey(k).Delete(t.Context(), db, "no id"); !errors.Is(err, queryset.ErrForbidden) {
			t.Errorf("the scope comes before the id: %v", err)
		}
	})
}

// TestEverything: who is trusted reads and writes every row and column.
func TestEverything(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		ctx := apikey.WithEverything(t.Context(), "staff")
		for name, q := range map[string]queryset.Query{"For": builds.For(ctx), "Unscoped": builds.Unscoped("a test")} {
			if n, err := q.Count(ctx, db); err != nil || n != 12 {
				t.Errorf("%s: Count: %d, %v", name, n, err)
			}
			if err := q.Update(ctx, db, 9, queryset.Values{"project_id": 1, "builder": name}); err != nil {
				t.Errorf("%s: Update: %v", name, err)
			}
			var row build
			if err := q.Get(ctx, db, &row, 9); err != nil || row.Builder != name || row.Project != 1 {
				t.Errorf("%s: Get: %+v, %v", name, row, err)
			}
			if err := q.Get(ctx, db, &row, "09"); !errors.Is(err, queryset.ErrNotFound) {
				t.Errorf("%s: an id that is not canonical: %v", name, err)
			}
			if err := q.Update(ctx, db, 9, queryset.Values{"bilder": "x"}); err == nil || errors.Is(err, queryset.ErrForbidden) {
				t.Errorf("%s: an unknown column: %v", name, err)
			}
		}
		id, err := builds.For(ctx).Insert(ctx, db, queryset.Values{"project_id": 2, "builder": "x"})
		if err != nil || id != "13" {
			t.Errorf("Insert: %q, %v", id, err)
		}
		if n, err := builds.Unscoped("a test").Where("project_id = ?", 2).DeleteAll(ctx, db); err != nil || n != 6 {
			t.Errorf("DeleteAll: %d, %v", n, err)
		}
	})
}

func TestUnscopedNeedsAReason(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no reason, and no panic")
		}
	}()
	builds.Unscoped("")
}

// TestPublic: anyone reads public rows whose parents are public, and only the
// fields that are, and writes nothing.
func TestPublic(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		exec(t, db, "UPDATE builds SET state = 'hidden' WHERE id = 2")
		q := builds.For(t.Context())
		if got := reading(t, db, q); !slices.Equal(got, []int64{1, 3, 4, 5, 6}) {
			t.Errorf("builds: %v", got)
		}
		if got := reading(t, db, projects.For(t.Context())); !slices.Equal(got, []int64{1}) {
			t.Errorf("projects: %v", got)
		}
		row := map[string]any{}
		if err := q.Get(t.Context(), db, row, 1); err != nil || len(row) != 2 || row["state"] != "triggered" {
			t.Errorf("Get: %v, %v", row, err)
		}
		for method, err := range everyWrite(t, db, q) {
			if !errors.Is(err, queryset.ErrForbidden) {
				t.Errorf("%s: %v", method, err)
			}
		}
		half := *commands
		half.Parent = &queryset.Parent{Table: versions, Column: "build_id"}
		half.Public = &queryset.Public{Where: "1 = 1"}
		if got := reading(t, db, half.For(t.Context())); got != nil {
			t.Errorf("the parent is never public: %v", got)
		}
	})
}
