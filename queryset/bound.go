package queryset

import (
	"context"
	"errors"
	"slices"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// bound is a declaration joined with what a database's catalog says of it. It
// is immutable; when the schema changes another takes its place, and the
// statements that were made for this one are made no more use of.
type bound struct {
	table   *Table
	dialect dialect.Dialect
	columns []column
	id      column
	attach  [apikey.LevelBuild + 1]column // own columns that hold attachments
	has     attachments                   // those
	reaches attachments                   // those, and through the parent
	level   apikey.Level                  // the narrowest that it reaches, 0 for none

	parent *bound
	link   column // the parent's id is in it

	// The fields of a key, of one attached below, of one that reaches rows both
	// ways, of anyone, and of whom the application trusts.
	full, ancestor, mixed, public, every *fields
}

// bind learns t and its parents.
func bind(ctx context.Context, db DB, d dialect.Dialect, t *Table) (*bound, error) {
	if err := t.declared(); err != nil {
		return nil, err
	}
	return bindChain(ctx, db, d, t)
}

func bindChain(ctx context.Context, db DB, d dialect.Dialect, t *Table) (*bound, error) {
	columns, err := learn(ctx, db, d, t.Name)
	if err != nil {
		return nil, wrap("learning the columns of "+t.Name, err)
	}
	b := &bound{table: t, dialect: d, columns: columns}
	if err := b.declared(); err != nil {
		return nil, err
	}
	b.own()
	if t.Parent != nil {
		if b.parent, err = bindChain(ctx, db, d, t.Parent.Table); err != nil {
			return nil, err
		}
		b.reaches |= b.parent.reaches
	}
	b.level = narrowest(b.reaches)
	b.rights()
	return b, nil
}

// declared checks the declaration against the catalog.
func (b *bound) declared() error {
	if len(b.columns) == 0 {
		return mistakef("there is no table %s in the database, or not on its search path: create it, or name its schema", b.table.Name)
	}
	var problems []error
	for _, name := range slices.Compact(slices.Sorted(slices.Values(b.table.named()))) {
		if _, ok := b.column(name); !ok {
			problems = append(problems, mistakef("table %s has no column %s, which its declaration names", b.table.Name, name))
		}
	}
	for _, name := range b.table.attached() {
		if c, ok := b.column(name); ok && c.kind == kindOther {
			problems = append(problems, mistakef("column %s of %s has the type %q, which holds no ids: make it an integer, a UUID or text", name, b.table.Name, c.sqlType))
		}
	}
	if p := b.table.Public; p != nil {
		if err := checkPublic(b.dialect, p.Where); err != nil {
			problems = append(problems, mistakef("table %s: Public.Where: %v", b.table.Name, err))
		}
	}
	return errors.Join(problems...)
}

func (b *bound) own() {
	b.id, _ = b.column(b.table.idColumn())
	for _, l := range levels {
		if name := b.table.own(l); name != "" {
			b.attach[l], _ = b.column(name)
			b.has |= only(l)
		}
	}
	b.reaches = b.has
	if b.table.Parent != nil {
		b.link, _ = b.column(b.table.Parent.Column)
	}
}

func (b *bound) rights() {
	t := b.table
	b.every = &fields{read: b.columns, any: true}
	b.full = fieldsOf(b.columns, t.Read, t.Write)
	b.ancestor, b.mixed, b.public = &fields{}, &fields{}, &fields{}
	if t.Ancestor != nil {
		b.ancestor = fieldsOf(b.columns, t.Ancestor.Read, t.Ancestor.Write)
		b.mixed = b.full.both(b.ancestor)
	}
	if t.Public != nil {
		b.public = fieldsOf(b.columns, t.Public.Read, nil)
	}
}

func (b *bound) column(name string) (column, bool) {
	i := slices.IndexFunc(b.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return column{}, false
	}
	return b.columns[i], true
}

// holds is the column, here or further up, that says a row's attachment.
func (b *bound) holds(l apikey.Level) column {
	for ; b != nil; b = b.parent {
		if b.has.has(l) {
			return b.attach[l]
		}
	}
	return column{}
}

// isPublic tells whether any row can be: all tables on the way must declare it.
func (b *bound) isPublic() bool {
	for ; b != nil; b = b.parent {
		if b.table.Public == nil {
			return false
		}
	}
	return true
}

// same tells whether o was learned from a catalog that said the same.
func (b *bound) same(o *bound) bool {
	if b == nil || o == nil {
		return b == o
	}
	return b.table == o.table && slices.Equal(b.columns, o.columns) && b.parent.same(o.parent)
}

func narrowest(a attachments) apikey.Level {
	for _, l := range slices.Backward(levels[:]) {
		if a.has(l) {
			return l
		}
	}
	return 0
}
