package queryset

import "slices"

// fields are the columns of a table that someone may read and write.
type fields struct {
	read  []column // in the table's order
	write []string
	any   bool // every column may be written, whatever it holds
}

func (f *fields) readable(name string) bool {
	return slices.ContainsFunc(f.read, func(c column) bool { return c.name == name })
}

func (f *fields) writable(name string) bool {
	return f.any || slices.Contains(f.write, name)
}

// fieldsOf are those that a declaration names, of the table's columns.
func fieldsOf(all []column, read, write []string) *fields {
	f := &fields{read: all, write: write}
	if read != nil {
		f.read = keep(all, func(c column) bool { return slices.Contains(read, c.name) })
	}
	return f
}

// both are the fields that f and g allow.
func (f *fields) both(g *fields) *fields {
	return &fields{
		read:  keep(f.read, func(c column) bool { return g.readable(c.name) }),
		write: slices.DeleteFunc(slices.Clone(f.write), func(c string) bool { return !g.writable(c) }),
	}
}

func keep(all []column, wanted func(column) bool) []column {
	return slices.DeleteFunc(slices.Clone(all), func(c column) bool { return !wanted(c) })
}
