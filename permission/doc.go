// Package permission decides whether a request may proceed, by small rules that
// compose:
//
//	permission.Or(permission.HasBuildAPIKey, permission.Restricted)
//	permission.And(permission.HasBuildAPIKey, permission.HasScope("key:create"))
//	permission.Not(permission.New("Banned", isBanned))
//
// [New] makes a rule of a check on the request, [ForObject] one of a check on the
// row that the request is about, and any type with two methods is a [Permission].
//
// A rule gives one [Verdict] of four. Deny and Grant are certain. Pending waits
// for the object that the request is about, and Unknown is what could not be
// found out. Strongest first, an operand makes the whole
//
//	And   Deny, Unknown, Pending, Grant
//	Or    Grant, Unknown, Pending, Deny
//	Not   Deny and Grant swapped, Pending and Unknown kept
//
// so a Grant is given only where it holds whatever the uncertain rules will
// say. This is Kleene's strong logic with a second uncertain value. De Morgan's
// laws, double negation and associativity hold; distribution and absorption do
// where Unknown and Pending do not meet. A framework that asks a rule for one
// Boolean before and one after the object is loaded negates each alone, and
// lets a stranger pass Not(Or(Banned, Not(Owner))).
//
// Rules read the request and its context. They verify no key: package
// middleware does that once, before the first rule is asked. Deciding allocates
// nothing beyond what the rules do.
//
// [Explain] tells how a decision came about.
package permission
