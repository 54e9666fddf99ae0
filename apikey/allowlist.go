package apikey

import (
	"fmt"
	"slices"
	"strings"
)

// MaxTargets is how many entries an allow list holds at most, once made
// canonical. An intersection may hold more.
const MaxTargets = 128

// AllowList narrows a key to the rows that its targets name. Empty means
// nothing. A list made here is canonical: sorted by type then id, in bytes,
// with no entry covered by another; one written by hand is read as if it were.
type AllowList []Target

// NewAllowList returns the canonical list of targets. A target that is not
// valid, and more than [MaxTargets] of them in the result, is an error. It
// keeps no slice of the caller's.
func NewAllowList(targets ...Target) (AllowList, error) {
	l := make(AllowList, 0, len(targets))
	for _, t := range targets {
		c, err := t.canonical()
		if err != nil {
			return nil, err
		}
		l = append(l, c)
	}
	l = l.minimal()
	if len(l) > MaxTargets {
		return nil, fmt.Errorf("apikey: the allow list has %d entries, and %d is the most: use a wildcard such as build:*, or attach the key to less", len(l), MaxTargets)
	}
	return l, nil
}

// ParseAllowList is [NewAllowList] of texts such as "build:42".
func ParseAllowList(texts ...string) (AllowList, error) {
	targets := make([]Target, 0, len(texts))
	for _, s := range texts {
		t, err := ParseTarget(s)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	return NewAllowList(targets...)
}

// Strings are the entries as text, in order.
func (l AllowList) Strings() []string {
	texts := make([]string, len(l))
	for i, t := range l {
		texts[i] = t.String()
	}
	return texts
}

// Union allows what l or m allows. Its errors are those of [NewAllowList].
func (l AllowList) Union(m AllowList) (AllowList, error) {
	return NewAllowList(slices.Concat(l, m)...)
}

// Intersect allows what both l and m allow. An entry that is not valid allows
// nothing.
func (l AllowList) Intersect(m AllowList) AllowList {
	both := make(AllowList, 0, max(len(l), len(m)))
	m = m.valid()
	for _, a := range l.valid() {
		for _, b := range m {
			if t, ok := a.meet(b); ok {
				both = append(both, t)
			}
		}
	}
	return both.minimal()
}

// Allows tells whether an entry names every row that t names: "build:*" is
// allowed by "build:*" and "*:*" only. A target that is not valid is never
// allowed.
func (l AllowList) Allows(t Target) bool {
	want, err := t.canonical()
	if err != nil {
		return false
	}
	for _, e := range l {
		if c, err := e.canonical(); err == nil && c.covers(want) {
			return true
		}
	}
	return false
}

func (l AllowList) valid() AllowList {
	out := make(AllowList, 0, len(l))
	for _, t := range l {
		if c, err := t.canonical(); err == nil {
			out = append(out, c)
		}
	}
	return out
}

// minimal sorts l and drops what another entry covers. l is canonical, and the
// callee's own. An entry can only be covered by itself or by one of the three
// entries with a wildcard, so one look-up each is enough.
func (l AllowList) minimal() AllowList {
	slices.SortFunc(l, compareTargets)
	l = slices.Compact(l)
	has := make(map[Target]bool, len(l))
	for _, t := range l {
		has[t] = true
	}
	return slices.DeleteFunc(l, func(t Target) bool {
		wider := [...]Target{{"*", "*"}, {t.Type, "*"}, {"*", t.ID}}
		return slices.ContainsFunc(wider[:], func(w Target) bool { return w != t && has[w] })
	})
}

func compareTargets(a, b Target) int {
	if c := strings.Compare(a.Type, b.Type); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}
