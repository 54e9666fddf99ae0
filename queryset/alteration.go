package queryset

// alteration is a rule broken on purpose, which is how the tests see that they
// would notice. Only tests can make one; nil keeps every rule.
type alteration struct {
	reach     func(*holder, *bound, *reach)  // what of a key applies
	tree      func(node) node                // each predicate before it is written
	canonical func(kind, string) (any, bool) // which ids are sent
}

func (a *alteration) reached(h *holder, b *bound, r *reach) {
	if a != nil && a.reach != nil {
		a.reach(h, b, r)
	}
}

func (a *alteration) grown(n node) node {
	if a != nil && a.tree != nil {
		return a.tree(n)
	}
	return n
}

func (a *alteration) id(k kind, text string) (any, bool) {
	if a != nil && a.canonical != nil {
		return a.canonical(k, text)
	}
	return canonicalID(k, text)
}
