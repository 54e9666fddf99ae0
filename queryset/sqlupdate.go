package queryset

import (
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
)

// buildWrite carries the scope in the statement's own WHERE. Where rows are of
// two parts, they are named by their ids.
func (j *job) buildWrite(w *writer, key shape) {
	table := quote(j.table.table.Name)
	if key.form == formDelete || key.form == formDeleteAll {
		w.put("DELETE FROM ", table)
	} else {
		w.put("UPDATE ", table, " SET ")
		for i, c := range strings.Split(key.columns, ",") {
			w.put([]string{"", ", "}[min(i, 1)], quote(c), " = ", w.mark(argument{from: fromValues, index: i}))
		}
	}
	parts := j.parts(key.form)
	if len(parts) == 1 && len(parts[0].among) == 0 {
		w.where(parts[0])
		return
	}
	w.put(" WHERE ")
	if key.form.one() {
		w.node(byID(j.table, alias(j.table)))
		w.put(" AND ")
	}
	w.byIDs(j.table, alias(j.table), parts)
}

// byIDs are the rows whose id is among those of the parts. PostgreSQL looks an
// array up by index; IN it may answer with a scan of the whole table, since it
// cannot know how few rows a list of projects has.
func (w *writer) byIDs(b *bound, alias string, parts []node) {
	before, after := " IN (", ")"
	if w.dialect == dialect.Postgres {
		before, after = " = ANY (ARRAY(", "))"
	}
	w.put(ref{alias, b.id}.sql(), before)
	w.union(b, quote(b.id.name), parts)
	w.put(after)
}
