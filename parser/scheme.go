package parser

import (
	"net/http"
	"strings"
)

// Scheme reads a key from the Authorization header, behind a scheme of this name:
// "Authorization: <Scheme> <key>". Any other than the constants may be used, as
// in Scheme("Build").
//
// The scheme's word ends at the first byte that no token may hold. It is
// compared whole and without regard to ASCII case alone, so that no Unicode
// folding makes another word of it. One or more spaces separate it from the
// key; a tab, or anything else that is not a space, makes the value malformed.
// So does a scheme without a key, and a value that starts with a space, a comma
// or another ASCII byte that starts no word: it names no scheme at all.
//
// The zero value, and a name that is no token (RFC 9110, section 5.6.2), match
// nothing: Parse is always ErrMissing, Challenge is "".
type Scheme string

const (
	// Token is the scheme of Django REST framework's token authentication.
	Token Scheme = "Token"
	// Bearer is the scheme of RFC 6750.
	Bearer Scheme = "Bearer"
	// APIKey is the scheme of djangorestframework-api-key.
	APIKey Scheme = "Api-Key"
)

const authorization = "Authorization"

// Parse returns the key behind the scheme, and allocates nothing. It returns
// ErrMissing when h has no Authorization header, an empty one or one of another
// scheme, and ErrMalformed when the header appears twice or its value breaks the
// grammar.
func (s Scheme) Parse(h http.Header) (raw string, err error) {
	if !isToken(string(s)) {
		return "", ErrMissing
	}
	value, err := soleValue(h, authorization)
	if err != nil {
		return "", err
	}
	rest, err := s.strip(value)
	if err != nil {
		return "", err
	}
	return checkKey(rest)
}

// strip returns what follows the scheme and its spaces in a value that is not
// empty. The rest may be empty or no key.
func (s Scheme) strip(value string) (rest string, err error) {
	end := wordEnd(value)
	switch word := value[:end]; {
	case end == 0 && value[0] < 0x80:
		return "", ErrMalformed
	case !equalASCII(word, string(s)):
		return "", ErrMissing
	case end == len(value) || value[end] != ' ':
		return "", ErrMalformed
	}
	return strings.TrimLeft(value[end:], " "), nil
}

// Challenge asks for the scheme, without parameters: "Token".
func (s Scheme) Challenge() string {
	if !isToken(string(s)) {
		return ""
	}
	return string(s)
}

// Headers names the header that Parse reads, for Vary: none where the scheme
// matches nothing.
func (s Scheme) Headers() []string {
	if !isToken(string(s)) {
		return nil
	}
	return []string{authorization}
}

// wordEnd is the index behind the word that s starts with.
func wordEnd(s string) int {
	for i := range len(s) {
		if !tokenBytes[s[i]] {
			return i
		}
	}
	return len(s)
}

// equalASCII compares two tokens without regard to case. Tokens are ASCII, where
// the folding of package strings knows no other equals.
func equalASCII(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}
