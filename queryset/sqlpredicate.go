package queryset

import (
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
)

// writer makes SQL of a predicate, with a ? for each argument and the arguments
// in order.
type writer struct {
	strings.Builder
	dialect dialect.Dialect
	args    []argument
}

func (w *writer) put(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

func (w *writer) mark(a argument) string {
	w.args = append(w.args, a)
	return "?"
}

func (w *writer) list(nodes []node, between string) {
	for i, n := range nodes {
		if i > 0 {
			w.put(between)
		}
		w.node(n)
	}
}

func (w *writer) node(n node) {
	switch n.op {
	case opAll:
		w.joined(n.kids, " AND ", "1 = 1")
	case opAny:
		w.joined(n.kids, " OR ", "1 = 0")
	case opEqual:
		w.equal(n)
	case opAmong:
		w.among(n)
	case opSame:
		w.same(n)
	case opNull:
		w.put(n.left.sql(), " IS NULL")
	case opExists:
		w.put("EXISTS (SELECT 1 FROM ", quote(n.table.table.Name), " AS ", n.left.alias, " WHERE ")
		w.list(n.kids, " AND ")
		w.put(")")
	case opText:
		w.put("(", n.text, ")")
		if n.arg.from != fromNothing {
			w.args = append(w.args, n.arg)
		}
	}
}

// bare is a node without parentheses around it.
func (w *writer) bare(n node) {
	if n.op == opAll && len(n.kids) > 0 {
		w.list(n.kids, " AND ")
		return
	}
	w.node(n)
}

func (w *writer) joined(kids []node, between, empty string) {
	if len(kids) == 0 {
		w.put(empty)
		return
	}
	w.put("(")
	w.list(kids, between)
	w.put(")")
}

func (r ref) sql() string { return r.alias + "." + quote(r.name) }

// bytewise is the column such that values are equal only when every byte is.
// concat gives a padded value with its padding, which a cast to text cuts.
func (w *writer) bytewise(r ref) string {
	if w.dialect == dialect.Postgres {
		return "concat(" + r.sql() + `) COLLATE "C"`
	}
	return r.sql() + " COLLATE BINARY"
}

func (w *writer) cast(to string) string {
	if w.dialect == dialect.Postgres {
		return "::" + to
	}
	return ""
}

// equal keeps the plain comparison, for the index, beside the strict one.
func (w *writer) equal(n node) {
	w.put(n.left.sql(), " = ", w.mark(n.arg))
	if n.left.loose {
		w.put(" AND ", w.bytewise(n.left), " = ", w.mark(n.arg), w.cast("text"))
	}
}

func (w *writer) among(n node) {
	w.in(n.left.sql(), n.arg, "")
	if n.left.loose {
		w.put(" AND ")
		w.in(w.bytewise(n.left), n.arg, w.cast("text[]"))
	}
}

// in takes the list as one argument, however long it is.
func (w *writer) in(column string, list argument, cast string) {
	if w.dialect == dialect.Postgres {
		w.put(column, " = ANY (", w.mark(list), cast, ")")
		return
	}
	w.put(column, " IN (SELECT value FROM json_each(", w.mark(list), "))")
}

func (w *writer) same(n node) {
	w.put(n.left.sql(), " = ", n.right.sql())
	if !n.left.loose && !n.right.loose {
		return
	}
	if w.dialect == dialect.Postgres {
		w.put(" AND ", w.bytewise(n.left), " = concat(", n.right.sql(), ")")
		return
	}
	w.put(" AND ", w.bytewise(n.left), " = ", n.right.sql())
}
