package queryset

import (
	"maps"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// part is which of the two ways a new row is in reach.
type part int

const (
	partOwn part = iota
	partLinked
)

// newRow is a row to insert if it is in reach in one way. Where its project is
// known only through its parent, a row is tried in both, and one at most holds.
type newRow struct {
	number int // of the row that the caller gave
	part   part
	values Values
}

// newRows are the rows to try.
type newRows struct {
	rows    []newRow
	columns []string
	parts   [2]bool
}

// newRows fills in what rows leave out, and drops the ways that their values
// rule out. A row with none left is outside.
func (j *job) newRows(rows []Values) (*newRows, error) {
	n := &newRows{}
	seen := map[string]bool{}
	for i, row := range rows {
		before := len(n.rows)
		for _, p := range j.waysIn() {
			if values, ok := j.placed(row, p); ok {
				n.rows = append(n.rows, newRow{i, p, values})
				n.parts[p] = true
				for c := range values {
					seen[c] = true
				}
			}
		}
		if len(n.rows) == before {
			return nil, j.outside()
		}
	}
	n.columns = slices.Sorted(maps.Keys(seen))
	return n, n.fits(j.table.dialect)
}

func (j *job) waysIn() (ways []part) {
	if j.reach.own || j.reach.all {
		ways = append(ways, partOwn)
	}
	if j.reach.linked {
		ways = append(ways, partLinked)
	}
	return ways
}

// placed is row with its attachments and its parent in the form that is sent,
// and what the key fixes filled in; false where they lie outside.
func (j *job) placed(row Values, p part) (Values, bool) {
	if j.reach.all {
		return row, true
	}
	out := maps.Clone(row)
	for _, l := range levels {
		if j.table.has.has(l) && !j.place(out, p, l) {
			return nil, false
		}
	}
	if j.table.parent == nil {
		return out, true
	}
	return out, j.canonical(out, j.table.link)
}

// place checks, or fills in, the attachment column of one level.
func (j *job) place(row Values, p part, l apikey.Level) bool {
	c := j.table.attach[l]
	if _, given := row[c.name]; !given {
		if p == partOwn && j.reach.fixed.has(l) {
			row[c.name] = j.reach.values.attach[l]
			return true
		}
		return p == partOwn || l != apikey.LevelProject
	}
	if !j.canonical(row, c) {
		return false
	}
	given := row[c.name]
	switch {
	case p == partLinked && l == apikey.LevelProject:
		return slices.Contains(j.reach.values.links, given)
	case p == partOwn && j.reach.fixed.has(l):
		return given == j.reach.values.attach[l]
	}
	return true
}

// canonical makes the value of a column that holds an id NULL or canonical. One
// that row leaves out becomes NULL: its default could lie anywhere.
func (j *job) canonical(row Values, c column) bool {
	if isNull(row[c.name]) {
		row[c.name] = nil
		return true
	}
	text, ok := idText(row[c.name])
	if !ok {
		return false
	}
	row[c.name], ok = j.q.alter.id(c.kind, text)
	return ok
}

// flat are the values of all rows, one row after another, in the order of the
// columns; where there are several, with the row's number and part.
func (n *newRows) flat() []any {
	out := make([]any, 0, len(n.rows)*(len(n.columns)+2))
	for _, row := range n.rows {
		for _, c := range n.columns {
			out = append(out, row.values[c])
		}
		if len(n.rows) > 1 {
			out = append(out, row.number, int(row.part))
		}
	}
	return out
}

func (n *newRows) fits(d dialect.Dialect) error {
	most := 65535
	if d == dialect.SQLite {
		most = 32766
	}
	const spare = 1024 // for the scope's own arguments
	if need := len(n.rows)*(len(n.columns)+2) + spare; need > most {
		return mistakef("%d rows of %d columns are more than one statement takes on %s, which has %d arguments: insert them in parts, in a transaction",
			len(n.rows), len(n.columns), d, most)
	}
	return nil
}

func (n *newRows) shape(rows int) shape {
	return shape{form: formInsert, columns: strings.Join(n.columns, ","), parts: n.parts, rows: len(n.rows), wanted: rows}
}
