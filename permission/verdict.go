package permission

import "strconv"

// Verdict is one of four answers. The zero Verdict is Deny.
type Verdict uint8

// The verdicts. One per leaf, rather than one Boolean per phase, is what makes
// negation sound: Not swaps the two that are certain and keeps the two that are
// not.
const (
	// Deny refuses the request.
	Deny Verdict = iota
	// Pending waits for the object that the request is about.
	Pending
	// Grant lets the request proceed.
	Grant
	// Unknown could not be decided, so nothing is granted.
	Unknown
)

// String is "Deny", "Pending", "Grant" or "Unknown", and "Verdict(n)" for a
// number that is none of them.
func (v Verdict) String() string {
	switch v {
	case Deny:
		return "Deny"
	case Pending:
		return "Pending"
	case Grant:
		return "Grant"
	case Unknown:
		return "Unknown"
	}
	return "Verdict(" + strconv.Itoa(int(v)) + ")"
}

// MarshalText is String, for JSON and logs.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }
