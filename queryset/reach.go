package queryset

import (
	"fmt"

	"github.com/buildkey/buildkey/apikey"
)

// The actions that the methods need a scope for.
const (
	actionRead   = "read"
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
)

// reach is what of a holder applies to one table and action: which of two parts
// there are, own rows and linked ones, and what narrows them. The zero reach is
// no rows.
type reach struct {
	all    bool // every row: the holder is trusted
	public bool // public rows

	own      bool        // rows of the key's own attachment
	fixed    attachments // which of it a row must equal
	ancestor bool        // those are rows above the key
	linked   bool        // rows of linked projects

	listed bool // only those that the allow list names
	fields *fields

	values keyValues
	why    string // no own rows are in reach
}

// keyValues are the arguments that come from the key, as they are sent.
type keyValues struct {
	attach  [apikey.LevelBuild + 1]any
	links   []any
	allowed []any
}

// none tells that no row can be reached, whatever the database holds.
func (r *reach) none() bool {
	return !r.all && !r.public && (!r.own && !r.linked || r.listed && len(r.values.allowed) == 0)
}

// onlyID is the id of the one row that can be in reach, where the attachment names
// it: a build key's among builds. It is nil where there may be others, which is so
// for all reaches of one shape.
func (r *reach) onlyID(b *bound) any {
	for _, l := range levels {
		if r.own && !r.linked && (r.fixed & b.has).has(l) && b.attach[l] == b.id {
			return r.values.attach[l]
		}
	}
	return nil
}

// reason is why nothing is in reach.
func (r *reach) reason() string {
	switch {
	case r.own || r.linked:
		return "the allow list names no row"
	case r.why == "":
		return "a parent declares no Public"
	}
	return r.why
}

// reach applies the holder's scopes, attachment, links and allow list to the
// table. Whether there is the scope was looked at before.
func (q Query) reach(b *bound, action string, r *reach) error {
	switch {
	case q.holder.trusted():
		r.all, r.fields = true, b.every
		return nil
	case q.holder.kind == byAnyone && action != actionRead:
		return forbidden("there is no key, and public rows of %s can only be read", b.table.Name)
	case q.holder.kind == byAnyone:
		r.public, r.fields = b.isPublic(), b.public
		return nil
	}
	r.fields = b.full
	q.reachOwn(b, r)
	q.reachLinked(b, r, b.table.Resource, action)
	q.reachListed(b, r)
	if err := r.fromBelow(b, action); err != nil {
		return err
	}
	q.alter.reached(&q.holder, b, r)
	return nil
}

// fromBelow gives a key that is attached below the table's rows the fields of
// an Ancestor, and neither inserts nor deletes.
func (r *reach) fromBelow(b *bound, action string) error {
	switch {
	case !r.own || !r.ancestor:
	case action != actionCreate && action != actionDelete:
		r.fields = b.ancestor
		if r.linked {
			r.fields = b.mixed
		}
	case !r.linked:
		return forbidden("a key attached below the rows of %s can neither insert nor delete them", b.table.Name)
	default:
		r.own = false
	}
	return nil
}

// reachOwn holds rows to the key's attachment. At the key's level and below,
// everything that it fixes must be said by the row; above it only what stands
// at the table's level and wider, and only where Ancestor was declared.
func (q Query) reachOwn(b *bound, r *reach) {
	k := q.holder.key
	r.fixed = fixedBy(k)
	switch {
	case k.Level() == 0:
		r.why = "the key has no project"
		return
	case b.level == 0:
		r.why = "the table hangs from no project, version or build"
		return
	case b.level >= k.Level():
	case b.table.Ancestor == nil:
		r.why = "the table stands above the key and declares no Ancestor"
		return
	case !r.fixed.has(b.level):
		r.why = "the key fixes no " + b.level.String()
		return
	default:
		r.ancestor, r.fixed = true, r.fixed.upTo(b.level)
	}
	if r.fixed.without(b.reaches) != 0 {
		r.why = "the table has no path to something that the key fixes"
		return
	}
	r.own = q.attachmentValues(b, r)
}

// attachmentValues is false where a value of the key's can be in no row.
func (q Query) attachmentValues(b *bound, r *reach) bool {
	for _, l := range levels {
		if !r.fixed.has(l) {
			continue
		}
		v, ok := q.alter.id(b.holds(l).kind, string(attachment(q.holder.key, l)))
		if !ok {
			r.why = "the key's " + l.String() + " can be in no row"
			return false
		}
		r.values.attach[l] = v
	}
	return true
}

// reachLinked adds the projects whose link permits the action on the resource.
// A link to the key's own project widens nothing.
func (q Query) reachLinked(b *bound, r *reach, resource, action string) {
	k := q.holder.key
	if len(k.Links) == 0 || k.Level() == 0 || !b.reaches.has(apikey.LevelProject) {
		return
	}
	scope := resource + ":" + action
	project := b.holds(apikey.LevelProject).kind
	own, _ := q.alter.id(project, string(k.Project))
	for _, link := range k.Links {
		if !link.Scopes.Has(scope) {
			continue
		}
		if v, ok := q.alter.id(project, string(link.Project)); ok && v != own {
			r.values.links = append(r.values.links, v)
		}
	}
	r.linked = len(r.values.links) > 0
}

// reachListed narrows to the rows that the allow list names, unless it names
// all of the table.
func (q Query) reachListed(b *bound, r *reach) {
	list := q.holder.key.AllowList
	if len(list) == 1 && list[0] == (apikey.Target{Type: "*", ID: "*"}) {
		return
	}
	if list.Allows(apikey.Target{Type: b.table.Resource, ID: "*"}) {
		return
	}
	r.listed = true
	for _, t := range list.Intersect(apikey.AllowList{{Type: b.table.Resource, ID: "*"}}) {
		if v, ok := q.alter.id(b.id.kind, t.ID); ok {
			r.values.allowed = append(r.values.allowed, v)
		}
	}
}

// permitted is the scope gate: a holder of a key needs resource:action.
func (q Query) permitted(action string) error {
	if q.err != nil {
		return q.err
	}
	if q.table == nil || q.holder.kind == byNobody {
		return fmt.Errorf("queryset: the Query is the zero Query: start from a Table's For: %w", ErrUnscoped)
	}
	if q.holder.kind != byKey {
		return nil
	}
	if q.table.Resource == "" {
		return q.table.noResource()
	}
	if !q.holder.key.HasScope(q.table.Resource + ":" + action) {
		return apikey.ScopeError{Scope: q.table.Resource + ":" + action}
	}
	return nil
}
