package queryset_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// notes hang from a build, and hold their attachment themselves.
var notes = &queryset.Table{
	Name: "notes", Resource: "note", Project: "project_id", Version: "version_id",
	Parent: &queryset.Parent{Table: builds, Column: "build_id"}, Write: []string{"body"},
}

const notesTable = `CREATE TABLE notes (id %s, project_id bigint NOT NULL, version_id bigint,
	build_id bigint DEFAULT 7 REFERENCES builds (id), body text NOT NULL DEFAULT 'empty')`

func fillNotes(t *testing.T, db *sqlx.DB) {
	t.Helper()
	fill(t, db)
	if db.DriverName() == "sqlite" {
		exec(t, db, fmt.Sprintf(notesTable, "integer PRIMARY KEY"))
	} else {
		exec(t, db, fmt.Sprintf(notesTable, "bigserial PRIMARY KEY"))
	}
}

// creator may write to project 2, too.
var creator = linked(build5, "2", "note:create", "command:create")

// of are the values of a row.
func of(pairs ...any) queryset.Values {
	out := queryset.Values{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

// insertCases are inserts, and the row that comes of each.
var insertCases = []struct {
	name  string
	table *queryset.Table
	key   apikey.Key
	row   queryset.Values
	want  string // the new row: project version build body; "" is ErrForbidden
}{
	{"left out: the key's", notes, build5, of("body", "x", "build_id", 5), "1 2 5 x"},
	{"a parent as text", notes, build5, of("build_id", "5"), "1 2 5 empty"},
	{"given: the same", notes, build5, of("project_id", "1", "version_id", apikey.ID("2"), "build_id", 5), "1 2 5 empty"},
	{"another project", notes, build5, of("project_id", 2, "build_id", 5), ""},
	{"another version", notes, build5, of("version_id", 1, "build_id", 5), ""},
	{"no project", notes, build5, of("project_id", nil, "build_id", 5), ""},
	{"another build", notes, build5, of("build_id", 4), ""},
	{"a build that does not exist", notes, build5, of("build_id", 99), ""},
	{"no build, for a build key", notes, build5, of("body", "x"), ""},
	{"no parent, and the default is another project's", notes, project1, of("body", "x"), "1 - - x"},
	{"no parent, said", notes, project1, of("build_id", sql.NullInt64{}), "1 - - empty"},
	{"a version that the key leaves open", notes, project1, of("version_id", 1), "1 1 - empty"},
	{"a parent in reach", notes, project1, of("build_id", 6), "1 - 6 empty"},
	{"a parent out of reach", notes, project1, of("build_id", 7), ""},
	{"ids that are not canonical", notes, project1, of("build_id", "06"), ""},
	{"a project that is not canonical", notes, project1, of("project_id", "01"), ""},
	{"a creator", notes, creator, of("project_id", 2, "build_id", 8), "2 2 8 empty"},
	{"a creator elsewhere", notes, creator, of("project_id", 3, "build_id", 8), ""},
	{"a link that permits reading", notes, linked(build5, "2", "note:read"), of("project_id", 2, "build_id", 8), ""},
	{"a column that is not writable", notes, project1, of("id", 3), ""},
	{"an allow list without all of it", notes, allowing(project1, "note:1", "command:*"), of("body", "x"), ""},
	{"an allow list with all of it", notes, allowing(project1, "note:*"), of("body", "x"), "1 - - x"},
	{"the zero key", notes, apikey.Key{Permits: project1.Permits, AllowList: project1.AllowList}, of("body", "x"), ""},
	{"a table above the key", projects, build5, of("name", "x"), ""},
	{"a version above, by Ancestor", versions, build5, of("slug", "x"), ""},
}

func TestInsert(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillNotes(t, db)
		for _, row := range insertCases {
			t.Run(row.name, func(t *testing.T) {
				id, err := row.table.ForKey(row.key).Insert(t.Context(), db, row.row)
				if row.want == "" && !errors.Is(err, queryset.ErrForbidden) {
					t.Fatalf("got %q, %v; want ErrForbidden", id, err)
				}
				if got := note(t, db, id); got != row.want || row.want != "" && err != nil {
					t.Errorf("got %q, %v; want %q", got, err, row.want)
				}
			})
		}
		if n, err := projects.Unscoped("a test").Count(t.Context(), db); err != nil || n != 2 {
			t.Errorf("%d projects, %v", n, err)
		}
	})
}

