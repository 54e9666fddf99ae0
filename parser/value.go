package parser

import (
	"net/http"
	"strings"
)

// soleValue returns the one value of the header with this canonical name. No
// value and an empty one are ErrMissing; more than one is ErrMalformed, also
// when the map holds the others under another spelling of the name. A value
// under another spelling alone is not read, as http.Header.Get does not.
//
// Only a header that is present costs the walk over the others, which compares
// lengths before it compares names.
func soleValue(h http.Header, canonical string) (string, error) {
	values := h[canonical]
	if len(values) == 0 {
		return "", ErrMissing
	}
	if len(values) > 1 || spelledOtherwise(h, canonical) {
		return "", ErrMalformed
	}
	if values[0] == "" {
		return "", ErrMissing
	}
	return values[0], nil
}

// spelledOtherwise says whether h holds a value under a name that differs from
// the canonical one in case only.
func spelledOtherwise(h http.Header, canonical string) bool {
	for name, values := range h {
		if len(name) == len(canonical) && len(values) > 0 &&
			name != canonical && strings.EqualFold(name, canonical) {
			return true
		}
	}
	return false
}
