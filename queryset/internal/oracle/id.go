package oracle

import (
	"regexp"
	"strings"
)

var (
	integers = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
	uuids    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// Canonical is the value that text names in a column of that kind. One that is
// not in the canonical form names nothing. The range of integers needs no care:
// no row holds what its column cannot.
func (k Kind) Canonical(text string) (Value, bool) {
	switch {
	case text == "":
		return Value{}, false
	case k == Integer:
		return Of(text), integers.MatchString(text)
	case k == UUID:
		return Of(strings.ToLower(text)), uuids.MatchString(text)
	}
	return Of(text), true
}
