package permission_test

import "math/rand/v2"

// treesTo yields every tree of up to depth operators above its leaves, with Not
// of one operand, And and Or of two.
func treesTo(depth int, leaves []*kind) []*expression {
	var trees []*expression
	for _, k := range leaves {
		trees = append(trees, leafOf(k))
	}
	if depth == 0 {
		return trees
	}
	below := treesTo(depth-1, leaves)
	for _, a := range below {
		trees = append(trees, tree("not", a))
		for _, b := range below {
			trees = append(trees, tree("and", a, b), tree("or", a, b))
		}
	}
	return trees
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
