package apikey_test

import (
	"slices"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

// universe is nine targets: two types, two ids and the wildcards.
func universe() []apikey.Target {
	var all []apikey.Target
	for _, kind := range []string{"build", "version", "*"} {
		for _, id := range []string{"1", "2", "*"} {
			all = append(all, apikey.Target{Type: kind, ID: id})
		}
	}
	return all
}

// everyList is all 512 lists over the universe, as written, not canonical.
func everyList() []apikey.AllowList {
	all := universe()
	lists := make([]apikey.AllowList, 0, 1<<len(all))
	for mask := range 1 << len(all) {
		l := apikey.AllowList{}
		for i, t := range all {
			if mask&(1<<i) != 0 {
				l = append(l, t)
			}
		}
		lists = append(lists, l)
	}
	return lists
}

// canonicalLists are the different lists that NewAllowList makes of them.
func canonicalLists(t *testing.T) []apikey.AllowList {
	t.Helper()
	var out []apikey.AllowList
	for _, l := range everyList() {
		c, err := apikey.NewAllowList(l...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(out, func(o apikey.AllowList) bool { return slices.Equal(o, c) }) {
			out = append(out, c)
		}
	}
	return out
}

func union(t *testing.T, a, b apikey.AllowList) apikey.AllowList {
	t.Helper()
	u, err := a.Union(b)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// allowed is what a list allows of the universe, as a bit each.
func allowed(l apikey.AllowList, targets []apikey.Target) (bits int) {
	for i, target := range targets {
		if l.Allows(target) {
			bits |= 1 << i
		}
	}
	return bits
}

// TestUnionAndIntersection takes every pair of lists, in both orders.
func TestUnionAndIntersection(t *testing.T) {
	t.Parallel()
	lists, targets := everyList(), universe()
	meaning := make([]int, len(lists))
	for i, l := range lists {
		meaning[i] = allowed(l, targets)
	}
	for i, a := range lists {
		for j, b := range lists[:i+1] {
			u, both := union(t, a, b), a.Intersect(b)
			if allowed(u, targets) != meaning[i]|meaning[j] {
				t.Fatalf("%v ∪ %v = %v", a, b, u)
			}
			if allowed(both, targets) != meaning[i]&meaning[j] {
				t.Fatalf("%v ∩ %v = %v", a, b, both)
			}
			if !slices.Equal(u, union(t, b, a)) || !slices.Equal(both, b.Intersect(a)) {
				t.Fatalf("%v and %v do not commute", a, b)
			}
		}
	}
}

func TestUnionAndIntersectionAssociate(t *testing.T) {
	t.Parallel()
	lists := canonicalLists(t)
	if len(lists) < 20 {
		t.Fatalf("only %d canonical lists", len(lists))
	}
	for _, a := range lists {
		for _, b := range lists {
			ab, iab := union(t, a, b), a.Intersect(b)
			for _, c := range lists {
				if !slices.Equal(union(t, ab, c), union(t, a, union(t, b, c))) {
					t.Fatalf("union of %v, %v, %v does not associate", a, b, c)
				}
				if !slices.Equal(iab.Intersect(c), a.Intersect(b.Intersect(c))) {
					t.Fatalf("intersection of %v, %v, %v does not associate", a, b, c)
				}
			}
		}
	}
}

func TestCanonicalFormIsOnePerMeaning(t *testing.T) {
	for _, l := range everyList() {
		c, err := apikey.NewAllowList(l...)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range universe() {
			if c.Allows(target) != l.Allows(target) {
				t.Fatalf("%v became %v, which differs on %v", l, c, target)
			}
		}
		for i := range c {
			rest := slices.Delete(slices.Clone(c), i, i+1)
			if rest.Allows(c[i]) {
				t.Fatalf("%v became %v, where %v is covered by the others", l, c, c[i])
			}
		}
	}
}

func TestNoOperationSharesASlice(t *testing.T) {
	given := []apikey.Target{{Type: "build", ID: "1"}, {Type: "build", ID: "2"}}
	l, err := apikey.NewAllowList(given...)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]apikey.AllowList{
		"NewAllowList": l,
		"Union":        union(t, l, nil),
		"Intersect":    l.Intersect(apikey.AllowList{{Type: "*", ID: "*"}}),
	} {
		got[0].ID = "changed"
		if given[0].ID != "1" || name != "NewAllowList" && l[0].ID == "changed" {
			t.Errorf("%s shares a slice", name)
		}
		l, _ = apikey.NewAllowList(given...)
	}
}
