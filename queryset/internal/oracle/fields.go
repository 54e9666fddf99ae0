package oracle

import "slices"

// Readable are the columns that the caller may read, in the table's order.
func (t *Table) Readable(c Caller) []string {
	return t.columns(func(column string) bool {
		return t.every(c, Read, func(f Fields) bool { return f.Read == nil || slices.Contains(f.Read, column) })
	})
}

// Writable are the columns that the caller may change in a row, in the table's
// order: never, for a key, one that attaches the row or names it.
func (t *Table) Writable(c Caller) []string {
	return t.columns(func(column string) bool {
		if c.Everything && c.Key == nil {
			return true
		}
		return column != t.ID && !t.attaches(column) &&
			t.every(c, Update, func(f Fields) bool { return slices.Contains(f.Write, column) })
	})
}

func (t *Table) columns(keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c string) bool { return !keep(c) })
}

// every tells whether all of the fields that apply to the caller agree.
func (t *Table) every(c Caller, action string, allow func(Fields) bool) bool {
	for _, f := range t.fields(c, action) {
		if !allow(f) {
			return false
		}
	}
	return true
}

func (t *Table) fields(c Caller, action string) []Fields {
	whole := Fields{t.Read, t.Write}
	switch {
	case c.Key == nil && c.Everything:
		return []Fields{{}}
	case c.Key == nil && t.Public != nil:
		return []Fields{{Read: t.Public.Read}}
	case c.Key == nil || t.own(c.Key) != ancestor:
		return []Fields{whole}
	case len(t.visits(c.Key, t.Resource, action)) > 0:
		return []Fields{whole, *t.Ancestor}
	}
	return []Fields{*t.Ancestor}
}
