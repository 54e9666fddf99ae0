package permission_test

import (
	"iter"
	"math/rand/v2"
	"slices"
)

// treesTo yields every tree of up to depth operators above its leaves, with Not
// of one operand, And and Or of two.
func treesTo(depth int, leaves []*kind) iter.Seq[*expression] {
	return func(yield func(*expression) bool) {
		for _, k := range leaves {
			if !yield(leafOf(k)) {
				return
			}
		}
		if depth == 0 {
			return
		}
		below := slices.Collect(treesTo(depth-1, leaves))
		for _, a := range below {
			if !yield(tree("not", a)) {
				return
			}
			for _, b := range below {
				if !yield(tree("and", a, b)) || !yield(tree("or", a, b)) {
					return
				}
			}
		}
	}
}

// source is where the shape of a random tree comes from.
type source interface{ IntN(n int) int }

// randomTree draws a tree of up to depth operators above its leaves, with up to
// four operands each.
func randomTree(from source, depth int, leaves []*kind) *expression {
	ops := []string{"", "not", "and", "or", "and", "or"}
	op := ops[from.IntN(len(ops))]
	if depth == 0 || op == "" {
		return leafOf(leaves[from.IntN(len(leaves))])
	}
	count := 1
	if op != "not" {
		count += from.IntN(4)
	}
	e := tree(op)
	for range count {
		e.operands = append(e.operands, randomTree(from, depth-1, leaves))
	}
	return e
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
