package queryset

import (
	"errors"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// maxDepth is how far a table may stand from the end of its chain of parents.
const maxDepth = 32

// attachments is a set of project, version and build.
type attachments uint8

func only(l apikey.Level) attachments                   { return 1 << l }
func (a attachments) has(l apikey.Level) bool           { return a&only(l) != 0 }
func (a attachments) upTo(l apikey.Level) attachments   { return a & (only(l+1) - 1) }
func (a attachments) without(o attachments) attachments { return a &^ o }

// levels are those of attachments, widest first.
var levels = [...]apikey.Level{apikey.LevelProject, apikey.LevelVersion, apikey.LevelBuild}

// fixedBy is the attachments that k is held to.
func fixedBy(k *apikey.Key) (a attachments) {
	for _, l := range levels {
		if attachment(k, l) != "" {
			a |= only(l)
		}
	}
	return a
}

func attachment(k *apikey.Key, l apikey.Level) apikey.ID {
	switch l {
	case apikey.LevelProject:
		return k.Project
	case apikey.LevelVersion:
		return k.Version
	}
	return k.Build
}

// own is the column of t itself that holds an attachment, "" for none.
func (t *Table) own(l apikey.Level) string {
	switch l {
	case apikey.LevelProject:
		return t.Project
	case apikey.LevelVersion:
		return t.Version
	}
	return t.Build
}

func (t *Table) idColumn() string {
	if t.ID == "" {
		return "id"
	}
	return t.ID
}

// attached are the columns that place a row, and its id: never for a key to
// update.
func (t *Table) attached() []string {
	return append(t.placing(), t.idColumn())
}

// placing are the columns that place a row.
func (t *Table) placing() []string {
	var columns []string
	for _, l := range levels {
		if c := t.own(l); c != "" {
			columns = append(columns, c)
		}
	}
	if t.Parent != nil {
		columns = append(columns, t.Parent.Column)
	}
	return columns
}

// named are all columns that the declaration speaks of, as they stand in it.
func (t *Table) named() []string {
	columns := slices.Concat(t.attached(), t.Read, t.Write)
	if t.Ancestor != nil {
		columns = slices.Concat(columns, t.Ancestor.Read, t.Ancestor.Write)
	}
	if t.Public != nil {
		columns = slices.Concat(columns, t.Public.Read)
	}
	return columns
}

// declared checks what can be checked without a database: t and the chain of
// its parents.
func (t *Table) declared() error {
	var problems []error
	for depth, at := 0, t; ; depth++ {
		problems = append(problems, at.problems()...)
		if at.Parent == nil || at.Parent.Table == nil {
			return errors.Join(problems...)
		}
		if depth == maxDepth {
			return mistakef("table %s has more than %d parents above it: is it a parent of itself?", t.Name, maxDepth)
		}
		at = at.Parent.Table
	}
}

func (t *Table) problems() (out []error) {
	say := func(format string, args ...any) {
		out = append(out, mistakef("table %q: "+format, append([]any{t.Name}, args...)...))
	}
	schema, name := split(t.Name)
	if !identifier(name) || schema != "" && !identifier(schema) || strings.HasPrefix(t.Name, ".") {
		say("the name is no plain identifier of letters, digits and underscores, with at most one schema before it")
	}
	for _, c := range t.named() {
		if !identifier(c) {
			say("column %q is no plain identifier of letters, digits and underscores", c)
		}
	}
	if t.Resource != "" && !apikey.IsScope(t.Resource+":*") {
		say("resource %q is no word such as build", t.Resource)
	}
	if t.Parent != nil && t.Parent.Table == nil {
		say("the Parent has no Table")
	}
	if t.Public != nil && strings.TrimSpace(t.Public.Where) == "" {
		say(`Public.Where is empty: write "1 = 1" to show every row to anyone`)
	}
	return out
}

func (t *Table) noResource() error {
	return mistakef("table %q declares no Resource, which a key's scopes would have to name", t.Name)
}

// identifier is a name that needs no escape between double quotes, and that
// PostgreSQL does not cut.
func identifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return 0 < len(name) && len(name) <= 63
}

// quote is the name of a column or table in SQL.
func quote(name string) string {
	schema, name := split(name)
	if schema == "" {
		return `"` + name + `"`
	}
	return `"` + schema + `"."` + name + `"`
}

// split parts a table's name from its schema, "" where it has none.
func split(name string) (schema, table string) {
	if schema, table, ok := strings.Cut(name, "."); ok {
		return schema, table
	}
	return "", name
}
