package oracle

import (
	"slices"

	"github.com/buildkey/buildkey/apikey"
)

// Caller is who asks. The zero Caller is nobody in particular.
type Caller struct {
	Everything bool        // staff, or an unscoped query
	Key        *apikey.Key // wins over Everything
}

// Class is what a caller is told.
type Class uint8

// The classes.
const (
	OK Class = iota
	NotFound
	Forbidden
	MissingScope
	Unscoped
	Broken // any other error
)

// String names the class.
func (c Class) String() string {
	return [...]string{"ok", "not found", "forbidden", "missing scope", "unscoped", "another error"}[c]
}

// Actions of a table.
const (
	Read   = "read"
	Create = "create"
	Update = "update"
	Delete = "delete"
)

// permits reads scopes: the name itself, the resource's wildcard, and update
// for read.
func permits(names apikey.Scopes, resource, action string) bool {
	return slices.Contains(names, resource+":"+action) ||
		slices.Contains(names, resource+":*") ||
		action == Read && slices.Contains(names, resource+":"+Update)
}

func keyPermits(k *apikey.Key, resource, action string) bool {
	if k.Permits != nil {
		return permits(k.Permits, resource, action)
	}
	return permits(k.Scopes, resource, action)
}

// lists tells whether an allow list names the id, or every id for "*".
func lists(l apikey.AllowList, t *Table, id string) bool {
	return slices.ContainsFunc(l, func(e apikey.Target) bool {
		return (e.Type == "*" || e.Type == t.Resource) && (e.ID == "*" || t.names(e.ID, id))
	})
}

func (t *Table) names(listed, id string) bool {
	v, ok := t.Kinds[t.ID].Canonical(listed)
	return ok && v == Of(id)
}

func attachments(k *apikey.Key) Attachments {
	return Attachments{Project: string(k.Project), Version: string(k.Version), Build: string(k.Build)}
}

// level is the narrowest attachment that is fixed.
func (f Attachments) level() Attachment {
	for a := Build; a >= Project; a-- {
		if f[a] != "" {
			return a
		}
	}
	return 0
}
