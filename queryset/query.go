package queryset

import (
	"strings"
)

// Query is a statement under construction that is scoped already. It is
// immutable: every method returns a new one, so that a Query can be shared,
// kept and used more than once. The zero Query reaches nothing and says so.
//
// What is wrong with its parts (a column that is not there, a condition that is
// not whole) is told by the method that would run it, before any SQL is sent.
type Query struct {
	table      *Table
	holder     holder
	conds      *condition
	order      string // terms, one a line
	orderCount int
	limit      optional
	offset     optional
	err        error
	alter      *alteration
}

// optional is a number that may not be there.
type optional struct {
	n   int64
	set bool
}

// condition is one Where and those before it.
type condition struct {
	before *condition
	texts  string // of all, with NUL between, as part of a shape
	text   string
	count  int // of all
	args   []any
	few    [2]any // args, when they fit
}

// Where narrows the rows to those for which cond holds; conditions given one
// after another must all hold. cond is SQL, written by the programmer, on bare
// columns of the table: a ? outside literals and comments marks an argument,
// and ?? is a question mark (PostgreSQL). It stands in parentheses, and is
// refused when its own parentheses, quotes or comments are not balanced, when
// it holds a ;, when a letter, digit, _ or $ stands right beside a mark (?1), or
// when its marks are not as many as args.
func (q Query) Where(cond string, args ...any) Query {
	c := &condition{before: q.conds, text: cond, texts: cond, count: 1}
	c.args = append(c.few[:0], args...)
	if q.conds != nil {
		c.texts = q.conds.texts + "\x00" + cond
		c.count = q.conds.count + 1
	}
	q.conds = c
	return q
}

// OrderBy sorts what Select gives, by readable columns with an optional
// direction: "date DESC". It replaces an earlier order; without terms there is
// none. Anything but a column and ASC or DESC is an error, also of Get, Count
// and Exists, which ignore the order.
func (q Query) OrderBy(terms ...string) Query {
	q.order, q.orderCount = strings.Join(terms, "\n"), len(terms)
	return q
}

// Limit is how many rows Select gives at most; zero gives none, and a negative
// one is an error. Get, Count and Exists ignore it.
func (q Query) Limit(n int) Query {
	q.limit = optional{int64(n), true}
	return q
}

// Offset is how many rows Select leaves out first; a negative one is an error.
// Get, Count and Exists ignore it.
func (q Query) Offset(n int) Query {
	q.offset = optional{int64(n), true}
	return q
}
