package middleware

import (
	"fmt"
	"net/http"

	"github.com/buildkey/buildkey/permission"
)

// refusal is a permission's answer that is no Grant, as an error.
type refusal struct {
	permission permission.Permission
	decision   permission.Decision
	trace      *permission.Trace // nil unless the guard explains denials
}

func (e *refusal) Error() string {
	return fmt.Sprintf("middleware: %s is %s by rule %s: %v", e.permission, e.decision.Verdict, e.decision.Rule, e.Unwrap())
}

// Unwrap is the denial, or why the rule could not say.
func (e *refusal) Unwrap() error {
	if e.decision.Verdict == permission.Deny {
		return permission.Denied(e.decision.Code, e.decision.Reason)
	}
	return e.decision.Err
}

// undecided tells whether the answer is not even a denial.
func (e *refusal) undecided() bool { return e.decision.Verdict != permission.Deny }

// decide asks p, with the evaluation recorded when denials are explained.
func (g *Guard) decide(p permission.Permission, r *http.Request, obj any) (permission.Decision, *permission.Trace) {
	if !g.ExplainDenials {
		return p.Decide(r, obj), nil
	}
	trace := permission.Explain(p, r, obj)
	return trace.Decision, &trace
}
