package queryset

import (
	"github.com/buildkey/buildkey/apikey"
)

// node is a part of a predicate: a condition, or conditions joined. Predicates
// are built as trees, and become SQL in one place.
type node struct {
	op    op
	rule  string // why it is there, for Explain
	left  ref
	right ref
	arg   argument
	kids  []node
	among []node // of a whole part: the rows are looked for among these first
	table *bound // of opExists, under the alias of left
	text  string // of opText
}

type op uint8

const (
	opAll    op = iota // every kid holds; true without kids
	opAny              // some kid holds; false without kids
	opEqual            // left is the argument
	opAmong            // left is in the list that is the argument
	opSame             // left is right
	opNull             // left is NULL
	opExists           // a row of table has all kids
	opText             // the user's own condition, in parentheses
)

// ref is a column of a table in the statement.
type ref struct {
	alias string // quoted
	column
}

// argument says which value a mark stands for, when the statement runs.
type argument struct {
	from  source
	index int // which attachment, condition or value
	kind  kind
}

type source uint8

const (
	fromNothing  source = iota
	fromAttached        // an attachment of the key
	fromLinks           // the projects of its links
	fromAllowed         // the ids of its allow list
	fromID              // the id that was asked for
	fromWhere           // the arguments of one Where
	fromValues          // a value to write
	fromLimit
	fromOffset
)

// String says where an argument comes from, for Explain.
func (a argument) String() string {
	switch a.from {
	case fromAttached:
		return "the key's " + apikey.Level(a.index).String() + " (" + a.kind.String() + ")"
	case fromLinks:
		return "linked projects (" + a.kind.String() + " list)"
	case fromAllowed:
		return "allow list (" + a.kind.String() + " list)"
	case fromID:
		return "id (" + a.kind.String() + ")"
	}
	return "of Where"
}

func all(kids ...node) node { return node{op: opAll, kids: kids} }

// equal holds rows to an attachment of the key.
func equal(at ref, l apikey.Level) node {
	return node{op: opEqual, left: at, rule: "attachment: " + l.String(),
		arg: argument{fromAttached, int(l), at.kind}}
}

// exists is a row of table whose id is in child, and which has kids.
func exists(rule string, table *bound, alias string, child ref, kids ...node) node {
	join := node{op: opSame, rule: rule, left: ref{alias, table.id}, right: child}
	return node{op: opExists, rule: rule, table: table, left: ref{alias: alias},
		kids: append([]node{join}, kids...)}
}
