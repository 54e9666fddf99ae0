package queryset

import (
	"slices"

	"github.com/buildkey/buildkey/internal/dialect"
)

func (j *job) buildRead(w *writer, key shape, columns []column, order []orderTerm) {
	parts := j.parts(key.form)
	if len(parts) == 1 {
		w.union(j.table, names(columns), parts)
	} else {
		inner := columns
		for _, t := range order {
			if !slices.Contains(inner, t.column) {
				inner = append(slices.Clip(inner), t.column)
			}
		}
		w.put("SELECT ", names(columns), " FROM (")
		w.union(j.table, names(inner), parts)
		w.put(") AS ", inReach)
	}
	if key.form == formSelect {
		w.order(order)
		w.page(key)
	}
}

func (j *job) buildCount(w *writer) {
	parts := j.parts(formCount)
	if len(parts) == 1 {
		w.union(j.table, "count(*)", parts)
		return
	}
	w.put("SELECT count(*) FROM (")
	w.union(j.table, "1", parts)
	w.put(") AS ", inReach)
}

// union is SELECT of each part, joined by UNION ALL. No row is in two parts:
// they are of different projects.
func (w *writer) union(b *bound, columns string, parts []node) {
	for i, part := range parts {
		if i > 0 {
			w.put(" UNION ALL ")
		}
		w.put("SELECT ", columns, " FROM ")
		w.from(b, part)
		w.where(part)
	}
}

// from is the table, or the rows of it that are looked up first. OFFSET keeps
// PostgreSQL from looking for them in another way.
func (w *writer) from(b *bound, part node) {
	if len(part.among) == 0 {
		w.put(quote(b.table.Name))
		return
	}
	w.put("(SELECT * FROM ", quote(b.table.Name), " WHERE ")
	w.list(part.among, " AND ")
	w.put(" OFFSET 0) AS ", alias(b))
}

func (w *writer) where(n node) {
	if n.op != opAll || len(n.kids) > 0 {
		w.put(" WHERE ")
		w.bare(n)
	}
}

// page is LIMIT and OFFSET. SQLite knows no OFFSET without LIMIT.
func (w *writer) page(key shape) {
	switch {
	case key.limit:
		w.put(" LIMIT ", w.mark(argument{from: fromLimit}))
	case key.offset && w.dialect == dialect.SQLite:
		w.put(" LIMIT -1")
	}
	if key.offset {
		w.put(" OFFSET ", w.mark(argument{from: fromOffset}))
	}
}

// names lists columns to select. A row without any is still a row.
func names(columns []column) string {
	if len(columns) == 0 {
		return "1"
	}
	out := ""
	for i, c := range columns {
		if i > 0 {
			out += ", "
		}
		out += quote(c.name)
	}
	return out
}
