package permission

import (
	"errors"
	"fmt"
	"net/http"
)

// errUnsaid stands in for the error that a permission of the caller's own left out.
var errUnsaid = errors.New("permission: the rule answered Unknown without saying why: set Decision.Err")

func (j *junction) Decide(r *http.Request, obj any) Decision { return evaluate(j, r, obj, nil) }
func (n *negation) Decide(r *http.Request, obj any) Decision { return evaluate(n, r, obj, nil) }

// evaluate is the one evaluator. It runs each occurrence of a leaf at most once,
// and notes in t, unless that is nil, what it found.
func evaluate(p Permission, r *http.Request, obj any, t *Trace) Decision {
	var d Decision
	switch p := p.(type) {
	case *junction:
		d = p.fold(r, obj, t)
	case *negation:
		t.decidedBy(0)
		d = p.swap(evaluate(p.operand, r, obj, t.operand(0)))
	default:
		d = settle(p, p.Decide(r, obj))
	}
	t.record(d)
	return d
}

// fold asks the operands in order, up to the first that settles the matter, and
// keeps the weightiest answer.
func (j *junction) fold(r *http.Request, obj any, t *Trace) Decision {
	var kept Decision
	for i, p := range j.operands {
		d := evaluate(p, r, obj, t.operand(i))
		if i == 0 || j.outweighs(d, kept) {
			kept = d
			t.decidedBy(i)
		}
		if d.Verdict == j.settles {
			t.skipAfter(i)
			break
		}
	}
	return kept
}

// outweighs tells whether a later operand's answer replaces the one kept so far.
// Among equals the first stays, with two exceptions: the last Grant of an And,
// and in an Or the first Deny with words of its own.
func (j *junction) outweighs(later, kept Decision) bool {
	if a, b := j.weight(later.Verdict), j.weight(kept.Verdict); a != b {
		return a > b
	}
	switch later.Verdict {
	case j.settles, Unknown, Pending:
		return false
	case Grant:
		return true
	}
	return !kept.ownWords() && later.ownWords()
}

func (j *junction) weight(v Verdict) int {
	switch v {
	case j.settles:
		return 3
	case Unknown:
		return 2
	case Pending:
		return 1
	}
	return 0
}

// ownWords tells whether a denial gave a code or reason.
func (d Decision) ownWords() bool { return d.Code != "" || d.Reason != "" }

func (n *negation) swap(d Decision) Decision {
	switch d.Verdict {
	case Grant:
		return Decision{Verdict: Deny, Rule: d.Rule, Code: CodeNegated, Reason: n.reason}
	case Deny:
		return Decision{Verdict: Grant, Rule: d.Rule}
	}
	return d
}

// settle puts the answer of a leaf in order, which may be a type that this
// package does not know: no verdict but the four, and no field that does not go
// with it.
func settle(p Permission, d Decision) Decision {
	if d.Rule == "" {
		d.Rule = p.String()
	}
	switch d.Verdict {
	case Deny:
		d.Err = nil
		return d
	case Grant, Pending:
		return Decision{Verdict: d.Verdict, Rule: d.Rule}
	case Unknown:
		if d.Err == nil {
			d.Err = errUnsaid
		}
	default:
		d.Err = fmt.Errorf("permission: rule %s answered %s, which is no verdict", d.Rule, d.Verdict)
	}
	return Decision{Verdict: Unknown, Rule: d.Rule, Err: d.Err}
}
