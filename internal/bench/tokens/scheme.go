package tokens

import "strings"

// scheme is a kind of token with its check.
type scheme struct {
	name, note string
	// good passes the check; forged has the right shape and another's secret.
	good, forged string
	accepts      func(raw string) bool
}

// mistyped is the good token with its last character but three changed: for a key
// that is its checksum, for a JWT its signature.
func (s scheme) mistyped() string {
	at := len(s.good) - 4
	other := "A"
	if s.good[at] == 'A' {
		other = "B"
	}
	return s.good[:at] + other + s.good[at+1:]
}

// garbage is as long as the good token and nothing like it.
func (s scheme) garbage() string { return strings.Repeat("x", len(s.good)) }
