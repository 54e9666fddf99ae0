package queryset

import (
	"slices"

	"github.com/buildkey/buildkey/internal/dialect"
)

// form is a kind of statement.
type form uint8

const (
	formGet form = iota
	formSelect
	formCount
	formExists
	formInsert
	formUpdate
	formUpdateAll
	formDelete
	formDeleteAll
)

// one tells whether the form is about the row of one id.
func (f form) one() bool {
	return f == formGet || f == formExists || f == formUpdate || f == formDelete
}

// build makes the statement of a shape. It says what is wrong with the parts
// that the caller gave.
func (j *job) build(key shape) (*statement, error) {
	st := &statement{shape: key}
	var err error
	if st.marks, err = j.q.conds.check(j.table.dialect); err != nil {
		return nil, err
	}
	order, err := j.ordering()
	if err != nil {
		return nil, err
	}
	w := &writer{dialect: j.table.dialect}
	switch key.form {
	case formGet, formSelect:
		if st.target, err = j.target(key.dest); err != nil {
			return nil, err
		}
		j.buildRead(w, key, st.target.columns, order)
	case formCount:
		j.buildCount(w)
	case formExists:
		w.put("SELECT EXISTS (")
		w.union(j.table, "1", j.parts(key.form))
		w.put(")")
	case formInsert:
		j.buildInsert(w, key)
	default:
		j.buildWrite(w, key)
	}
	st.text, st.args = j.table.dialect.Number(w.String()), w.args
	return st, nil
}

// check counts the marks of each condition, the first one first.
func (c *condition) check(d dialect.Dialect) ([]int, error) {
	if c == nil {
		return nil, nil
	}
	before, err := c.before.check(d)
	if err != nil {
		return nil, err
	}
	marks, err := checkCondition(d, c.text)
	if err != nil {
		return nil, mistakef("the condition %s is refused: %v", quoteForError(c.text), err)
	}
	return append(before, marks), nil
}

// parts are the predicates of the statements that UNION ALL joins, with the id
// and the caller's conditions in each. There is always one. An id that was asked
// for is compared with the allow list, and with the only one in reach, before
// anything is sent.
func (j *job) parts(f form) []node {
	alias := alias(j.table)
	var out []node
	for _, part := range j.reach.parts(j.table, alias, !f.one()) {
		if f.one() && j.reach.onlyID(j.table) == nil {
			part.kids = slices.Insert(part.kids, 0, byID(j.table, alias))
		}
		part.kids = append(part.kids, j.q.conds.wheres()...)
		out = append(out, j.q.alter.grown(part))
	}
	if out == nil {
		return []node{{op: opAny, rule: "nothing is in reach"}}
	}
	return out
}

// alias is what columns of b itself are qualified with: its name, so that the
// caller's conditions can use that as well.
func alias(b *bound) string {
	_, name := split(b.table.Name)
	return quote(name)
}

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
		w.put(`) AS "in reach"`)
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
	w.put(`) AS "in reach"`)
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
