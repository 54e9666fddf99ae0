package queryset

import (
	"maps"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
)

// newRows are rows to insert, as they are sent.
type newRows struct {
	rows    []Values
	columns []string
}

// newRows fills in what rows leave out. A row with a value in a column that
// places it which can name nothing is outside, as the database will say of a
// row that names what is out of reach.
func (j *job) newRows(rows []Values) (*newRows, error) {
	n := &newRows{}
	for _, row := range rows {
		if !j.reach.all {
			row = maps.Clone(row)
			if !j.placed(row) {
				return nil, j.outside()
			}
		}
		n.rows = append(n.rows, row)
	}
	n.columns = slices.Sorted(maps.Keys(n.rows[0]))
	return n, n.fits(j.table.dialect)
}

// placed puts row's attachments and its parent in the form that is sent, and
// fills in what the key fixes. A Parent column that is left out becomes NULL:
// its default could lie anywhere.
func (j *job) placed(row Values) bool {
	fixed := fixedBy(j.q.holder.key)
	for _, l := range levels {
		c := j.table.attach[l]
		if !j.table.has.has(l) {
			continue
		}
		if _, given := row[c.name]; !given {
			if !fixed.has(l) {
				continue
			}
			row[c.name] = attachment(j.q.holder.key, l)
		}
		if !j.canonical(row, c) {
			return false
		}
	}
	return j.table.parent == nil || j.canonical(row, j.table.link)
}

// canonical makes the value of a column that holds an id NULL or canonical.
func (j *job) canonical(row Values, c column) bool {
	if isNull(row[c.name]) {
		row[c.name] = nil
		return true
	}
	text, ok := idText(row[c.name])
	if ok {
		row[c.name], ok = j.q.alter.id(c.kind, text)
	}
	return ok
}

// flat are the values of all rows, one row after another, in the order of the
// columns, each with its number where there are several.
func (n *newRows) flat() []any {
	out := make([]any, 0, len(n.rows)*(len(n.columns)+1))
	for i, row := range n.rows {
		for _, c := range n.columns {
			out = append(out, row[c])
		}
		if len(n.rows) > 1 {
			out = append(out, i)
		}
	}
	return out
}

// spareArguments is what the scope of an insert takes at most beside its values.
const spareArguments = 512

func (n *newRows) fits(d dialect.Dialect) error {
	most := 65535
	if d == dialect.SQLite {
		most = 32766
	}
	if len(n.rows)*(len(n.columns)+1)+spareArguments > most {
		return mistakef("%d rows of %d columns are too many for one statement, which takes %d arguments on %s: insert them in parts, in a transaction",
			len(n.rows), len(n.columns), most, d)
	}
	return nil
}

func (n *newRows) shape() shape {
	return shape{form: formInsert, columns: strings.Join(n.columns, ","), rows: len(n.rows)}
}
