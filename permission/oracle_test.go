package permission_test

import (
	"slices"

	"github.com/buildkey/buildkey/permission"
)

// The oracle decides as the rules are written down, over all operands at once
// and without stopping, so that it shares no code and no shape with the
// evaluator.

func (e *expression) oracle(obj any) permission.Decision {
	phase := 0
	if obj != nil {
		phase = 1
	}
	if e.answers[phase] == nil {
		e.answers[phase] = new(e.consult(obj))
	}
	return *e.answers[phase]
}

func (e *expression) consult(obj any) permission.Decision {
	if e.op == "" {
		return e.kind.decision(obj)
	}
	var answers []permission.Decision
	for _, operand := range e.operands {
		answers = append(answers, operand.oracle(obj))
	}
	switch e.op {
	case "and":
		return oracleAnd(answers)
	case "or":
		return oracleOr(answers)
	}
	return oracleNot(answers[0], e.operands[0].String())
}

func (k *kind) decision(obj any) permission.Decision {
	d := permission.Decision{Verdict: k.object, Rule: k.name}
	if obj == nil {
		d.Verdict = k.request
	}
	switch d.Verdict {
	case deny:
		d.Code, d.Reason = k.code, k.reason
	case unknown:
		d.Err = errSick
	}
	return d
}

func oracleAnd(answers []permission.Decision) permission.Decision {
	for _, verdict := range []permission.Verdict{deny, unknown, pending} {
		if d, ok := first(answers, verdict); ok {
			return d
		}
	}
	return answers[len(answers)-1]
}

func oracleOr(answers []permission.Decision) permission.Decision {
	for _, verdict := range []permission.Verdict{grant, unknown, pending} {
		if d, ok := first(answers, verdict); ok {
			return d
		}
	}
	for _, d := range answers {
		if d.Code != "" || d.Reason != "" {
			return d
		}
	}
	return answers[0]
}

func oracleNot(d permission.Decision, negated string) permission.Decision {
	switch d.Verdict {
	case grant:
		return permission.Decision{
			Verdict: deny, Rule: d.Rule, Code: "negated", Reason: "not allowed: " + negated + " holds",
		}
	case deny:
		return permission.Decision{Verdict: grant, Rule: d.Rule}
	}
	return d
}

func first(answers []permission.Decision, v permission.Verdict) (permission.Decision, bool) {
	i := slices.IndexFunc(answers, func(d permission.Decision) bool { return d.Verdict == v })
	if i < 0 {
		return permission.Decision{}, false
	}
	return answers[i], true
}

// calls are the leaves that are asked, by their number from left to right.
func (e *expression) calls(obj any) []int {
	next := 0
	return e.callsFrom(&next, obj)
}

func (e *expression) callsFrom(next *int, obj any) []int {
	if e.op == "" {
		*next++
		return []int{*next - 1}
	}
	var asked []int
	settled := false
	for _, operand := range e.operands {
		within := operand.callsFrom(next, obj)
		if settled {
			continue
		}
		asked = append(asked, within...)
		v := operand.oracle(obj).Verdict
		settled = e.op == "and" && v == deny || e.op == "or" && v == grant
	}
	return asked
}

// ideal is what two-valued logic says of the object-phase verdicts, when each
// leaf that does not know is taken for sick.
func (e *expression) ideal(sick bool) bool {
	switch e.op {
	case "":
		return e.kind.object == grant || e.kind.object == unknown && sick
	case "not":
		return !e.operands[0].ideal(sick)
	case "and":
		return !slices.ContainsFunc(e.operands, func(o *expression) bool { return !o.ideal(sick) })
	}
	return slices.ContainsFunc(e.operands, func(o *expression) bool { return o.ideal(sick) })
}
