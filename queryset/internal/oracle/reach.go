package oracle

import "github.com/buildkey/buildkey/apikey"

// part is how a key reaches rows of its own project.
type part uint8

const (
	nothing  part = iota // no row, ever
	direct               // rows at the key's level or below it
	ancestor             // rows above it
)

// own tells how k reaches rows of t in its own project.
func (t *Table) own(k *apikey.Key) part {
	fixed, level := attachments(k), t.Level()
	if fixed[Project] == "" || level == 0 {
		return nothing
	}
	for a := Project; a <= level; a++ {
		if fixed[a] == "" {
			continue
		}
		if !t.has(a) {
			return nothing
		}
		if _, ok := t.kind(a).Canonical(fixed[a]); !ok {
			return nothing
		}
	}
	switch {
	case level >= fixed.level():
		return direct
	case t.Ancestor != nil && fixed[level] != "":
		return ancestor
	}
	return nothing
}

// isOwn tells whether row is one of the rows that own promises.
func (w *World) isOwn(t *Table, k *apikey.Key, row Row) bool {
	if t.own(k) == nothing {
		return false
	}
	fixed := attachments(k)
	for a := Project; a <= t.Level(); a++ {
		if fixed[a] == "" {
			continue
		}
		want, _ := t.kind(a).Canonical(fixed[a])
		if w.Attached(t, row, a) != want {
			return false
		}
	}
	return true
}

// visits are the other projects that k reaches in t, for the action on the
// resource.
func (t *Table) visits(k *apikey.Key, resource, action string) []Value {
	if k.Project == "" || !t.has(Project) {
		return nil
	}
	home, _ := t.kind(Project).Canonical(string(k.Project))
	var projects []Value
	for _, link := range k.Links {
		v, ok := t.kind(Project).Canonical(string(link.Project))
		if ok && v != home && permits(link.Scopes, resource, action) {
			projects = append(projects, v)
		}
	}
	return projects
}

func (w *World) isVisited(t *Table, k *apikey.Key, resource, action string, row Row) bool {
	at := w.Attached(t, row, Project)
	for _, v := range t.visits(k, resource, action) {
		if v == at {
			return true
		}
	}
	return false
}

// Gate is what decides before any row does: whether there is a scope, and the
// key's or the caller's right to the action.
func (t *Table) Gate(c Caller, action string) Class {
	switch {
	case c.Key != nil:
		return t.gateKey(c.Key, action)
	case c.Everything:
		return OK
	case t.Public == nil:
		return Unscoped
	case action != Read:
		return Forbidden
	}
	return OK
}

// gateKey forbids to delete by Ancestor, which gives fields and no more.
func (t *Table) gateKey(k *apikey.Key, action string) Class {
	switch {
	case !keyPermits(k, t.Resource, action):
		return MissingScope
	case action == Delete && t.own(k) == ancestor && len(t.visits(k, t.Resource, action)) == 0:
		return Forbidden
	}
	return OK
}

// Reach tells whether the caller may do the action to the row. For Create it
// only tells whether the row lies in reach.
func (w *World) Reach(t *Table, c Caller, action string, row Row) bool {
	switch {
	case t.Gate(c, action) != OK:
		return false
	case c.Key != nil:
		return w.reachKey(t, c.Key, action, row) && (action == Create || lists(c.Key.AllowList, t, row[t.ID].Text))
	case c.Everything:
		return true
	}
	return w.IsPublic(t, row)
}

func (w *World) reachKey(t *Table, k *apikey.Key, action string, row Row) bool {
	byFields := action == Read || action == Update
	own := w.isOwn(t, k, row) && (byFields || t.own(k) == direct)
	return own || w.isVisited(t, k, t.Resource, action, row)
}

// IsPublic tells whether anyone may read the row.
func (w *World) IsPublic(t *Table, row Row) bool {
	if t.Public == nil || !t.Public.Where.Holds(row) {
		return false
	}
	if t.Parent == nil {
		return true
	}
	parent := w.parent(t, row)
	return parent != nil && w.IsPublic(t.Parent, parent)
}
