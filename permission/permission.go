package permission

import "net/http"

// Permission decides whether a request may proceed. New, ForObject, And, Or and
// Not make them; a type of your own with these methods is a leaf like any other,
// inside And, Or and Not and in [Explain] too.
//
// Implementations are safe for concurrent use. A panic in one is not caught
// here: it ends the request, so nothing is granted by it.
type Permission interface {
	// Decide gives the verdict on r. obj is nil until the handler has loaded
	// the object that the request is about; a permission that needs it answers
	// Pending until then, and must not answer Grant to nil and anything else
	// to an object.
	Decide(r *http.Request, obj any) Decision
	// String is the expression as text: "(HasBuildAPIKey | Restricted)".
	String() string
}

// Decision is what a permission says of one request. The zero Decision denies.
type Decision struct {
	// Verdict is the answer.
	Verdict Verdict
	// Rule is the leaf that decided: for a Deny the one whose Code is carried
	// (the first operand's when none gave one), for a Grant the one that
	// granted (the last one evaluated, in an And), for an Unknown the one that
	// erred, for a Pending the first one that waits. Not changes none of that.
	Rule string
	// Code and Reason say why, when Verdict is Deny: for a program and for a
	// person. Both are shown to the caller. Both may be empty.
	Code, Reason string
	// Err says why, when Verdict is Unknown. It is for the log and never shown.
	Err error
}
