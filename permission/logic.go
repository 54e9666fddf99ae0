package permission

import (
	"fmt"
	"strings"

	"github.com/buildkey/buildkey/internal/nilcheck"
)

// And grants when every operand does:
//
//	Deny if any is Deny; else Unknown if any is; else Pending if any is; else Grant
//
// It asks from left to right and stops at the first Deny. The operands are
// copied. A nil operand panics here, where it is composed.
func And(first Permission, rest ...Permission) Permission {
	return join("And", " & ", Deny, first, rest)
}

// Or grants when some operand does:
//
//	Grant if any is Grant; else Unknown if any is; else Pending if any is; else Deny
//
// It asks from left to right and stops at the first Grant. A denial carries the
// code and reason of the first operand that gave one of its own. The operands
// are copied. A nil operand panics here, where it is composed.
func Or(first Permission, rest ...Permission) Permission {
	return join("Or", " | ", Grant, first, rest)
}

// Not swaps Deny and Grant and keeps Pending and Unknown. Its denial says which
// rule was negated, with [CodeNegated]. A nil operand panics here, where it is
// composed.
func Not(p Permission) Permission {
	mustBe("Not", 0, p)
	return &negation{p, "~" + p.String(), "not allowed: " + p.String() + " holds"}
}

// junction is And or Or, which differ in the verdict that settles them.
type junction struct {
	operands []Permission
	settles  Verdict
	text     string
}

type negation struct {
	operand Permission
	text    string
	reason  string // why it denies
}

func join(name, sign string, settles Verdict, first Permission, rest []Permission) Permission {
	operands := append([]Permission{first}, rest...)
	texts := make([]string, len(operands))
	for i, p := range operands {
		mustBe(name, i, p)
		texts[i] = p.String()
	}
	return &junction{operands, settles, "(" + strings.Join(texts, sign) + ")"}
}

func mustBe(name string, i int, p Permission) {
	if nilcheck.IsNil(p) {
		panic(fmt.Sprintf("permission: operand %d of %s is nil: leave it out or give a Permission", i+1, name))
	}
}

func (j *junction) String() string { return j.text }
func (n *negation) String() string { return n.text }
