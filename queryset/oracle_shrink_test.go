package queryset_test

import (
	"slices"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// check runs a trial on the rows of its world and says how it differs from the
// oracle, "" where it does not.
func (r *runner) check(t testing.TB, tr *trial) string {
	t.Helper()
	want := tr.expect()
	return tr.differ(want, r.run(t, tr))
}

// shrink takes away from a failing trial what it fails without.
func (r *runner) shrink(t testing.TB, tr *trial) *trial {
	t.Helper()
	whole := tr.world
	defer func() { r.fill(t, whole) }()
	for smaller := true; smaller; {
		smaller = false
		for _, candidate := range tr.smaller() {
			r.fill(t, candidate.world)
			if r.check(t, candidate) != "" {
				tr, smaller = candidate, true
				break
			}
		}
	}
	return tr
}

// smaller are copies of the trial, each without one thing.
func (t *trial) smaller() []*trial {
	var out []*trial
	without := func(cut func(*trial)) {
		c := *t
		cut(&c)
		out = append(out, &c)
	}
	for _, table := range t.world.Tables {
		for i := range t.world.Rows[table] {
			without(func(c *trial) { c.world = cutRow(t.world, table, i) })
		}
	}
	for i := range t.op.where {
		without(func(c *trial) { c.op.where = cut(t.op.where, i) })
	}
	if t.op.order != nil || t.op.limit != nil || t.op.offset != nil {
		without(func(c *trial) { c.op.order, c.op.limit, c.op.offset = nil, nil, nil })
	}
	if t.op.through != "db" {
		without(func(c *trial) { c.op.through = "db" })
	}
	if len(t.op.values) > 1 {
		for i := range t.op.values {
			without(func(c *trial) { c.op.values = cut(t.op.values, i) })
		}
	}
	return append(out, t.smallerKeys()...)
}

func (t *trial) smallerKeys() []*trial {
	k := t.caller.Key
	if k == nil {
		return nil
	}
	var out []*trial
	with := func(change func(*apikey.Key)) {
		c, key := *t, *k
		change(&key)
		c.caller.Key = &key
		out = append(out, &c)
	}
	for i := range k.Links {
		with(func(k *apikey.Key) { k.Links = cut(k.Links, i) })
	}
	for i := range k.AllowList {
		with(func(k *apikey.Key) { k.AllowList = cut(k.AllowList, i) })
	}
	for i := range k.Permits {
		with(func(k *apikey.Key) { k.Permits = cut(k.Permits, i) })
	}
	return out
}

func cut[S ~[]E, E any](s S, i int) S { return slices.Delete(slices.Clone(s), i, i+1) }

func cutRow(w *oracle.World, t *oracle.Table, i int) *oracle.World {
	c := w.Clone()
	c.Rows[t] = cut(c.Rows[t], i)
	return c
}
