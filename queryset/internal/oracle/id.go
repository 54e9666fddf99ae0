package oracle

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var uuids = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Canonical is the value that text names in a column of that kind. One that is
// not in the canonical form names nothing, nor does a text that no column can
// hold.
func (k Kind) Canonical(text string) (Value, bool) {
	switch {
	case text == "":
		return Value{}, false
	case k == Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		return Of(text), err == nil && strconv.FormatInt(n, 10) == text
	case k == UUID:
		return Of(strings.ToLower(text)), uuids.MatchString(text)
	}
	return Of(text), utf8.ValidString(text) && !strings.Contains(text, "\x00")
}
