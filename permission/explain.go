package permission

import "net/http"

// Trace is how a decision came about: a tree with every operand. Print it with
// [Trace.String], log it, or encode it as JSON. It may name errors, so it is not
// for the caller's eyes.
type Trace struct {
	// Permission is the text of this part of the expression.
	Permission string
	// Operator is "&", "|" or "~", and "" for a leaf.
	Operator string
	// Decision is this part's answer. It means nothing when Skipped is set.
	Decision Decision
	// Skipped says why this part was not asked, "" when it was.
	Skipped string
	// Decisive tells that the part above took this one's answer. The leaf that
	// is reached through decisive parts alone is the responsible one, which
	// Decision.Rule of the root names.
	Decisive bool
	// Operands are the parts, in order, those that were skipped too.
	Operands []Trace
}

// Explain decides as p.Decide does, by the same evaluator, and records how. Each
// leaf runs as often as it would have: at most once. A nil p panics.
func Explain(p Permission, r *http.Request, obj any) Trace {
	mustBe("Explain", 0, p)
	t := outline(p)
	t.Decisive = true
	evaluate(p, r, obj, &t)
	return t
}

// outline is the trace of p before anything was asked.
func outline(p Permission) Trace {
	t := Trace{Permission: p.String()}
	switch p := p.(type) {
	case *junction:
		t.Operator = "|"
		if p.settles == Deny {
			t.Operator = "&"
		}
		for _, operand := range p.operands {
			t.Operands = append(t.Operands, outline(operand))
		}
	case *negation:
		t.Operator = "~"
		t.Operands = []Trace{outline(p.operand)}
	}
	return t
}

// The rest is what the evaluator calls. A nil Trace records nothing.

func (t *Trace) operand(i int) *Trace {
	if t == nil {
		return nil
	}
	return &t.Operands[i]
}

// decidedBy notes whose answer is kept so far.
func (t *Trace) decidedBy(i int) {
	if t != nil {
		t.markDecisive(i)
	}
}

func (t *Trace) markDecisive(i int) {
	for j := range t.Operands {
		t.Operands[j].Decisive = j == i
	}
}

// skipAfter notes that operand i settled the matter.
func (t *Trace) skipAfter(i int) {
	if t != nil {
		t.skipRest(i)
	}
}

func (t *Trace) skipRest(i int) {
	did := " granted"
	if t.Operands[i].Decision.Verdict == Deny {
		did = " denied"
	}
	for j := range t.Operands[i+1:] {
		t.Operands[i+1+j].skip(t.Operands[i].Permission + did)
	}
}

func (t *Trace) skip(why string) {
	t.Skipped = why
	for i := range t.Operands {
		t.Operands[i].skip(why)
	}
}
