package queryset

import (
	"strconv"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// parentAlias names a parent in a statement. No table can have that name, since
// no identifier holds a space.
func parentAlias(depth int) string { return `"parent ` + strconv.Itoa(depth) + `"` }

// attached holds rows of b, under alias, to what the key fixes: by the table's
// own columns, and the rest through its parent.
func attached(b *bound, alias string, fixed attachments, depth int) []node {
	var out []node
	for _, l := range levels {
		if (fixed & b.has).has(l) {
			out = append(out, equal(ref{alias, b.attach[l]}, l))
		}
	}
	rest := fixed.without(b.has)
	if rest == 0 {
		return out
	}
	above := parentAlias(depth + 1)
	parent := exists("parent: "+b.parent.table.Name, b.parent, above, ref{alias, b.link}, attached(b.parent, above, rest, depth+1)...)
	if l := b.linkLevel(fixed); l != 0 {
		parent.kids[0] = equal(ref{above, b.parent.id}, l)
	}
	return append(out, parent)
}

// linkLevel is the level of a fixed attachment that is in the column which names
// the parent, 0 for none. All rows hang from one parent then, which is looked up
// once and not for each row.
func (b *bound) linkLevel(fixed attachments) apikey.Level {
	for _, l := range levels {
		if (fixed & b.has).has(l) && b.attach[l] == b.link && b.link.kind == b.parent.id.kind {
			return l
		}
	}
	return 0
}

// linkedTo holds rows of b to linked projects, by its own column or through
// its parent. list says whose links: 0 the table's own, 1 an insert's parent's.
func linkedTo(b *bound, alias string, depth, list int) node {
	if b.has.has(apikey.LevelProject) {
		at := ref{alias, b.attach[apikey.LevelProject]}
		return node{op: opAmong, rule: "link: project", left: at, arg: argument{fromLinks, list, at.kind}}
	}
	above := parentAlias(depth + 1)
	return exists("parent: "+b.parent.table.Name, b.parent, above, ref{alias, b.link}, linkedTo(b.parent, above, depth+1, list))
}

// shown holds rows of b to public ones: its own condition, and its parent's.
func shown(b *bound, alias string, depth int) []node {
	out := []node{{op: opText, rule: "public: " + b.table.Name, text: b.table.Public.Where}}
	if b.parent == nil {
		return out
	}
	above := parentAlias(depth + 1)
	kids := shown(b.parent, above, depth+1)
	return append(out, exists("parent: "+b.parent.table.Name, b.parent, above, ref{alias, b.link}, kids...))
}

// parts are the predicates of the rows that r reaches, one for each statement
// that UNION ALL joins. listed tells whether the allow list is theirs to compare.
func (r *reach) parts(b *bound, alias string, listed bool) []node {
	var parts []node
	if r.all {
		parts = append(parts, all())
	}
	if r.public {
		parts = append(parts, all(shown(b, alias, 0)...))
	}
	if r.own {
		parts = append(parts, all(attached(b, alias, r.fixed, 0)...))
	}
	if r.linked {
		parts = append(parts, all(linkedTo(b, alias, 0, 0)))
	}
	for i := range parts {
		if listed && r.listed {
			r.allow(b, alias, &parts[i])
		}
	}
	return parts
}

// allow narrows a part to the allow list. Beside the projects of links, which
// are a list as well, PostgreSQL cannot know which of the two is the shorter
// one: it is told to look the ids up first.
func (r *reach) allow(b *bound, alias string, part *node) {
	at := ref{alias, b.id}
	list := node{op: opAmong, rule: "allow list", left: at, arg: argument{from: fromAllowed, kind: at.kind}}
	if r.linked && b.dialect == dialect.Postgres {
		part.among = append(part.among, list)
		return
	}
	part.kids = append(part.kids, list)
}

func byID(b *bound, alias string) node {
	at := ref{alias, b.id}
	return node{op: opEqual, rule: "id", left: at, arg: argument{from: fromID, kind: at.kind}}
}

// wheres are the caller's own conditions, in the order given.
func (c *condition) wheres() []node {
	if c == nil {
		return nil
	}
	return append(c.before.wheres(), node{op: opText, rule: "where", text: c.text,
		arg: argument{from: fromWhere, index: c.count - 1}})
}
