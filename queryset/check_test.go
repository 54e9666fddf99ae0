package queryset_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

func TestCheckPasses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		if err := queryset.Check(t.Context(), db, projects, versions, builds, commands); err != nil {
			t.Error(err)
		}
		if err := queryset.Check(t.Context(), db); err != nil {
			t.Errorf("no tables: %v", err)
		}
		tx := db.MustBegin()
		defer tx.Rollback()
		if err := queryset.Check(t.Context(), tx, commands); err != nil {
			t.Errorf("in a transaction: %v", err)
		}
	})
}

func ownParent() *queryset.Table {
	t := &queryset.Table{Name: "builds", Resource: "build"}
	t.Parent = &queryset.Parent{Table: t, Column: "project_id"}
	return t
}

// mistakes are declarations that are wrong, and what the error names.
var mistakes = []struct {
	name  string
	table *queryset.Table
	says  string
	runs  bool // a statement does not meet it
}{
	{"nil", nil, "nil", true},
	{"no name", &queryset.Table{Resource: "build"}, "name", false},
	{"no table", &queryset.Table{Name: "bilds", Resource: "build"}, "no table bilds", false},
	{"no schema", &queryset.Table{Name: "elsewhere.builds", Resource: "build"}, "elsewhere", false},
	{"no resource", &queryset.Table{Name: "builds", Project: "project_id"}, "Resource", false},
	{"an odd resource", &queryset.Table{Name: "builds", Resource: "Build"}, `"Build"`, true},
	{"no id column", &queryset.Table{Name: "builds", Resource: "build", ID: "pk"}, "column pk", false},
	{"no attachment column", &queryset.Table{Name: "builds", Resource: "build", Version: "v"}, "column v", false},
	{"no parent column", &queryset.Table{Name: "builds", Resource: "build", Parent: &queryset.Parent{Table: projects, Column: "p"}}, "column p", false},
	{"no parent table", &queryset.Table{Name: "builds", Resource: "build", Parent: &queryset.Parent{Column: "project_id"}}, "no Table", false},
	{"its own parent", ownParent(), "parent of itself", false},
	{"an unreadable field", &queryset.Table{Name: "builds", Resource: "build", Read: []string{"colour"}}, "colour", false},
	{"a field to write", &queryset.Table{Name: "builds", Resource: "build", Write: []string{"colour"}}, "colour", false},
	{"an Ancestor's field", &queryset.Table{Name: "builds", Resource: "build", Ancestor: &queryset.Fields{Write: []string{"colour"}}}, "colour", false},
	{"a public field", &queryset.Table{Name: "builds", Resource: "build", Public: &queryset.Public{Where: "1 = 1", Read: []string{"colour"}}}, "colour", false},
	{"public without a condition", &queryset.Table{Name: "builds", Resource: "build", Public: &queryset.Public{}}, "empty", false},
	{"public with an argument", &queryset.Table{Name: "builds", Resource: "build", Public: &queryset.Public{Where: "id = ?"}}, "arguments", false},
	{"public that does not close", &queryset.Table{Name: "builds", Resource: "build", Public: &queryset.Public{Where: "(1 = 1"}}, "parenthesis", false},
	{"public by an unknown column", &queryset.Table{Name: "builds", Resource: "build", Public: &queryset.Public{Where: "colour = 'red'"}}, "colour", true},
	{"an id that is no id", &queryset.Table{Name: "flags", Resource: "build", ID: "flag"}, "flag", false},
	{"an id of many rows", &queryset.Table{Name: "builds", Resource: "build", ID: "version_id", Build: "id"}, `("version_id")`, true},
	{"a parent of another type", &queryset.Table{Name: "flags", Resource: "build", Parent: &queryset.Parent{Table: builds, Column: "name"}}, "give them one type", true},
	{"an attachment of another type", &queryset.Table{Name: "flags", Resource: "build", Project: "name", Parent: &queryset.Parent{Table: builds, Column: "id"}}, "the project is", true},
}

// TestCheckFinds: each mistake in a declaration, by what the error names, and a
// mistake that a statement would meet is an error there, too.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		exec(t, db, "CREATE TABLE flags (id bigint PRIMARY KEY, flag real UNIQUE, name text UNIQUE)")
		for _, row := range mistakes {
			err := queryset.Check(t.Context(), db, row.table)
			if err == nil || !strings.HasPrefix(err.Error(), "queryset: ") || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %v", row.name, err)
			}
			if row.runs {
				continue
			}
			if _, err := row.table.ForKey(keyOf("1", "", "")).Count(t.Context(), db); err == nil || !strings.HasPrefix(err.Error(), "queryset: ") {
				t.Errorf("%s: Count: %v", row.name, err)
			}
		}
	})
}

