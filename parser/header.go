package parser

import "net/http"

// Header reads a key from the header of this name, whose value is the key alone:
// "X-Build-Key: <key>". A scheme in front of the key makes it malformed.
//
// The name has no case; written in the canonical form of
// [http.CanonicalHeaderKey] it is looked up without an allocation. The zero
// value, and a name that is no token (RFC 9110, section 5.6.2), match nothing.
// So does "Host", which net/http keeps apart from the headers.
type Header string

// Parse returns the value of the header. It returns ErrMissing when h has no
// such header or an empty one, and ErrMalformed when the header appears twice or
// its value is no key.
func (n Header) Parse(h http.Header) (raw string, err error) {
	if !isToken(string(n)) {
		return "", ErrMissing
	}
	value, err := soleValue(h, http.CanonicalHeaderKey(string(n)))
	if err != nil {
		return "", err
	}
	return checkKey(value)
}

// Challenge is always "": HTTP has no challenge that asks for a header.
func (n Header) Challenge() string { return "" }

// Headers names the header that Parse reads, in its canonical form, for Vary:
// none where the name matches nothing.
func (n Header) Headers() []string {
	if !isToken(string(n)) {
		return nil
	}
	return []string{http.CanonicalHeaderKey(string(n))}
}
