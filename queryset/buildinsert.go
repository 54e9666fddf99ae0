package queryset

import (
	"strconv"
	"strings"
)

// Names of an insert's own tables and columns. No identifier holds a space.
const (
	newRowAlias = `"new row"`
	inReach     = `"in reach"`
	rowNumber   = `"row number"`
	wayIn       = `"way in"`
)

// buildInsert checks the rows and writes them in one statement:
//
//	WITH "new row" (…) AS (VALUES (…)) INSERT … SELECT … FROM "new row" WHERE … RETURNING id
//
// With several, all must be in reach for any to be written.
func (j *job) buildInsert(w *writer, key shape) {
	columns := quoteAll(strings.Split(key.columns, ","))
	j.buildNewRows(w, key)
	from, check := newRowAlias, j.q.alter.grown(j.insertCheck(key.parts))
	if key.rows > 1 {
		w.put(", ", inReach, " AS (SELECT * FROM ", newRowAlias)
		w.where(check)
		w.put(")")
		from = inReach
	}
	w.put(" INSERT INTO ", quote(j.table.table.Name), " (", columns, ") SELECT ", columns, " FROM ", from)
	if key.rows > 1 {
		w.put(" WHERE (SELECT count(*) FROM ", inReach, ") = ", strconv.Itoa(key.wanted), " ORDER BY ", rowNumber)
	} else {
		w.where(check)
	}
	w.put(" RETURNING ", quote(j.table.id.name))
}

// buildNewRows is the WITH that holds the values. PostgreSQL needs their types.
func (j *job) buildNewRows(w *writer, key shape) {
	columns := strings.Split(key.columns, ",")
	w.put("WITH ", newRowAlias, " (", quoteAll(columns))
	casts := make([]string, 0, len(columns)+2)
	for _, name := range columns {
		c, _ := j.table.column(name)
		casts = append(casts, w.cast(c.sqlType))
	}
	if key.rows > 1 {
		w.put(", ", rowNumber, ", ", wayIn)
		casts = append(casts, w.cast("integer"), w.cast("integer"))
	}
	w.put(") AS (VALUES ")
	for i := range key.rows * len(casts) {
		switch at := i % len(casts); {
		case i == 0:
			w.put("(")
		case at == 0:
			w.put("), (")
		default:
			w.put(", ")
		}
		w.put(w.mark(argument{from: fromValues, index: i}), casts[i%len(casts)])
	}
	w.put("))")
}

// insertCheck is what must hold for a new row.
func (j *job) insertCheck(parts [2]bool) node {
	if j.reach.all {
		return all()
	}
	own := all(append(attached(j.table, newRowAlias, j.reach.fixed.without(j.table.has), 0), j.parentCheck()...)...)
	linked := all(append(j.linkedCheck(), j.parentCheck()...)...)
	switch {
	case !parts[partLinked]:
		return own
	case !parts[partOwn]:
		return linked
	}
	return node{op: opAny, kids: []node{
		all(append([]node{isWay(partOwn)}, own.kids...)...),
		all(append([]node{isWay(partLinked)}, linked.kids...)...),
	}}
}

func isWay(p part) node {
	return node{op: opText, rule: "way in", text: newRowAlias + "." + wayIn + " = " + strconv.Itoa(int(p))}
}

// linkedCheck is nothing where the row itself says its project: that was
// compared already.
func (j *job) linkedCheck() []node {
	if j.table.has.has(levels[0]) {
		return nil
	}
	return []node{linkedTo(j.table, newRowAlias, 0, 0)}
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

func quoteAll(columns []string) string {
	return `"` + strings.Join(columns, `", "`) + `"`
}
