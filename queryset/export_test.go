package queryset

import (
	"slices"
	"strconv"
	"strings"
	"weak"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
)

// Mutation is a rule of the generator, broken on purpose.
type Mutation struct {
	Name      string
	alter     alteration
	scopeless bool // a key needs no scope, which is as if it had them all
}

// MutateForTest is q with a rule broken.
func MutateForTest(q Query, m *Mutation) Query {
	q.alter = &m.alter
	if m.scopeless && q.holder.kind == byKey {
		k := *q.holder.key
		k.Permits = apikey.Scopes{q.table.Resource + ":*"}
		q.holder.key = &k
	}
	return q
}

// Mutations are the rules that a test can break, each at the place where the
// rule stands.
func Mutations() []*Mutation {
	return slices.Concat(treeMutations(), reachMutations())
}

func treeMutations() []*Mutation {
	drop := func(name string, unwanted func(node) bool) *Mutation {
		return tree(name, func(n node) node {
			n.kids = slices.DeleteFunc(slices.Clone(n.kids), unwanted)
			return n
		})
	}
	return []*Mutation{
		drop("the project is not compared", attachmentOf(apikey.LevelProject)),
		drop("the version is not compared", attachmentOf(apikey.LevelVersion)),
		drop("the build is not compared", attachmentOf(apikey.LevelBuild)),
		drop("the id is not compared", func(n node) bool { return n.arg.from == fromID }),
		drop("a link reaches every project", func(n node) bool { return n.arg.from == fromLinks }),
		drop("the allow list is not compared", func(n node) bool { return n.arg.from == fromAllowed }),
		drop("any parent will do", func(n node) bool { return n.op == opSame }),
		drop("the parent is not looked at", func(n node) bool { return n.op == opExists }),
		drop("an insert's parent is not looked at", ruled("insert: the parent is in reach")),
		drop("an insert's row is not looked at", ruled("insert: the row is in reach")),
		drop("the public condition is left out", func(n node) bool { return strings.HasPrefix(n.rule, "public: ") }),
		tree("two attachments are compared with each other's column", swapped),
		tree("AND is OR", func(n node) node {
			if n.op == opAll && len(n.kids) > 1 {
				n.op = opAny
			}
			return n
		}),
		tree("NULL equals the key's attachment", func(n node) node {
			if n.op == opEqual && n.arg.from == fromAttached {
				return node{op: opAll, kids: []node{{op: opAny, kids: []node{n, {op: opNull, left: n.left}}}}}
			}
			return n
		}),
		tree("equal by collation is equal", func(n node) node {
			n.left.loose, n.right.loose = false, false
			return n
		}),
		tree("Where stands without parentheses", func(n node) node {
			if n.arg.from == fromWhere {
				n.text = "1 = 1) OR (" + n.text
			}
			return n
		}),
	}
}

func reachMutations() []*Mutation {
	reached := func(name string, f func(*holder, *bound, *reach)) *Mutation {
		return &Mutation{Name: name, alter: alteration{reach: f}}
	}
	return []*Mutation{
		reached("the allow list is forgotten", func(_ *holder, _ *bound, r *reach) { r.listed = false }),
		reached("a link needs no scope", anyLink),
		reached("a link to the own project counts", func(_ *holder, _ *bound, r *reach) {
			if r.own && r.values.attach[apikey.LevelProject] != nil {
				r.values.links = append(r.values.links, r.values.attach[apikey.LevelProject])
				r.linked = true
			}
		}),
		reached("an Ancestor gives every field", func(_ *holder, b *bound, r *reach) {
			if r.ancestor {
				r.fields = b.every
			}
		}),
		reached("rows above the key need no Ancestor", func(h *holder, b *bound, r *reach) {
			if r.fixed = fixedBy(h.key).upTo(b.level); b.level > 0 && r.fixed.has(b.level) && r.fixed.without(b.reaches) == 0 {
				r.own = true
			}
		}),
		reached("what the table cannot tell is not asked", func(h *holder, b *bound, r *reach) {
			if r.fixed = fixedBy(h.key) & b.reaches; r.fixed != 0 && b.level >= h.key.Level() {
				r.own = true
			}
		}),
		{Name: "no scope is needed", scopeless: true},
		{Name: "any spelling is canonical", alter: alteration{canonical: anySpelling}},
	}
}

func tree(name string, change func(node) node) *Mutation {
	var grow func(n node) node
	grow = func(n node) node {
		kids := make([]node, len(n.kids))
		for i, kid := range n.kids {
			kids[i] = grow(kid)
		}
		n.kids = kids
		return change(n)
	}
	return &Mutation{Name: name, alter: alteration{tree: grow}}
}

func attachmentOf(l apikey.Level) func(node) bool {
	return func(n node) bool { return n.arg.from == fromAttached && n.arg.index == int(l) }
}

func ruled(rule string) func(node) bool {
	return func(n node) bool { return n.op == opAny && n.rule == rule }
}

// swapped gives the first two attachments among the kids each other's column.
func swapped(n node) node {
	var at []int
	for i, kid := range n.kids {
		if kid.arg.from == fromAttached {
			at = append(at, i)
		}
	}
	if len(at) > 1 {
		a, b := &n.kids[at[0]], &n.kids[at[1]]
		a.left, b.left = b.left, a.left
	}
	return n
}

func anyLink(h *holder, b *bound, r *reach) {
	if h.kind != byKey || !b.reaches.has(apikey.LevelProject) {
		return
	}
	for _, link := range h.key.Links {
		if v, ok := canonicalID(b.holds(apikey.LevelProject).kind, string(link.Project)); ok && link.Project != h.key.Project {
			r.values.links, r.linked = append(r.values.links, v), true
		}
	}
}

// anySpelling is what a database would make of the text.
func anySpelling(k kind, text string) (any, bool) {
	switch k {
	case kindText, kindUUID:
		return canonicalID(k, text)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil
}

// MaxStatements is how many statements are kept per database.
const MaxStatements = maxStatements

// Remembered is how many statements are kept of db.
func Remembered(db *sqlx.DB) int {
	m, ok := memories.Load(weak.Make(db))
	if !ok {
		return 0
	}
	s := &m.(*memory).statements
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.of)
}

// Knows gives a way to ask whether db is known, which does not keep it.
func Knows(db *sqlx.DB) func() bool {
	key := weak.Make(db)
	return func() bool {
		_, ok := memories.Load(key)
		return ok
	}
}
