package queryset_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// TestCheckTellsOnce: what is wrong with a parent is told once, however many
// tables hang from it.
func TestCheckTellsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		for _, text := range []string{
			"a (id integer PRIMARY KEY, project_id integer)", "b (id integer PRIMARY KEY, a_id integer)",
			"c (id integer PRIMARY KEY, b_id integer, build_id text)", "d (id integer PRIMARY KEY, c_id integer)",
		} {
			exec(t, db, "CREATE TABLE "+text)
		}
		for name, row := range map[string]struct {
			top              queryset.Table
			postgres, sqlite int
		}{
			"indexes":   {queryset.Table{Name: "a", Project: "project_id"}, 5, 0},
			"columns":   {queryset.Table{Name: "a", Project: "project_id", Write: []string{"colour", "shape"}}, 2, 2},
			"names":     {queryset.Table{Name: "a", Project: "project_id", Write: []string{"a colour", "a shape"}}, 2, 2},
			"the table": {queryset.Table{Name: "none", Project: "project_id"}, 1, 1},
			"the path":  {queryset.Table{Name: "a"}, 4, 4},
		} {
			want := map[string]int{"postgres": row.postgres, "sqlite": row.sqlite}[db.DriverName()]
			err := queryset.Check(t.Context(), db, chain(&row.top)...)
			if said := strings.Count(fmt.Sprint(err), "queryset: "); said != want || want == 0 && err != nil {
				t.Errorf("%s: %d findings, want %d: %v", name, said, want, err)
			}
		}
	})
}

// chain is top and three tables under it, one of them twice.
func chain(top *queryset.Table) []*queryset.Table {
	top.Resource = "thing"
	b := &queryset.Table{Name: "b", Resource: "thing", Parent: &queryset.Parent{Table: top, Column: "a_id"}}
	c := &queryset.Table{Name: "c", Resource: "thing", Build: "build_id", Parent: &queryset.Parent{Table: b, Column: "b_id"}}
	d := &queryset.Table{Name: "d", Resource: "thing", Parent: &queryset.Parent{Table: c, Column: "c_id"}}
	return []*queryset.Table{top, b, c, d, b}
}