// TestCheckOfPaths: a table that no key can reach a row of is a mistake, unless
// it is for others.
func TestCheckOfPaths(t *testing.T) {
	t.Parallel()
	const says = "no path to a project, so that no key reaches a row of it: declare Project or a Parent"
	public := &queryset.Public{Where: "1 = 1"}
	pathless := &queryset.Table{Name: "versions", Resource: "version", Version: "id"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range []struct {
			name  string
			table *queryset.Table
			told  int // how many tables are told of
		}{
			{"a build", &queryset.Table{Name: "builds", Resource: "build", Build: "id"}, 1},
			{"a build and a version", &queryset.Table{Name: "builds", Resource: "build", Version: "version_id", Build: "id"}, 1},
			{"nothing", &queryset.Table{Name: "projects", Resource: "project"}, 1},
			{"a parent without", &queryset.Table{Name: "builds", Resource: "build", Build: "id",
				Parent: &queryset.Parent{Table: pathless, Column: "version_id"}}, 2},
			{"its own, and a parent without", &queryset.Table{Name: "builds", Resource: "build", Project: "project_id",
				Parent: &queryset.Parent{Table: pathless, Column: "version_id"}}, 1},
			{"a build, public", &queryset.Table{Name: "builds", Resource: "build", Build: "id", Public: public}, 1},
			{"for callers without a key", &queryset.Table{Name: "projects", Resource: "project", Public: public}, 0},
			{"for Unscoped", &queryset.Table{Name: "projects"}, 0},
			{"its own", &queryset.Table{Name: "projects", Resource: "project", Project: "id"}, 0},
			{"its parent's", &queryset.Table{Name: "versions", Resource: "version", Version: "id",
				Parent: &queryset.Parent{Table: projects, Column: "project_id"}}, 0},
		} {
			err := queryset.Check(t.Context(), db, row.table)
			if n := strings.Count(fmt.Sprint(err), says); n != row.told || n == 0 && err != nil {
				t.Errorf("%s: %d times: %v", row.name, n, err)
			}
			if n, err := row.table.ForKey(project1).Count(t.Context(), db); row.told > 0 && row.table.Project == "" && (n != 0 || err != nil) {
				t.Errorf("%s: %d rows, %v", row.name, n, err)
			}
		}
	})
}

// TestCheckTellsAll: one error holds everything that is wrong.
func TestCheckTellsAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		err := queryset.Check(t.Context(), db,
			&queryset.Table{Name: "bilds", Resource: "build"},
			&queryset.Table{Name: "builds", Resource: "build", Read: []string{"colour", "shape"}})
		if err == nil || strings.Count(err.Error(), "queryset: ") != 3 {
			t.Error(err)
		}
	})
}

// TestCheckIndexes: on PostgreSQL the error is the remedy.
func TestCheckIndexes(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	fill(t, db)
	all := []*queryset.Table{projects, versions, builds, commands}
	for _, row := range []struct{ drop, create, missing string }{
		{"builds_version", "", `CREATE INDEX ON "builds" ("version_id")`},
		{"builds_project", "", `CREATE INDEX ON "builds" ("project_id")`},
		{"commands_build", "", `CREATE INDEX ON "commands" ("build_id")`},
		{"versions_project", "", `CREATE INDEX ON "versions" ("project_id")`},
		{"builds_project", "CREATE INDEX i ON builds (project_id, state)", ""},
		{"builds_version", "CREATE INDEX i ON builds (project_id, version_id)", ""},
		{"builds_version", "CREATE INDEX i ON builds USING hash (version_id)", ""},
		{"builds_version", "CREATE INDEX i ON builds (state, version_id)", `("version_id")`},
		{"builds_version", "CREATE INDEX i ON builds (version_id) WHERE state = 'x'", `("version_id")`},
		{"builds_version", "CREATE INDEX i ON builds ((version_id + 0))", `("version_id")`},
		{"builds_version", "CREATE INDEX i ON builds USING brin (version_id)", `("version_id")`},
		{"builds_version", "CREATE INDEX i ON builds (state) INCLUDE (version_id)", `("version_id")`},
	} {
		tx := db.MustBegin()
		exec(t, tx, "DROP INDEX "+row.drop)
		if row.create != "" {
			exec(t, tx, row.create)
		}
		err := queryset.Check(t.Context(), tx, all...)
		if row.missing == "" && err != nil || row.missing != "" && (err == nil || !strings.Contains(err.Error(), row.missing)) {
			t.Errorf("without %s, %s: %v", row.drop, row.create, err)
		}
		if i := strings.Index(row.missing, "CREATE"); i == 0 {
			exec(t, tx, row.missing)
			if err := queryset.Check(t.Context(), tx, all...); err != nil {
				t.Errorf("after %s: %v", row.missing, err)
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// TestCheckOfView: nothing can be asked of a view's indexes.
func TestCheckOfView(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		exec(t, db, "CREATE VIEW recent AS SELECT * FROM builds WHERE id > 3")
		view := *builds
		view.Name = "recent"
		if err := queryset.Check(t.Context(), db, &view); err != nil {
			t.Error(err)
		}
		if n, err := view.ForKey(keyOf("1", "", "")).Count(t.Context(), db); err != nil || n != 3 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}
