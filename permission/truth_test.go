package permission_test

import (
	"testing"

	"github.com/buildkey/buildkey/permission"
)

// TestTruthTables writes the tables out: a row for each first operand, a column
// for each second.
func TestTruthTables(t *testing.T) {
	t.Parallel()
	const D, P, G, U = deny, pending, grant, unknown
	verdicts := []permission.Verdict{D, P, G, U}
	for name, table := range map[string][4][4]permission.Verdict{
		//             D  P  G  U
		"and": {
			/* D */ {D, D, D, D},
			/* P */ {D, P, P, U},
			/* G */ {D, P, G, U},
			/* U */ {D, U, U, U},
		},
		"or": {
			/* D */ {D, P, G, U},
			/* P */ {P, P, G, U},
			/* G */ {G, G, G, G},
			/* U */ {U, U, G, U},
		},
	} {
		for i, a := range verdicts {
			for j, b := range verdicts {
				p := tree(name, leafOf(constant(a)), leafOf(constant(b))).build(nil)
				if got := p.Decide(get(), nil).Verdict; got != table[i][j] {
					t.Errorf("%s %s %s: %s, want %s", a, name, b, got, table[i][j])
				}
			}
		}
	}
}

func TestTruthTableOfNot(t *testing.T) {
	t.Parallel()
	for from, want := range map[permission.Verdict]permission.Verdict{
		deny: grant, grant: deny, pending: pending, unknown: unknown,
	} {
		p := permission.Not(leafOf(constant(from)).build(nil))
		if got := p.Decide(get(), nil).Verdict; got != want {
			t.Errorf("not %s: %s, want %s", from, got, want)
		}
	}
}

// constant is a kind with this verdict on the request.
func constant(v permission.Verdict) *kind {
	for _, k := range kinds {
		if k.request == v {
			return k
		}
	}
	panic("no such verdict")
}

// TestOneAndThreeOperands is exhaustive over kinds, against the oracle.
func TestOneAndThreeOperands(t *testing.T) {
	t.Parallel()
	all := append(append([]*kind{}, kinds...), worded...)
	for _, op := range []string{"and", "or"} {
		for _, a := range all {
			agrees(t, tree(op, leafOf(a)))
			for _, b := range all {
				for _, c := range all {
					agrees(t, tree(op, leafOf(a), leafOf(b), leafOf(c)))
				}
			}
		}
	}
}

func TestZeroValuesDeny(t *testing.T) {
	t.Parallel()
	if (permission.Decision{}).Verdict != permission.Deny {
		t.Error("the zero Decision does not deny")
	}
	for v, want := range map[permission.Verdict]string{
		deny: "Deny", pending: "Pending", grant: "Grant", unknown: "Unknown", 4: "Verdict(4)", 255: "Verdict(255)",
	} {
		if got := v.String(); got != want {
			t.Errorf("verdict %d reads %q, want %q", uint8(v), got, want)
		}
		if got, err := v.MarshalText(); string(got) != want || err != nil {
			t.Errorf("verdict %d marshals to %q, %v, want %q", uint8(v), got, err, want)
		}
	}
}
