package oracle

import (
	"maps"
	"slices"
)

// Kind is the type of a column.
type Kind uint8

// The kinds that an id may have. Other columns are Integer or Text. Folded is
// text in a column whose collation takes "a" for "A"; the rules do not.
const (
	Integer Kind = iota + 1
	UUID
	Text
	Folded
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{"none", "integer", "uuid", "text", "folded text"}[k]
}

// Value is what a row holds in one column, as text. The zero Value is NULL.
type Value struct {
	Text  string
	Valid bool
}

// Of is the Value of a text.
func Of(text string) Value { return Value{text, true} }

// Row is a row's values by column.
type Row map[string]Value

// Attachment is one of the three things that a key is attached to, and also
// a level: widest first.
type Attachment uint8

// The attachments.
const (
	Project Attachment = iota + 1
	Version
	Build
)

// Attachments is one thing per Attachment; index 0 is not used.
type Attachments [Build + 1]string

// Table is a declared table.
type Table struct {
	Name, Resource, ID string
	Columns            []string // all, in order
	Kinds              map[string]Kind
	Defaults           Row         // what an insert leaves out; the id is left to the database
	Own                Attachments // column names
	Parent             *Table
	ParentColumn       string
	Read, Write        []string
	Ancestor           *Fields
	Public             *Public
}

// Fields are columns to read (nil: all) and to write (nil: none).
type Fields struct{ Read, Write []string }

// Public tells which rows anyone may read, and which of their columns.
type Public struct {
	Where Cond
	Read  []string
}

// Cond is a condition on one row: its SQL, and what that means.
type Cond struct {
	SQL   string
	Args  []any
	Holds func(Row) bool
}

// World is tables with their rows.
type World struct {
	Tables []*Table
	Rows   map[*Table][]Row
}

// Clone copies the rows, so that a write can be tried.
func (w *World) Clone() *World {
	c := &World{Tables: w.Tables, Rows: map[*Table][]Row{}}
	for t, rows := range w.Rows {
		c.Rows[t] = make([]Row, len(rows))
		for i, row := range rows {
			c.Rows[t][i] = maps.Clone(row)
		}
	}
	return c
}

// Index is the position of the row with that id, in the id's canonical form; -1
// where there is none.
func (w *World) Index(t *Table, id Value) int {
	return slices.IndexFunc(w.Rows[t], func(r Row) bool { return id.Valid && r[t.ID] == id })
}

// attaches tells whether a column of t holds an attachment or leads to one.
func (t *Table) attaches(column string) bool {
	return column == t.ParentColumn && t.Parent != nil || slices.Contains(t.Own[1:], column)
}
