package oracle

import (
	"maps"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// Find is the position of the row that the caller reaches by id for the action,
// and NotFound or what Gate says where there is none.
func (w *World) Find(t *Table, c Caller, action, id string, conds []Cond) (int, Class) {
	if class := t.Gate(c, action); class != OK {
		return -1, class
	}
	v, ok := t.Kinds[t.ID].Canonical(id)
	if !ok {
		return -1, NotFound
	}
	i := w.Index(t, v)
	if i < 0 || !w.Reach(t, c, action, w.Rows[t][i]) || !holds(conds, w.Rows[t][i]) {
		return -1, NotFound
	}
	return i, OK
}

// All are the positions of the rows that the caller reaches for the action.
func (w *World) All(t *Table, c Caller, action string, conds []Cond) ([]int, Class) {
	var found []int
	for i, row := range w.Rows[t] {
		if w.Reach(t, c, action, row) && holds(conds, row) {
			found = append(found, i)
		}
	}
	return found, t.Gate(c, action)
}

func holds(conds []Cond, row Row) bool {
	return !slices.ContainsFunc(conds, func(c Cond) bool { return !c.Holds(row) })
}

// MayWrite is Forbidden where a column of set is not the caller's to change, and
// what Gate says.
func (t *Table) MayWrite(c Caller, set Row) Class {
	if class := t.Gate(c, Update); class != OK {
		return class
	}
	writable := t.Writable(c)
	for column := range set {
		if !slices.Contains(writable, column) {
			return Forbidden
		}
	}
	return OK
}

// Inserted is the row that an insert of the given columns makes, without its id
// where that was left to the database; nil, and why, where it may not be.
func (w *World) Inserted(t *Table, c Caller, given Row) (Row, Class) {
	if class := t.Gate(c, Create); class != OK {
		return nil, class
	}
	row := maps.Clone(t.Defaults)
	maps.Copy(row, given)
	if c.Key != nil && !w.mayInsert(t, c.Key, row, given) {
		return nil, Forbidden
	}
	if w.clashes(t, row[t.ID]) {
		return nil, Broken
	}
	return row, OK
}

// clashes tells whether the primary key knows the id: as its column compares,
// and not byte for byte.
func (w *World) clashes(t *Table, id Value) bool {
	return slices.ContainsFunc(w.Rows[t], func(r Row) bool {
		return id.Valid && (r[t.ID] == id || t.Kinds[t.ID] == Folded && strings.EqualFold(r[t.ID].Text, id.Text))
	})
}

// mayInsert judges the row, of which the caller gave some columns, and gives it
// the attachments that are left to the key.
func (w *World) mayInsert(t *Table, k *apikey.Key, row, given Row) bool {
	if !lists(k.AllowList, t, "*") {
		return false
	}
	for column := range given {
		if !t.attaches(column) && !slices.Contains(t.Write, column) {
			return false
		}
	}
	t.attach(k, row, given)
	return t.spell(row) && w.reachKey(t, k, Create, row) && w.mayHang(t, k, row)
}

func (t *Table) attach(k *apikey.Key, row, given Row) {
	for a, id := range attachments(k) {
		column := t.Own[a]
		if _, ok := given[column]; ok || column == "" || id == "" {
			continue
		}
		row[column] = Of(id)
	}
}

// spell puts what places the row in the form that names it, and is false where
// it can name nothing.
func (t *Table) spell(row Row) bool {
	for column, v := range row {
		if !t.attaches(column) || !v.Valid {
			continue
		}
		canonical, ok := t.Kinds[column].Canonical(v.Text)
		if !ok {
			return false
		}
		row[column] = canonical
	}
	return true
}

// mayHang tells whether the row's parent is one that k reaches, by its
// attachment or as a visitor who may create such rows. A row that names none
// needs none.
func (w *World) mayHang(t *Table, k *apikey.Key, row Row) bool {
	if t.Parent == nil || !row[t.ParentColumn].Valid {
		return true
	}
	parent := w.parent(t, row)
	return parent != nil && (w.isOwn(t.Parent, k, parent) || w.isVisited(t.Parent, k, t.Resource, Create, parent))
}
