package queryset

import (
	"context"
	"errors"
	"slices"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// Check tells what is wrong with the declarations of tables and of their
// parents, all of it at once and each thing once: a table or column that is not
// in the database, an id column that does not name one row, columns compared
// with each other whose types differ, a Public condition that the database
// refuses. On PostgreSQL every way that a key reaches the rows must have an
// index, or the error holds the CREATE INDEX that is missing. Run it at start.
// Nil: nothing is wrong.
//
// A Resource says that keys may reach the rows, so a table that has one and no
// path to a project is an error: no key would ever find a row in it. Tables
// without a path are right where keys have no business: one with neither a
// Resource nor an attachment, for Unscoped and [apikey.WithEverything]; one that is
// Public and has no attachment, for callers without a key.
func Check(ctx context.Context, db DB, tables ...*Table) error {
	s, err := open(db)
	if err != nil {
		return err
	}
	c := &checker{session: s, seen: map[*Table]bool{}}
	for _, t := range tables {
		c.table(ctx, t)
	}
	return errors.Join(c.problems...)
}

type checker struct {
	session
	seen     map[*Table]bool
	problems []error
	kinds    [apikey.LevelBuild + 1]*attachedColumn // the first of each level
}

type attachedColumn struct {
	table string
	column
}

// say adds what err tells, each finding once: tables share their parents.
func (c *checker) say(err error) {
	switch e := err.(type) {
	case nil:
		return
	case *unavailable: // of two errors, and one finding
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			c.say(one)
		}
		return
	}
	known := func(p error) bool { return p.Error() == err.Error() }
	if !slices.ContainsFunc(c.problems, known) {
		c.problems = append(c.problems, err)
	}
}

func (c *checker) table(ctx context.Context, t *Table) {
	if t == nil {
		c.say(mistakef("a *Table is nil"))
		return
	}
	if t.Resource == "" && len(t.placing()) > 0 {
		c.say(t.noResource())
	}
	b, err := bind(ctx, c.db, c.memory.dialect, t)
	if err != nil {
		c.say(err)
		return
	}
	for ; b != nil && !c.seen[b.table]; b = b.parent {
		c.seen[b.table] = true
		c.bound(ctx, b)
	}
}

func (c *checker) bound(ctx context.Context, b *bound) {
	c.path(b)
	c.types(b)
	c.public(ctx, b)
	indexes, err := learnIndexes(ctx, c.db, b)
	if err != nil {
		c.say(wrap("learning the indexes of "+b.table.Name, err))
		return
	}
	if indexes == nil {
		return
	}
	c.say(indexes.unique(b))
	if b.dialect == dialect.Postgres {
		c.say(errors.Join(indexes.missing(b)...))
	}
}

// path: every key fixes a project, and a row must say or hang from one.
func (c *checker) path(b *bound) {
	forKeys := b.table.Resource != "" && (b.table.Public == nil || len(b.table.placing()) > 0)
	if forKeys && !b.reaches.has(apikey.LevelProject) {
		c.say(mistakef("table %s has no path to a project, so that no key reaches a row of it: declare Project or a Parent", b.table.Name))
	}
}

// types: a child's column and its parent's id are compared, and so is each
// attachment with one and the same text.
func (c *checker) types(b *bound) {
	if p := b.parent; p != nil && p.id.kind.String() != b.link.kind.String() {
		c.say(mistakef("column %s of %s is %s and the id of its parent %s is %s: give them one type",
			b.link.name, b.table.Name, b.link.kind, p.table.Name, p.id.kind))
	}
	for _, l := range levels {
		if !b.has.has(l) {
			continue
		}
		here, first := &attachedColumn{b.table.Name, b.attach[l]}, c.kinds[l]
		if first == nil {
			c.kinds[l] = here
		} else if first.kind.String() != here.kind.String() {
			c.say(mistakef("the %s is %s in column %s of %s and %s in column %s of %s: give them one type",
				l, first.kind, first.name, first.table, here.kind, here.name, here.table))
		}
	}
}

// public has the database read the condition, on no row.
func (c *checker) public(ctx context.Context, b *bound) {
	if b.table.Public == nil {
		return
	}
	w := &writer{dialect: b.dialect}
	w.union(b, "1", []node{all(shown(b, alias(b), 0)[0], node{op: opAny})})
	rows, err := c.db.QueryContext(ctx, b.dialect.Number(w.String()))
	if err == nil {
		rows.Next()
		err = errors.Join(rows.Err(), rows.Close())
	}
	c.say(wrap("trying the Public condition of "+b.table.Name, err))
}
