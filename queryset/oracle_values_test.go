package queryset_test

import (
	"fmt"
	"slices"

	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// set is what an update sets: mostly what the caller may.
func (d dice) set(t *trial, table *oracle.Table) oracle.Row {
	set := oracle.Row{}
	columns := d.shuffled(table.Columns)
	if may := table.Writable(t.caller); len(may) > 0 && d.chance(75) {
		columns = d.shuffled(may)
	}
	for _, c := range columns[:min(len(columns), 1+d.IntN(2))] {
		if c != table.ID || t.caller.Key != nil {
			set[c] = d.value(table, c)
		}
	}
	if len(set) == 0 {
		set["n"] = oracle.Of("3")
	}
	return set
}

func (d dice) value(t *oracle.Table, column string) oracle.Value {
	switch column {
	case "n", "seq":
		return oracle.Of(fmt.Sprint(20 + d.IntN(9)))
	case "note", "order":
		return pick(d, oracle.Value{}, oracle.Of("w"), oracle.Of("it's; ? -- $1"))
	}
	switch {
	case column == t.ID: // which need not hold a big number
		return oracle.Of(pick(d, universe(t.Kinds[column])...))
	case d.chance(10):
		return oracle.Value{}
	}
	return oracle.Of(d.near(t.Kinds[column]))
}

// inserts are n rows with the same columns.
func (d dice) inserts(t *trial, table *oracle.Table, n int) []oracle.Row {
	columns := d.insertColumns(t, table)
	kind := table.Kinds[table.ID]
	rows := make([]oracle.Row, n)
	for i := range rows {
		rows[i] = oracle.Row{}
		for _, c := range columns {
			rows[i][c] = d.inserted(t, table, c)
		}
		if _, given := rows[i][table.ID]; given && (n > 1 || d.chance(80)) {
			rows[i][table.ID] = oracle.Of(fresh(kind)[i])
		}
		if i > 0 && d.chance(70) { // mostly all alike, so that all may go in
			for c := range rows[i] {
				if c != table.ID {
					rows[i][c] = rows[0][c]
				}
			}
		}
	}
	return rows
}

// insertColumns are mostly columns that the caller may give.
func (d dice) insertColumns(t *trial, table *oracle.Table) []string {
	columns := []string{}
	strict := d.chance(85)
	for _, c := range table.Columns {
		attaches := c == table.ParentColumn || slices.Contains(table.Own[:], c)
		may := attaches || t.caller.Key == nil || slices.Contains(table.Write, c)
		switch {
		case c == table.ParentColumn && d.chance(85), c == table.ID && may && d.chance(40),
			c != table.ID && (may || !strict) && d.chance(45):
			columns = append(columns, c)
		}
	}
	if len(columns) == 0 {
		columns = append(columns, d.shuffled(append(slices.Clone(table.Write), "n"))[0])
	}
	return columns
}

// inserted is a value for the column: for an attachment that the key fixes, or
// a parent, mostly one in reach.
func (d dice) inserted(t *trial, table *oracle.Table, column string) oracle.Value {
	if column == table.ParentColumn && d.chance(85) {
		return d.parentInReach(t, table)
	}
	a := slices.Index(table.Own[:], column)
	k := t.caller.Key
	if a <= 0 || k == nil {
		return d.value(table, column)
	}
	ids := []string{"", string(k.Project), string(k.Version), string(k.Build)}
	v, ok := table.Kinds[column].Canonical(ids[a])
	switch {
	case ids[a] != "" && d.chance(8):
		return oracle.Of(d.odd(ids[a]))
	case ok && d.chance(60):
		return v
	case a == int(oracle.Project) && len(k.Links) > 0:
		if v, ok := table.Kinds[column].Canonical(string(pick(d, k.Links...).Project)); ok {
			return v
		}
	}
	return d.value(table, column)
}

func (d dice) parentInReach(t *trial, table *oracle.Table) oracle.Value {
	rows := d.shuffledRows(t.world.Rows[table.Parent])
	for _, row := range rows {
		if t.caller.Key == nil || t.world.Reach(table.Parent, t.caller, oracle.Read, row) {
			return row[table.Parent.ID]
		}
	}
	return rows[0][table.Parent.ID]
}

func (d dice) shuffledRows(rows []oracle.Row) []oracle.Row {
	rows = slices.Clone(rows)
	d.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}
