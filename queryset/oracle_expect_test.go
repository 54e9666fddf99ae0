package queryset_test

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// outcome is what an operation answers and leaves behind.
type outcome struct {
	class    oracle.Class
	orBroken bool // a row that is forbidden and one that clashes: either may be told
	err      error

	rows    []oracle.Row // read, with the columns that were filled
	ordered bool         // rows are in this order
	take    int          // how many of rows come, where they have no order
	count   int64
	found   bool
	columns []string
	ids     []string     // of rows that were inserted
	newRows []oracle.Row // the same, "" for an id that the database chose
	state   *oracle.World
	looked  bool
	lines   []string // the state, as it is in the database, where it was looked at
}

// expect is the outcome by the oracle.
func (t *trial) expect() outcome {
	switch t.op.verb {
	case "Get", "Exists":
		return t.expectOne()
	case "Select", "Count", "Predicate":
		return t.expectMany()
	case "Columns":
		return t.expectColumns()
	case "Insert", "InsertAll":
		return t.expectInsert()
	}
	return t.expectWrite()
}

func (t *trial) expectOne() outcome {
	i, class := t.world.Find(t.op.table, t.caller, oracle.Read, t.op.id, t.op.where)
	out := outcome{class: class, found: class == oracle.OK, state: t.world}
	if t.op.verb == "Exists" && class == oracle.NotFound {
		out.class = oracle.OK
	}
	if t.op.verb == "Get" && class == oracle.OK {
		out.rows, out.ordered = []oracle.Row{t.filled(t.world.Rows[t.op.table][i])}, true
	}
	return out
}

// filled is what of a row arrives in the caller's hands.
func (t *trial) filled(row oracle.Row) oracle.Row {
	filled := oracle.Row{}
	for _, c := range t.op.table.Readable(t.caller) {
		if t.op.fields == nil || slices.Contains(t.op.fields, c) {
			filled[c] = row[c]
		}
	}
	return filled
}

func (t *trial) expectMany() outcome {
	action := cmp.Or(t.op.action, oracle.Read)
	found, class := t.world.All(t.op.table, t.caller, action, t.op.where)
	if class != oracle.OK {
		return outcome{class: class, state: t.world}
	}
	out := outcome{count: int64(len(found)), state: t.world}
	rows := make([]oracle.Row, 0, len(found))
	for _, i := range found {
		rows = append(rows, t.world.Rows[t.op.table][i])
	}
	switch t.op.verb {
	case "Select":
		t.expectRows(&out, rows)
	case "Predicate":
		out.take = len(rows)
		for _, row := range rows {
			out.rows = append(out.rows, oracle.Row{t.op.table.ID: row[t.op.table.ID]})
		}
	}
	return out
}

// expectRows sorts, cuts and fills. Rows that tie are in any order, so of
// a list that can tie only the number is cut.
func (t *trial) expectRows(out *outcome, rows []oracle.Row) {
	from, to := 0, len(rows)
	if t.op.offset != nil {
		from = min(*t.op.offset, to)
	}
	if t.op.limit != nil {
		to = min(from+*t.op.limit, to)
	}
	out.ordered = slices.ContainsFunc(t.op.order, func(o term) bool { return o.column == "seq" })
	out.take = to - from
	if out.ordered {
		slices.SortFunc(rows, t.compare)
		rows = rows[from:to]
	}
	for _, row := range rows {
		out.rows = append(out.rows, t.filled(row))
	}
}

func (t *trial) compare(a, b oracle.Row) int {
	for _, o := range t.op.order {
		x, _ := strconv.Atoi(a[o.column].Text)
		y, _ := strconv.Atoi(b[o.column].Text)
		if c := cmp.Compare(x, y); c != 0 && o.descending {
			return -c
		} else if c != 0 {
			return c
		}
	}
	return 0
}

func (t *trial) expectColumns() outcome {
	out := outcome{class: t.op.table.Gate(t.caller, oracle.Read), state: t.world}
	if out.class == oracle.OK {
		out.columns = slices.Sorted(slices.Values(t.op.table.Readable(t.caller)))
	}
	return out
}

func (t *trial) expectInsert() outcome {
	out := outcome{state: t.world.Clone()}
	for _, given := range t.op.values {
		row, class := out.state.Inserted(t.op.table, t.caller, given)
		switch {
		case class == oracle.Broken:
			out.orBroken = true
		case class != oracle.OK:
			out.class = class
		default:
			out.state.Rows[t.op.table] = append(out.state.Rows[t.op.table], row)
			out.newRows = append(out.newRows, row)
		}
	}
	if out.class == oracle.OK && out.orBroken {
		out.class = oracle.Broken
	}
	if out.class != oracle.OK {
		out.state, out.newRows = t.world, nil
	}
	return out
}

func (t *trial) expectWrite() outcome {
	found, class := t.hits()
	if class != oracle.OK {
		return outcome{class: class, state: t.world}
	}
	out := outcome{count: int64(len(found)), state: t.world.Clone()}
	rows := out.state.Rows[t.op.table]
	if t.op.verb == "Update" || t.op.verb == "UpdateAll" {
		for _, i := range found {
			maps.Copy(rows[i], t.op.values[0])
		}
		return out
	}
	out.state.Rows[t.op.table] = nil
	for i, row := range rows {
		if !slices.Contains(found, i) {
			out.state.Rows[t.op.table] = append(out.state.Rows[t.op.table], row)
		}
	}
	return out
}

// hits are the rows that a write changes.
func (t *trial) hits() ([]int, oracle.Class) {
	table, action := t.op.table, oracle.Delete
	if t.op.values != nil {
		action = oracle.Update
		if class := table.MayWrite(t.caller, t.op.values[0]); class != oracle.OK {
			return nil, class
		}
	}
	if t.op.verb == "UpdateAll" || t.op.verb == "DeleteAll" {
		return t.world.All(table, t.caller, action, t.op.where)
	}
	i, class := t.world.Find(table, t.caller, action, t.op.id, t.op.where)
	return []int{i}, class
}
