package queryset_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// access is one way of a key to rows, and how it would be written by hand.
type access struct {
	name  string
	table *queryset.Table
	key   apikey.Key
	id    int    // of a row in reach
	where string // by hand
}

// accesses are those of every table, level, and with or without links and an
// allow list. Project 21 has the versions 201 to 210 and the builds 2001 to
// 2100, whose first commands have the same ids.
func accesses(t *testing.T) (out []access) {
	t.Helper()
	for level, k := range map[string]apikey.Key{
		"project": keyOf("21", "", ""), "version": keyOf("21", "202", ""), "build": keyOf("21", "202", "2015"),
	} {
		for _, a := range byHandOf(level) {
			a.name, a.key = a.table.Name+" of a "+level, k
			out = append(out, a)
			list := a
			list.name += ", listed"
			list.key = allowing(k, fmt.Sprint("*:", a.id), "*:1", "*:99999")
			list.where += fmt.Sprintf(" AND id = ANY ('{%d,1,99999}')", a.id)
			out = append(out, list)
		}
	}
	for _, a := range out {
		for _, project := range []apikey.ID{"30", "31", "32", "40", "999999"} {
			a.key = linked(a.key, project, "project:*", "version:*", "build:*", "command:*")
		}
		a.name += ", linked"
		a.where = withLinks(a)
		out = append(out, a)
	}
	return out
}

// byHandOf are the conditions of a level's key on each table.
func byHandOf(level string) []access {
	attached := map[string]string{"project": "project_id = 21", "version": "project_id = 21 AND version_id = 202",
		"build": "project_id = 21 AND version_id = 202 AND id = 2015"}[level]
	above := map[string]string{"project": "project_id = 21"}[level]
	if above == "" {
		above = "project_id = 21 AND id = 202"
	}
	return []access{
		{table: projects, id: 21, where: "id = 21"},
		{table: versions, id: 202, where: above},
		{table: builds, id: 2015, where: attached},
		{table: commands, id: 2015, where: "build_id IN (SELECT id FROM builds WHERE " + attached + ")"},
	}
}

func withLinks(a access) string {
	const others = "'{30,31,32,40,999999}'"
	own, listed, _ := strings.Cut(a.where, " AND id = ANY")
	if listed != "" {
		listed = " AND id = ANY" + listed
	}
	switch a.table {
	case projects:
		return fmt.Sprintf("(%s OR id = ANY (%s))%s", own, others, listed)
	case commands:
		own = strings.TrimSuffix(strings.TrimPrefix(own, "build_id IN (SELECT id FROM builds WHERE "), ")")
		return fmt.Sprintf("build_id IN (SELECT id FROM builds WHERE %s UNION ALL SELECT id FROM builds WHERE project_id = ANY (%s))%s", own, others, listed)
	}
	return fmt.Sprintf("(%s OR project_id = ANY (%s))%s", own, others, listed)
}

// statement is an access by one method, and the same by hand.
type statement struct {
	verb       string
	text, hand string
	args       []any
	handArgs   []any
}

var constants = regexp.MustCompile(`\b\d+\b|'[^']*'`)

// byHand makes arguments of the constants in a statement.
func byHand(text string) (string, []any) {
	var args []any
	text = constants.ReplaceAllStringFunc(text, func(constant string) string {
		args = append(args, strings.Trim(constant, "'"))
		return fmt.Sprint("$", len(args))
	})
	return text, args
}

// statementsOf are an access by each method that the key may use there.
func statementsOf(t *testing.T, db *sqlx.DB, a access) (out []statement) {
	t.Helper()
	ctx, q, r := t.Context(), a.table.ForKey(a.key), &recorder{DB: db}
	set := map[*queryset.Table]queryset.Values{projects: {"name": "x"}, versions: {"built": true}, builds: {"length": 1}, commands: {"exit_code": 1}}[a.table]
	for verb, do := range map[string]func() error{
		"SELECT * FROM TABLE WHERE id = ID AND SCOPE":          func() error { return q.Get(ctx, r, map[string]any{}, a.id) },
		"SELECT id FROM TABLE WHERE id = ID AND SCOPE":         func() error { _, err := q.Exists(ctx, r, a.id); return err },
		"SELECT * FROM TABLE WHERE SCOPE":                      func() error { return q.Select(ctx, r, &[]map[string]any{}) },
		"SELECT * FROM TABLE WHERE SCOPE ORDER BY id LIMIT 10": func() error { return q.OrderBy("id").Limit(10).Select(ctx, r, &[]map[string]any{}) },
		"SELECT count(*) FROM TABLE WHERE SCOPE":               func() error { _, err := q.Count(ctx, r); return err },
		"UPDATE TABLE SET id = id WHERE id = ID AND SCOPE":     func() error { return q.Update(ctx, r, a.id, set) },
		"UPDATE TABLE SET id = id WHERE SCOPE":                 func() error { _, err := q.UpdateAll(ctx, r, set); return err },
		"DELETE FROM TABLE WHERE id = ID AND SCOPE":            func() error { return q.Delete(ctx, r, a.id) },
		"DELETE FROM TABLE WHERE SCOPE":                        func() error { _, err := q.DeleteAll(ctx, r); return err },
		"INSERT INTO commands (build_id) SELECT id FROM builds WHERE id = 2015": func() error {
			_, err := q.Insert(ctx, r, queryset.Values{"build_id": 2015})
			return err
		},
	} {
		switch err := do(); {
		case errors.Is(err, errRecorded):
			s := statement{verb: verb, text: r.text, args: r.args}
			s.hand, s.handArgs = byHand(strings.NewReplacer("TABLE", a.table.Name, "SCOPE", a.where, "ID", fmt.Sprint(a.id)).Replace(verb))
			out = append(out, s)
		case !errors.Is(err, queryset.ErrForbidden):
			t.Fatal(err)
		}
	}
	return out
}
