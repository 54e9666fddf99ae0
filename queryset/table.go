package queryset

import (
	"context"
	"fmt"
	"slices"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/incontext"
)

// Table says how the rows of one SQL table belong to build, version and
// project. It is declared once, as a package variable, and not changed after
// its first use; sharing it is safe. Its names must be plain identifiers of
// letters, digits and underscores: they are checked when first used, and an
// invalid declaration makes every method of its queries say what is wrong.
type Table struct {
	// Name is the table's, with its schema before a dot where it needs one.
	Name string
	// Resource is the name in scopes and allow lists: "build". The Catalog in the
	// keystore's Config has to know it, or no key permits anything of the table.
	// See https://pkg.go.dev/github.com/buildkey/buildkey/apikey#example-package-OwnResource
	Resource string
	// ID is the primary key column, "id" when empty. Its type is an integer, a
	// UUID or text.
	ID string
	// Project, Version and Build are the columns that hold the attachment, ""
	// where the table has none. The table of builds itself has its own id as
	// Build. A column that leads to the Parent may be one too, so that an
	// Insert which leaves it out takes the key's value.
	Project, Version, Build string
	// Parent is how a row reaches the attachments that it has no column for.
	Parent *Parent
	// Read and Write are the columns that a key may read and write. Nil: all
	// readable, none writable. The id, the attachment columns and the Parent's
	// column can never be updated by a key, whatever Write says. The attachment
	// and Parent columns may be given to an Insert without standing in Write:
	// what they say must lie in the key's reach.
	Read, Write []string
	// Ancestor is for keys from below: what a key attached below this table's
	// level may do with the one row above it, such as a build key with its
	// project. Keys of this level and wider go by Read and Write. Nil: nothing.
	// It never inserts or deletes.
	Ancestor *Fields
	// Public are the rows that anyone may read. Nil: none.
	Public *Public
}

// Parent is the row of another table that a row belongs to: the one whose id
// the Column holds. A row whose Column is NULL or names no row reaches nothing
// through it.
type Parent struct {
	Table  *Table
	Column string
}

// Fields are columns by what may be done with them. Nil Read: all readable.
// Nil Write: none writable.
type Fields struct{ Read, Write []string }

// Public says which rows anyone may read, and what of them. Where is a
// condition on bare columns of this table, without arguments; it must not be
// empty: declare "1 = 1" to show every row. Where the table has a Parent, the
// parent row must be public as well. Nil Read: all columns.
type Public struct {
	Where string
	Read  []string
}

// For is the rows that the request may reach: those of the key in ctx; else
// every row, for a caller whom [apikey.WithEverything] marks; else the public
// ones, where the table declares any. Otherwise every method of the Query says
// [ErrUnscoped].
func (t *Table) For(ctx context.Context) Query {
	if k, ok := ctx.Value(incontext.Key{}).(*apikey.Key); ok {
		return t.query(holder{kind: byKey, key: k})
	}
	if reason, ok := ctx.Value(incontext.Everything{}).(string); ok {
		return t.query(holder{kind: byEverything, reason: reason})
	}
	if t != nil && t.Public != nil {
		return t.query(holder{kind: byAnyone})
	}
	return Query{table: t, err: ErrUnscoped}
}

// ForKey is the rows that k may reach. It keeps nothing of k's slices.
func (t *Table) ForKey(k apikey.Key) Query {
	k.Scopes = slices.Clone(k.Scopes)
	k.Permits = slices.Clone(k.Permits)
	k.AllowList = slices.Clone(k.AllowList)
	k.Links = slices.Clone(k.Links)
	for i, l := range k.Links {
		k.Links[i].Scopes = slices.Clone(l.Scopes)
	}
	return t.query(holder{kind: byKey, key: &k})
}

// Unscoped is every row, for work that belongs to no request. The reason is
// for logs and reviewers; an empty one panics.
func (t *Table) Unscoped(reason string) Query {
	if reason == "" {
		panic("queryset: Unscoped needs a reason: say why the rows of every project are wanted")
	}
	return t.query(holder{kind: byUnscoped, reason: reason})
}

func (t *Table) query(h holder) Query {
	if t == nil {
		return Query{err: fmt.Errorf("queryset: the *Table is nil: declare it before use: %w", ErrUnscoped)}
	}
	return Query{table: t, holder: h}
}
