package queryset

import (
	"strconv"
	"strings"
)

// Names of the statements' own tables and column. No identifier holds a space.
const (
	newRowAlias = `"new row"`
	inReach     = `"in reach"`
	rowNumber   = `"row number"`
)

// buildInsert checks the rows and writes them in one statement:
//
//	WITH "new row" (…) AS (VALUES (…)) INSERT … SELECT … FROM "new row" WHERE … RETURNING id
//
// With several, all must be in reach for any to be written.
func (j *job) buildInsert(w *writer, key shape) {
	names := strings.Split(key.columns, ",")
	columns := `"` + strings.Join(names, `", "`) + `"`
	j.buildNewRows(w, names, key.rows)
	from, check := newRowAlias, j.q.alter.grown(j.insertCheck())
	if key.rows > 1 {
		w.put(", ", inReach, " AS (SELECT * FROM ", newRowAlias)
		w.where(check)
		w.put(")")
		from = inReach
	}
	w.put(" INSERT INTO ", quote(j.table.table.Name), " (", columns, ") SELECT ", columns, " FROM ", from)
	if key.rows > 1 {
		w.put(" WHERE (SELECT count(*) FROM ", inReach, ") = ", strconv.Itoa(key.rows), " ORDER BY ", rowNumber)
	} else {
		w.where(check)
	}
	w.put(" RETURNING ", quote(j.table.id.name))
}

// buildNewRows is the WITH that holds the values. PostgreSQL needs their types.
func (j *job) buildNewRows(w *writer, names []string, rows int) {
	var casts []string
	w.put("WITH ", newRowAlias, ` (`)
	for i, name := range names {
		c, _ := j.table.column(name)
		casts = append(casts, w.cast(c.sqlType))
		w.put([]string{"", ", "}[min(i, 1)], quote(name))
	}
	if rows > 1 {
		casts = append(casts, w.cast("integer"))
		w.put(", ", rowNumber)
	}
	w.put(") AS (VALUES ")
	for i := range rows * len(casts) {
		at := i % len(casts)
		if at == 0 {
			w.put([]string{"(", "), ("}[min(i, 1)])
		} else {
			w.put(", ")
		}
		w.put(w.mark(argument{from: fromValues, index: i}), casts[at])
	}
	w.put("))")
}

// insertCheck is what must hold for a new row: it is itself in reach, as a row
// that is read would be, and so is its parent.
func (j *job) insertCheck() node {
	if j.reach.all {
		return all()
	}
	ways := node{op: opAny, rule: "insert: the row is in reach", kids: j.reach.parts(j.table, newRowAlias, false)}
	return all(append([]node{ways}, j.parentCheck()...)...)
}

// parentCheck: a new row's parent must be in reach itself, unless there is
// none.
func (j *job) parentCheck() []node {
	b, above := j.table.parent, parentAlias(1)
	if b == nil {
		return nil
	}
	const rule = "insert: the parent is in reach"
	child := ref{newRowAlias, j.table.link}
	check := node{op: opAny, rule: rule, kids: []node{{op: opNull, rule: rule, left: child}}}
	if j.above.own {
		check.kids = append(check.kids, exists(rule, b, above, child, attached(b, above, j.above.fixed, 1)...))
	}
	if j.above.linked {
		check.kids = append(check.kids, exists(rule, b, above, child, linkedTo(b, above, 1, 1)))
	}
	return []node{check}
}
