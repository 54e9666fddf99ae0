package queryset_test

import (
	"context"
	"errors"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// declarations are a world's tables as a user would declare them.
type declarations map[*oracle.Table]*queryset.Table

func declare(w *oracle.World) declarations {
	ds := declarations{}
	for _, t := range w.Tables { // parents come first
		d := &queryset.Table{
			Name: t.Name, Resource: t.Resource, ID: t.ID, Read: t.Read, Write: t.Write,
			Project: t.Own[oracle.Project], Version: t.Own[oracle.Version], Build: t.Own[oracle.Build],
		}
		if t.ID == "id" {
			d.ID = ""
		}
		if t.Parent != nil {
			d.Parent = &queryset.Parent{Table: ds[t.Parent], Column: t.ParentColumn}
		}
		if t.Ancestor != nil {
			d.Ancestor = &queryset.Fields{Read: t.Ancestor.Read, Write: t.Ancestor.Write}
		}
		if t.Public != nil {
			d.Public = &queryset.Public{Where: t.Public.Where.SQL, Read: t.Public.Read}
		}
		ds[t] = d
	}
	return ds
}

// query is the trial's, up to its verb.
func (ds declarations) query(ctx context.Context, t *trial) queryset.Query {
	q := ds.scoped(ctx, t)
	for _, c := range t.op.where {
		q = q.Where(c.SQL, c.Args...)
	}
	var terms []string
	for _, o := range t.op.order {
		terms = append(terms, o.String())
	}
	if terms != nil {
		q = q.OrderBy(terms...)
	}
	if t.op.limit != nil {
		q = q.Limit(*t.op.limit)
	}
	if t.op.offset != nil {
		q = q.Offset(*t.op.offset)
	}
	return q
}

func (ds declarations) scoped(ctx context.Context, t *trial) queryset.Query {
	table := ds[t.op.table]
	switch t.how {
	case "ForKey":
		return table.ForKey(*t.caller.Key)
	case "Unscoped":
		return table.Unscoped("the property test")
	}
	if t.caller.Everything {
		ctx = apikey.WithEverything(ctx, "the property test")
	}
	if t.caller.Key != nil {
		ctx = apikey.NewContext(ctx, *t.caller.Key)
	}
	return table.For(ctx)
}

// classify tells what an error says. A missing scope must be named and be
// forbidden, too.
func (t *trial) classify(err error) oracle.Class {
	if missing, ok := errors.AsType[apikey.ScopeError](err); ok {
		if missing.Scope == t.op.table.Resource+":"+t.action() && errors.Is(err, queryset.ErrForbidden) {
			return oracle.MissingScope
		}
		return oracle.Broken
	}
	switch {
	case err == nil:
		return oracle.OK
	case errors.Is(err, queryset.ErrNotFound):
		return oracle.NotFound
	case errors.Is(err, queryset.ErrForbidden):
		return oracle.Forbidden
	case errors.Is(err, queryset.ErrUnscoped):
		return oracle.Unscoped
	}
	return oracle.Broken
}

func (t *trial) action() string {
	switch t.op.verb {
	case "Insert", "InsertAll":
		return oracle.Create
	case "Update", "UpdateAll":
		return oracle.Update
	case "Delete", "DeleteAll":
		return oracle.Delete
	case "Predicate":
		return t.op.action
	}
	return oracle.Read
}
