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

// project is a row of projects, as a handler may want it.
type project struct {
	ID      int64  `db:"id"`
	Name    string `db:"name"`
	Privacy string `db:"privacy"`
	Key     string `db:"deploy_key"`
	Note    string // no column, and no tag that says so
}

// TestFields: what is readable depends on how rows are reached. A field that is
// not is at its zero value, whatever it held.
func TestFields(t *testing.T) {
	t.Parallel()
	below, at := keyOf("1", "2", "5"), keyOf("1", "", "")
	all := []string{"id", "name", "privacy", "deploy_key"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range []struct {
			name string
			q    queryset.Query
			want []string
		}{
			{"a project key", projects.ForKey(at), all},
			{"a build key, by Ancestor", projects.ForKey(below), all[:2]},
			{"by Ancestor and a link: what both allow", projects.ForKey(linked(below, "2", "project:read")), all[:2]},
			{"by Ancestor, and a link that does not permit it", projects.ForKey(linked(below, "2", "build:read")), all[:2]},
			{"a link alone", projects.ForKey(linked(keyOf("9", "", ""), "1", "project:read")), all},
			{"anyone", projects.For(t.Context()), all[:2]},
			{"staff", projects.Unscoped("a test"), all},
		} {
			got, err := row.q.Columns(t.Context(), db)
			if err != nil || !slices.Equal(got, row.want) {
				t.Errorf("%s: Columns: %v, %v; want %v", row.name, got, err, row.want)
			}
			checkFields(t, db, row.name, row.q, row.want)
		}
	})
}

func checkFields(t *testing.T, db *sqlx.DB, name string, q queryset.Query, want []string) {
	t.Helper()
	row := project{Privacy: "held before", Key: "held before", Note: "mine"}
	if err := q.Get(t.Context(), db, &row, 1); err != nil || row.Name == "" || row.Note != "mine" {
		t.Errorf("%s: Get: %+v, %v", name, row, err)
	}
	if seen := row.Key == "secret"; seen != slices.Contains(want, "deploy_key") || !seen && row.Key+row.Privacy != "" {
		t.Errorf("%s: Get: %+v", name, row)
	}
	m := map[string]any{}
	if err := q.Get(t.Context(), db, m, 1); err != nil || len(m) != len(want) {
		t.Errorf("%s: Get into a map: %v, %v", name, m, err)
	}
}

type audit struct {
	State string `db:"state"`
}

type embedding struct {
	audit2 // unexported and without a tag
	*audit
	ID string `db:"id"`
}

type audit2 struct{ Version *int64 }

func TestDestinations(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		ctx, q := t.Context(), builds.ForKey(keyOf("1", "1", "")).OrderBy("id")
		pointers := []*build{{}, {}, {}, {}, {}}
		if err := q.Select(ctx, db, &pointers); err != nil || len(pointers) != 3 || pointers[2].ID != 3 {
			t.Errorf("pointers: %v, %v", pointers, err)
		}
		var maps []map[string]any
		if err := q.Select(ctx, db, &maps); err != nil || len(maps) != 3 || maps[0]["state"] != "triggered" || maps[0]["length"] != nil {
			t.Errorf("maps: %v, %v", maps, err)
		}
		var m map[string]any
		if err := q.Get(ctx, db, &m, 2); err != nil || m["id"] != int64(2) || len(m) != 5 {
			t.Errorf("a map: %v, %v", m, err)
		}
		v, values := queryset.Values{}, []queryset.Values{}
		if err := q.Get(ctx, db, v, 2); err != nil || v["id"] != int64(2) || len(v) != 5 {
			t.Errorf("Values: %v, %v", v, err)
		}
		if err := q.Select(ctx, db, &values); err != nil || len(values) != 3 || values[0]["state"] != "triggered" {
			t.Errorf("a slice of Values: %v, %v", values, err)
		}
		e := embedding{audit: &audit{}}
		if err := q.Get(ctx, db, &e, 2); err != nil || e.State != "triggered" || e.ID != "2" {
			t.Errorf("embedded: %+v, %v", e, err)
		}
		var none struct{ Nothing int }
		if err := q.Get(ctx, db, &none, 2); err != nil {
			t.Errorf("no columns: %v", err)
		}
		if err := q.Get(ctx, db, &none, 4); !errors.Is(err, queryset.ErrNotFound) {
			t.Errorf("no columns, out of reach: %v", err)
		}
		kept := []build{{ID: 77}}
		old := kept
		if err := builds.ForKey(apikey.Key{Permits: apikey.Scopes{"build:*"}}).Select(ctx, db, &kept); err != nil || kept == nil || len(kept) != 0 || old[0].ID != 77 {
			t.Errorf("no rows: %v, %v; the slice before: %v", kept, err, old)
		}
		if err := q.Select(ctx, db, &old); err != nil || len(old) != 3 {
			t.Errorf("what was there is replaced: %v, %v", old, err)
		}
	})
}

func TestDestinationsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q := builds.ForKey(keyOf("1", "", ""))
		var nilBuild *build
		var nilMap map[string]any
		for _, dest := range []any{nil, build{}, nilBuild, nilMap, new(int), &[]build{}, new(string), &map[string]string{}} {
			if err := q.Get(t.Context(), db, dest, 1); err == nil || !strings.HasPrefix(err.Error(), "queryset: Get reads into") {
				t.Errorf("Get into %T: %v", dest, err)
			}
		}
		for _, dest := range []any{nil, []build{}, &build{}, &[]int{}, &[]string{}, &map[string]any{}, (*[]build)(nil), &[2]build{}} {
			if err := q.Select(t.Context(), db, dest); err == nil || !strings.HasPrefix(err.Error(), "queryset: Select reads into") {
				t.Errorf("Select into %T: %v", dest, err)
			}
		}
		var mistaken struct {
			ID int64 `db:"id"`
			X  int64 `db:"colour"`
		}
		if err := q.Get(t.Context(), db, &mistaken, 1); err == nil || !strings.Contains(err.Error(), `"colour"`) {
			t.Errorf("a tag that names no column: %v", err)
		}
		var narrow struct {
			State int64 `db:"state"`
		}
		if err := q.Get(t.Context(), db, &narrow, 1); err == nil || narrow.State != 0 {
			t.Errorf("a field of another type: %v", err)
		}
	})
}
