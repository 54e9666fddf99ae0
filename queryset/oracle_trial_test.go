package queryset_test

import (
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// trial is one thing asked of a world by one caller.
type trial struct {
	world  *oracle.World
	caller oracle.Caller
	how    string // "ForKey", "For" or "Unscoped"
	op     operation
}

// operation is one call. What a verb does not take is left at zero.
type operation struct {
	verb    string
	table   *oracle.Table
	id      string        // as text
	spelled any           // as it is passed
	where   []oracle.Cond // one call of Where each
	order   []term
	limit   *int
	offset  *int
	values  []oracle.Row // to insert, or the one to set
	action  string       // of Predicate
	alias   string       // of Predicate
	fields  []string     // of the struct to fill; nil: a map
	through string       // "db", "tx" or "begin"
}

// term is one of OrderBy.
type term struct {
	column     string
	descending bool
}

func (t term) String() string {
	if t.descending {
		return t.column + " DESC"
	}
	return t.column
}

// trial throws a caller and an operation, and mostly throws again where nothing
// at all is reached.
func (d dice) trial(w *oracle.World) *trial {
	t := d.throw(w)
	for t.dull() && d.chance(75) {
		t = d.throw(w)
	}
	return t
}

func (d dice) throw(w *oracle.World) *trial {
	t := &trial{world: w, how: "For"}
	switch n := d.IntN(100); {
	case n < 60:
		t.how = "ForKey"
		t.caller.Key = d.key(w)
	case n < 84:
		t.caller.Key = d.key(w)
		t.caller.Everything = d.chance(20)
	case n < 86:
		t.caller.Everything = true
	case n < 88:
		t.how = "Unscoped"
		t.caller.Everything = true
	}
	t.op = d.operation(t)
	return t
}

// dull tells whether the answer is the same as without any row.
func (t *trial) dull() bool {
	out := t.expect()
	return out.class != oracle.OK || !out.found && out.rows == nil && out.count == 0 && out.newRows == nil && out.columns == nil
}

var verbs = []string{
	"Get", "Get", "Get", "Select", "Select", "Select", "Count", "Exists", "Exists", "Columns", "Predicate", "Predicate",
	"Insert", "Insert", "Insert", "InsertAll", "Update", "Update", "Update", "UpdateAll", "Delete", "Delete", "DeleteAll",
}

func (d dice) operation(t *trial) operation {
	op := operation{verb: pick(d, verbs...), table: pick(d, t.world.Tables...), through: pick(d, "db", "db", "tx", "begin")}
	switch op.verb {
	case "Get", "Exists", "Update", "Delete":
		d.name(t.world, &op)
	}
	switch op.verb {
	case "Get", "Select":
		op.fields = d.destination(op.table)
	case "Insert":
		op.values = d.inserts(t, op.table, 1)
	case "InsertAll":
		op.values = d.inserts(t, op.table, 1+d.IntN(3))
	case "Update", "UpdateAll":
		op.values = []oracle.Row{d.set(t, op.table)}
	case "Predicate":
		op.action = pick(d, oracle.Read, oracle.Read, oracle.Update, oracle.Delete)
		op.alias = pick(d, "x", "p1", "t", "row", op.table.Name)
	}
	d.refine(t, &op)
	return op
}

// name gives the operation an id: mostly that of a row.
func (d dice) name(w *oracle.World, op *operation) {
	kind := op.table.Kinds[op.table.ID]
	op.id = pick(d, w.Rows[op.table]...)[op.table.ID].Text
	switch d.IntN(12) {
	case 0:
		op.id = pick(d, append(universe(kind), fresh(kind)...)...)
	case 1, 2:
		op.id = d.odd(op.id)
	}
	op.spelled = d.spelled(op.id)
}

// destination is nil for a map, or the columns of a struct.
func (d dice) destination(t *oracle.Table) []string {
	if d.chance(40) {
		return nil
	}
	return d.shuffled(append(d.some(t.Columns, 70), t.ID))
}

// refine adds conditions, an order and a part of the list, sometimes also for
// verbs that pay no heed to those two.
func (d dice) refine(t *trial, op *operation) {
	if op.verb == "Insert" || op.verb == "InsertAll" || op.verb == "Predicate" || op.verb == "Columns" {
		return
	}
	for d.chance(25) {
		op.where = append(op.where, d.condition(op.table, false))
	}
	heedless := op.verb == "Get" || op.verb == "Count" || op.verb == "Exists"
	if op.verb != "Select" && !(heedless && d.chance(10)) {
		return
	}
	if d.chance(50) {
		op.order = d.order(op.table, op.table.Readable(t.caller))
	}
	if n := d.IntN(5); d.chance(30) {
		op.limit = &n
	}
	if n := d.IntN(4); d.chance(20) {
		op.offset = &n
	}
}

// order is by seq at last, which no two rows share, or by n alone. Only columns
// that are never NULL are used: databases differ on where those go.
func (d dice) order(t *oracle.Table, readable []string) []term {
	var terms []term
	for _, c := range []string{"n", "seq"} {
		for _, r := range readable {
			if r == c && d.chance(70) {
				terms = append(terms, term{c, d.chance(50)})
			}
		}
	}
	return terms
}
