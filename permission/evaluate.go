package permission

import (
	"errors"
	"fmt"
	"net/http"
)

// errUnsaid stands in for the error that a permission of the caller's own left out.
var errUnsaid = errors.New("permission: the rule answered Unknown without saying why: set Decision.Err")

func (l *leaf) Decide(r *http.Request, obj any) Decision     { return evaluate(l, r, obj, nil) }
func (j *junction) Decide(r *http.Request, obj any) Decision { return evaluate(j, r, obj, nil) }
func (n *negation) Decide(r *http.Request, obj any) Decision { return evaluate(n, r, obj, nil) }

// evaluate is the one evaluator. It runs each occurrence of a leaf at most once,
// and notes in t, unless that is nil, what it found.
func evaluate(p Permission, r *http.Request, obj any, t *Trace) (d Decision) {
	d.become(p, r, obj, t)
	return d
}

// become makes d the answer of p. A Decision is large, so the evaluator hands on
// where to write it.
func (d *Decision) become(p Permission, r *http.Request, obj any, t *Trace) {
	switch p := p.(type) {
	case *leaf:
		d.said(p.name, p.check(r))
	case *junction:
		p.fold(d, r, obj, t)
	case *negation:
		t.decidedBy(0)
		d.become(p.operand, r, obj, t.operand(0))
		p.swap(d)
	default:
		*d = settle(p, p.Decide(r, obj))
	}
	if t != nil {
		t.Decision = *d
	}
}

// fold asks the operands in order, up to the first that settles the matter, and
// keeps the weightiest answer.
func (j *junction) fold(kept *Decision, r *http.Request, obj any, t *Trace) {
	kept.become(j.operands[0], r, obj, t.operand(0))
	t.decidedBy(0)
	var d Decision
	asked := 1
	for ; asked < len(j.operands) && kept.Verdict != j.settles; asked++ {
		d.become(j.operands[asked], r, obj, t.operand(asked))
		if j.outweighs(&d, kept) {
			*kept = d
			t.decidedBy(asked)
		}
	}
	t.skipAfter(asked - 1)
}

// outweighs tells whether a later operand's answer replaces the one kept so far.
// Among equals the first stays, with two exceptions: the last Grant of an And,
// and in an Or the first Deny with words of its own.
func (j *junction) outweighs(later, kept *Decision) bool {
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
func (d *Decision) ownWords() bool { return d.Code != "" || d.Reason != "" }

func (n *negation) swap(d *Decision) {
	switch d.Verdict {
	case Grant:
		*d = Decision{Verdict: Deny, Rule: d.Rule, Code: CodeNegated, Reason: n.reason}
	case Deny:
		*d = Decision{Verdict: Grant, Rule: d.Rule}
	}
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