// note is the row of that id as text.
func note(t *testing.T, db *sqlx.DB, id apikey.ID) string {
	t.Helper()
	if id == "" {
		return ""
	}
	var text string
	err := db.Get(&text, queryset.Rebind(db, `SELECT project_id || ' ' || coalesce(CAST(version_id AS text), '-') || ' ' ||
		coalesce(CAST(build_id AS text), '-') || ' ' || body FROM notes WHERE CAST(id AS text) = ?`), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestInsertUnderParent: a table that knows its project through its parent only.
func TestInsertUnderParent(t *testing.T) {
	t.Parallel()
	visitor := linked(keyOf("1", "2", ""), "2", "command:create")
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range []struct {
			name  string
			key   apikey.Key
			build any
			ok    bool
		}{
			{"of the key's version", visitor, 4, true},
			{"of another version", visitor, 3, false},
			{"of a linked project", visitor, 8, true},
			{"of no project", visitor, nil, false},
			{"of a build that does not exist", visitor, 99, false},
			{"of a build key's build", keyOf("1", "2", "5"), 5, true},
			{"of its sibling", keyOf("1", "2", "5"), 4, false},
			{"of a linked project that permits reading", linked(keyOf("1", "", ""), "2", "command:read"), 8, false},
		} {
			id, err := commands.ForKey(row.key).Insert(t.Context(), db, queryset.Values{"build_id": row.build, "command": row.name})
			if row.ok != (err == nil) || !row.ok && !errors.Is(err, queryset.ErrForbidden) || row.ok && id == "" {
				t.Errorf("%s: %q, %v", row.name, id, err)
			}
		}
		if _, err := commands.ForKey(visitor).Insert(t.Context(), db, queryset.Values{"command": "x"}); !errors.Is(err, queryset.ErrForbidden) {
			t.Errorf("the parent left out: %v", err)
		}
	})
}

// TestAbsentReadsLikeOutOfReach: the message tells nothing of what exists.
func TestAbsentReadsLikeOutOfReach(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q, said := commands.ForKey(keyOf("1", "2", "5")), map[string]bool{}
		for _, parent := range []any{4, 8, 99, nil, "x", "' OR 1=1"} {
			_, err := q.Insert(t.Context(), db, queryset.Values{"build_id": parent})
			said[fmt.Sprint(err)] = true
		}
		for _, id := range []any{1, 13, 99, "x", nil, 1.5, "9 OR 1=1"} {
			said[fmt.Sprint(q.Get(t.Context(), db, &struct{}{}, id))] = true
			said[fmt.Sprint(q.Update(t.Context(), db, id, queryset.Values{"command": "x"}))] = true
			said[fmt.Sprint(q.Delete(t.Context(), db, id))] = true
		}
		if len(said) != 2 || !said[queryset.ErrNotFound.Error()] {
			t.Errorf("two messages are enough: %v", said)
		}
	})
}

func TestInsertAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		ctx, q := t.Context(), commands.ForKey(linked(keyOf("1", "2", ""), "2", "command:create"))
		var rows []queryset.Values
		for i := range 500 {
			rows = append(rows, queryset.Values{"build_id": []int{4, 5, 8}[i%3], "command": fmt.Sprint("c", i)})
		}
		ids, err := q.InsertAll(ctx, db, rows)
		if err != nil || len(ids) != 500 || ids[0] != "25" || ids[499] != "524" {
			t.Fatalf("%d ids, %v", len(ids), err)
		}
		var command string
		if err := db.Get(&command, "SELECT command FROM commands WHERE id = 324"); err != nil || command != "c299" {
			t.Errorf("ids are in the order of rows: %q, %v", command, err)
		}
		rows[250] = queryset.Values{"build_id": 1, "command": "outside"}
		if ids, err := q.InsertAll(ctx, db, rows); !errors.Is(err, queryset.ErrForbidden) || ids != nil {
			t.Errorf("one outside: %d ids, %v", len(ids), err)
		}
		rows[250] = queryset.Values{"build_id": 4}
		if _, err := q.InsertAll(ctx, db, rows); err == nil || !strings.Contains(err.Error(), "row 250") {
			t.Errorf("other columns: %v", err)
		}
		if _, err := q.InsertAll(ctx, db, nil); err == nil {
			t.Error("no rows")
		}
		if _, err := q.InsertAll(ctx, db, make([]queryset.Values, 3)); err == nil {
			t.Error("empty rows")
		}
		tooMany := make([]queryset.Values, 40_000)
		for i := range tooMany {
			tooMany[i] = queryset.Values{"build_id": 4, "command": "x"}
		}
		if _, err := q.InsertAll(ctx, db, tooMany); err == nil || !strings.Contains(err.Error(), "arguments on "+db.DriverName()) {
			t.Errorf("too many: %v", err)
		}
		if n, err := commands.Unscoped("a test").Count(ctx, db); err != nil || n != 524 {
			t.Errorf("%d commands, %v", n, err)
		}
	})
}
