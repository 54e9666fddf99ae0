package permission_test

import (
	"slices"
	"testing"

	"github.com/buildkey/buildkey/permission"
)

// agrees checks one tree, in both phases: the decision and the leaves asked are
// the oracle's, Explain says the same by the same questions, and nothing is
// granted that two-valued logic denies, or denied that it grants.
func agrees(t *testing.T, e *expression) {
	t.Helper()
	var asked []int
	p := e.build(func(leaf int) { asked = append(asked, leaf) })
	r := get()
	for _, phase := range phases {
		asked = asked[:0]
		got, want, calls := p.Decide(r, phase.obj), e.oracle(phase.obj), e.calls(phase.obj)
		if got != want || !slices.Equal(asked, calls) {
			t.Errorf("%s of %s: %s, asked %v, want %s, %v", phase.name, e, show(got), asked, show(want), calls)
		}
		asked = asked[:0]
		if trace := permission.Explain(p, r, phase.obj); trace.Decision != got || !slices.Equal(asked, calls) {
			t.Errorf("%s of %s: Explain says %s, asked %v, and Decide %s, %v", phase.name, e, show(trace.Decision), asked, show(got), calls)
		}
		e.sound(t, got.Verdict)
	}
}

// sound checks a verdict that is certain, whatever the leaves that do not know
// would have said.
func (e *expression) sound(t *testing.T, v permission.Verdict) {
	t.Helper()
	for _, sick := range []bool{false, true} {
		if ideal := e.ideal(sick); v == grant && !ideal || v == deny && ideal {
			t.Errorf("%s: %s, and two-valued logic says %v", e, v, ideal)
		}
	}
}

// TestAllTreesToDepth2 runs over every kind of leaf.
func TestAllTreesToDepth2(t *testing.T) {
	t.Parallel()
	for e := range treesTo(2, kinds) {
		agrees(t, e)
	}
}

// TestAllTreesToDepth3 runs over two leaves at a time, who between them have all
// that can differ: what waits, what does not know, and words.
func TestAllTreesToDepth3(t *testing.T) {
	t.Parallel()
	for _, pair := range [][]*kind{{kinds[3], kinds[1]}, {worded[1], kinds[2]}} {
		for e := range treesTo(3, pair) {
			p := e.build(nil)
			for _, phase := range phases {
				got, want := p.Decide(nil, phase.obj), e.oracle(phase.obj)
				if got != want {
					t.Errorf("%s of %s: %s, want %s", phase.name, e, show(got), show(want))
				}
				e.sound(t, got.Verdict)
			}
		}
	}
}

func TestRandomTreesToDepth6(t *testing.T) {
	t.Parallel()
	from := seeded(3)
	all := append(append([]*kind{}, kinds...), worded...)
	for range 1_000 {
		agrees(t, randomTree(from, 6, all))
	}
}

// same checks that two trees have one verdict in both phases, and where whole is
// set one decision.
func same(t *testing.T, law string, a, b *expression, whole bool) {
	t.Helper()
	p, q := a.build(nil), b.build(nil)
	for _, phase := range phases {
		x, y := p.Decide(nil, phase.obj), q.Decide(nil, phase.obj)
		if x.Verdict != y.Verdict || whole && x != y {
			t.Errorf("%s, %s: %s is %s and %s is %s", law, phase.name, a, show(x), b, show(y))
		}
	}
}

// deMorgan holds for the leaves asked, too.
func deMorgan(t *testing.T, a, b *expression) {
	t.Helper()
	for op, dual := range map[string]string{"and": "or", "or": "and"} {
		x, y := tree("not", tree(op, a, b)), tree(dual, tree("not", a), tree("not", b))
		same(t, "De Morgan", x, y, false)
		for _, phase := range phases {
			if !slices.Equal(x.calls(phase.obj), y.calls(phase.obj)) {
				t.Errorf("%s and %s ask other leaves", x, y)
			}
		}
	}
}

func doubleNegation(t *testing.T, a *expression) {
	t.Helper()
	same(t, "double negation", tree("not", tree("not", a)), a, false)
}

func associativity(t *testing.T, a, b, c *expression) {
	t.Helper()
	for _, op := range []string{"and", "or"} {
		flat := tree(op, a, b, c)
		same(t, "associativity", tree(op, tree(op, a, b), c), flat, true)
		same(t, "associativity", tree(op, a, tree(op, b, c)), flat, true)
	}
}

func TestLawsByBruteForce(t *testing.T) {
	t.Parallel()
	for a := range treesTo(2, kinds) {
		doubleNegation(t, a)
	}
	small := slices.Collect(treesTo(1, kinds))
	for _, a := range small {
		for _, b := range small {
			deMorgan(t, a, b)
		}
	}
	few := slices.Collect(treesTo(1, []*kind{kinds[3], worded[0], kinds[2]}))
	for _, a := range few {
		for _, b := range few {
			for _, c := range few {
				associativity(t, a, b, c)
			}
		}
	}
}

func TestLawsOnRandomTrees(t *testing.T) {
	t.Parallel()
	from := seeded(4)
	draw := func() *expression { return randomTree(from, 6, kinds) }
	for range 500 {
		doubleNegation(t, draw())
		deMorgan(t, draw(), draw())
		associativity(t, draw(), draw(), draw())
	}
}

// TestWhereDistributionEnds holds the limit of the laws to what is documented:
// distribution and absorption fail only where Unknown and Pending meet.
func TestWhereDistributionEnds(t *testing.T) {
	t.Parallel()
	meets := func(verdicts ...permission.Verdict) bool {
		return slices.Contains(verdicts, unknown) && slices.Contains(verdicts, pending)
	}
	broken := 0
	for _, x := range kinds {
		for _, y := range kinds {
			for _, z := range kinds {
				a, b, c := leafOf(x), leafOf(y), leafOf(z)
				for _, pair := range [][2]*expression{
					{tree("and", a, tree("or", b, c)), tree("or", tree("and", a, b), tree("and", a, c))},
					{tree("or", a, tree("and", b, c)), tree("and", tree("or", a, b), tree("or", a, c))},
					{tree("and", a, tree("or", a, b)), a},
					{tree("or", a, tree("and", a, b)), a},
				} {
					if pair[0].oracle(nil).Verdict == pair[1].oracle(nil).Verdict {
						same(t, "distribution", pair[0], pair[1], false)
					} else if broken++; !meets(x.request, y.request, z.request) {
						t.Errorf("%s and %s differ", pair[0], pair[1])
					}
				}
			}
		}
	}
	if broken == 0 {
		t.Error("the limit that the design names is not there")
	}
}
