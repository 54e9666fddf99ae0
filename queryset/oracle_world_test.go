package queryset_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

var (
	kinds       = []oracle.Kind{oracle.Integer, oracle.Integer, oracle.UUID, oracle.UUID, oracle.Text, oracle.Text, oracle.Folded}
	attachments = []oracle.Attachment{oracle.Project, oracle.Version, oracle.Build}
	columnOf    = oracle.Attachments{oracle.Project: "project_id", oracle.Version: "version_id", oracle.Build: "build_id"}
)

// plan is what the tables of one world have in common.
type plan struct {
	prefix string
	kinds  [oracle.Build + 1]oracle.Kind // usual type of each attachment
}

// world makes three to six tables, with rows, that hang together somehow.
func (d dice) world(prefix string) *oracle.World {
	p := plan{prefix: prefix}
	for _, a := range attachments {
		p.kinds[a] = pick(d, kinds...)
	}
	w := &oracle.World{Rows: map[*oracle.Table][]oracle.Row{}}
	for range 3 + d.IntN(4) {
		w.Tables = append(w.Tables, d.table(p, w.Tables))
	}
	for _, t := range w.Tables {
		w.Rows[t] = d.rows(w, t)
	}
	return w
}

func (d dice) table(p plan, earlier []*oracle.Table) *oracle.Table {
	n := len(earlier)
	t := &oracle.Table{
		Name:     fmt.Sprintf("%st%d", p.prefix, n),
		Resource: fmt.Sprintf("r%d", n),
		ID:       pick(d, "id", "id", "id", "pk"),
		Kinds:    map[string]oracle.Kind{},
	}
	if n > 0 && d.chance(15) {
		t.Resource = earlier[d.IntN(n)].Resource
	}
	t.Kinds[t.ID] = pick(d, kinds...)
	if d.chance(45) {
		a := pick(d, attachments...)
		t.Own[a], t.Kinds[t.ID] = t.ID, p.kinds[a]
	}
	d.hang(t, earlier)
	for _, a := range attachments {
		d.attach(t, p, a)
	}
	d.addColumns(t)
	d.declare(t)
	return t
}

// hang gives t a parent, at most four deep.
func (d dice) hang(t *oracle.Table, earlier []*oracle.Table) {
	if len(earlier) == 0 || d.chance(12) {
		return
	}
	parent := earlier[len(earlier)-1]
	if d.chance(40) {
		parent = pick(d, earlier...)
	}
	if depth(parent) >= 4 {
		return
	}
	t.Parent, t.ParentColumn = parent, "parent_id"
	t.Kinds[t.ParentColumn] = parent.Kinds[parent.ID]
}

func depth(t *oracle.Table) int {
	if t.Parent == nil {
		return 0
	}
	return 1 + depth(t.Parent)
}

// attach gives t a column for the attachment, or none. It may be the one that
// leads to the parent.
func (d dice) attach(t *oracle.Table, p plan, a oracle.Attachment) {
	if rare := 35 * int(min(a, oracle.Version)); t.Own[a] != "" || d.chance(rare) {
		return
	}
	kind := p.kinds[a]
	if d.chance(10) {
		kind = pick(d, kinds...)
	}
	if t.Parent != nil && t.Kinds[t.ParentColumn] == kind && !slices.Contains(t.Own[:], t.ParentColumn) && d.chance(40) {
		t.Own[a] = t.ParentColumn
		return
	}
	t.Own[a], t.Kinds[columnOf[a]] = columnOf[a], kind
}

func (d dice) addColumns(t *oracle.Table) {
	t.Kinds["n"], t.Kinds["seq"], t.Kinds["note"] = oracle.Integer, oracle.Integer, oracle.Text
	if d.chance(70) {
		t.Kinds["order"] = oracle.Text
	}
	for _, c := range []string{t.ID, "parent_id", "project_id", "version_id", "build_id", "n", "seq", "note", "order"} {
		if t.Kinds[c] != 0 {
			t.Columns = append(t.Columns, c)
		}
	}
	t.Defaults = oracle.Row{}
	for _, c := range t.Columns {
		t.Defaults[c] = oracle.Value{}
	}
	t.Defaults["n"], t.Defaults["seq"] = oracle.Of("0"), oracle.Of("0")
}

// declare says what keys and anyone may do with the columns.
func (d dice) declare(t *oracle.Table) {
	f := d.fields(t)
	t.Read, t.Write = f.Read, f.Write
	if d.chance(55) {
		f := d.fields(t)
		t.Ancestor = &f
	}
	if d.chance(60) {
		t.Public = &oracle.Public{Where: d.condition(t, true), Read: d.fields(t).Read}
	}
}

func (d dice) fields(t *oracle.Table) (f oracle.Fields) {
	if d.chance(40) {
		f.Read = d.some(t.Columns, 75)
	}
	if d.chance(80) {
		f.Write = d.some(t.Columns, 80)
	}
	return f
}

func (d dice) rows(w *oracle.World, t *oracle.Table) []oracle.Row {
	ids := d.shuffled(universe(t.Kinds[t.ID]))[:3+d.IntN(5)]
	rows := make([]oracle.Row, 0, len(ids))
	for i, id := range ids {
		row := oracle.Row{
			t.ID: oracle.Of(id), "seq": oracle.Of(fmt.Sprint(i + 1)), "n": oracle.Of(fmt.Sprint(d.IntN(4))),
			"note": pick(d, oracle.Value{}, oracle.Of("x"), oracle.Of("y")),
		}
		if t.Kinds["order"] != 0 {
			row["order"] = pick(d, oracle.Value{}, oracle.Of("x"), oracle.Of("z?"))
		}
		if t.Parent != nil {
			row[t.ParentColumn] = d.parentID(w, t)
		}
		d.attachRow(w, t, row)
		rows = append(rows, row)
	}
	return rows
}

// parentID mostly names a parent, and sometimes none, one that is not there, or
// one that only the column's collation takes for it.
func (d dice) parentID(w *oracle.World, t *oracle.Table) oracle.Value {
	switch n := d.IntN(10); n {
	case 0:
		return oracle.Value{}
	case 1:
		return oracle.Of(pick(d, append(universe(t.Kinds[t.ParentColumn]), fresh(t.Kinds[t.ParentColumn])...)...))
	}
	id := pick(d, w.Rows[t.Parent]...)[t.Parent.ID]
	if t.Kinds[t.ParentColumn] == oracle.Folded && d.chance(15) {
		id.Text = strings.ToUpper(id.Text)
	}
	return id
}

// attachRow fills the row's own attachment columns: with what its parent says, or
// with anything.
func (d dice) attachRow(w *oracle.World, t *oracle.Table, row oracle.Row) {
	var inherited oracle.Table
	if t.Parent != nil {
		inherited = oracle.Table{Parent: t.Parent, ParentColumn: t.ParentColumn}
	}
	for _, a := range attachments {
		column := t.Own[a]
		if _, done := row[column]; done || column == "" {
			continue
		}
		v := w.Attached(&inherited, row, a)
		if _, fits := t.Kinds[column].Canonical(v.Text); !v.Valid || !fits || d.chance(30) {
			v = oracle.Of(d.near(t.Kinds[column]))
		}
		if d.chance(12) {
			v = oracle.Value{}
		}
		row[column] = v
	}
}
