package parser

// maxKey is the length of the longest key, in bytes. It bounds what a stranger
// can make a store look at.
const maxKey = 512

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

var (
	// keyBytes are the bytes of token68 (RFC 9110, section 11.2), with "="
	// allowed in any place.
	keyBytes = setOf(alphanumeric + "-._~+/=")
	// tokenBytes are the bytes of a token (RFC 9110, section 5.6.2), which
	// header names and schemes are made of.
	tokenBytes = setOf(alphanumeric + "!#$%&'*+-.^_`|~")
)

type byteSet [256]bool

func setOf(members string) *byteSet {
	var set byteSet
	for i := range len(members) {
		set[members[i]] = true
	}
	return &set
}

// holds says whether every byte of s is in the set.
func (set *byteSet) holds(s string) bool {
	for i := range len(s) {
		if !set[s[i]] {
			return false
		}
	}
	return true
}

// checkKey returns s when it is a key by its bytes, and ErrMalformed otherwise.
func checkKey(s string) (string, error) {
	if s == "" || len(s) > maxKey || !keyBytes.holds(s) {
		return "", ErrMalformed
	}
	return s, nil
}

// isToken says whether s can be the name of a header or a scheme.
func isToken(s string) bool {
	return s != "" && tokenBytes.holds(s)
}
