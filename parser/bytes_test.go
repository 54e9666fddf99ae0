package parser_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/parser"
)

// keyByteCount is how many bytes a key may hold: letters, digits and "-._~+/=".
const keyByteCount = 26 + 26 + 10 + 7

// tokenByteCount is how many bytes a token may hold: letters, digits and fifteen others.
const tokenByteCount = 26 + 26 + 10 + 15

// TestEveryByteOfAKey puts each of the 256 bytes at each place in a key.
func TestEveryByteOfAKey(t *testing.T) {
	t.Parallel()
	for _, place := range []struct{ name, before, after string }{
		{"alone", "", ""},
		{"first", "", "bc"},
		{"in the middle", "a", "c"},
		{"last", "ab", ""},
		{"first of the longest", "", strings.Repeat("k", 511)},
		{"last of the longest", strings.Repeat("k", 511), ""},
	} {
		t.Run(place.name, func(t *testing.T) {
			t.Parallel()
			accepted := 0
			for b := range 256 {
				key := place.before + string([]byte{byte(b)}) + place.after
				h := http.Header{"X-Build-Key": {key}}
				want, err := referenceHeader("X-Build-Key", h)
				checkAnswer(t, parser.Header("X-Build-Key"), h, want, err)
				if err == nil {
					accepted++
				}
			}
			if accepted != keyByteCount {
				t.Errorf("%d bytes were accepted, want %d", accepted, keyByteCount)
			}
		})
	}
}

// TestEveryByteOfAScheme puts each of the 256 bytes at each place of an
// Authorization header, where exactly those listed lead to a key.
func TestEveryByteOfAScheme(t *testing.T) {
	t.Parallel()
	const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for _, place := range []struct{ name, before, after, accepted string }{
		{"before the scheme", "", "Token abc", ""},
		{"first of the scheme", "", "oken abc", "Tt"},
		{"in the scheme", "To", "en abc", "Kk"},
		{"last of the scheme", "Toke", " abc", "Nn"},
		{"behind the scheme", "Token", " abc", " "},
		{"alone behind the scheme", "Token", "", ""},
		{"separator", "Token", "abc", " "},
		{"last separator", "Token ", " abc", " "},
		{"before the key", "Token ", "abc", " " + alphanumeric + "-._~+/="},
		{"in the key", "Token a", "bc", alphanumeric + "-._~+/="},
		{"behind the key", "Token abc", "", alphanumeric + "-._~+/="},
	} {
		t.Run(place.name, func(t *testing.T) {
			t.Parallel()
			for b := range 256 {
				value := place.before + string([]byte{byte(b)}) + place.after
				h := http.Header{"Authorization": {value}}
				want, err := referenceScheme("Token", h)
				checkAnswer(t, parser.Token, h, want, err)
				if accepted := strings.IndexByte(place.accepted, byte(b)) >= 0; accepted != (err == nil) {
					t.Errorf("byte %#02x: got %v, accepted should be %v", b, err, accepted)
				}
			}
		})
	}
}

// TestEveryByteOfAName makes each of the 256 bytes a scheme and a header's name:
// only the 77 that a token may hold can match.
func TestEveryByteOfAName(t *testing.T) {
	t.Parallel()
	schemes, names := 0, 0
	for b := range 256 {
		name := "X" + string([]byte{byte(b)})
		if _, err := parser.Scheme(name).Parse(http.Header{"Authorization": {name + " abc"}}); err == nil {
			schemes++
		}
		if _, err := parser.Header(name).Parse(http.Header{http.CanonicalHeaderKey(name): {"abc"}}); err == nil {
			names++
		}
	}
	if schemes != tokenByteCount || names != tokenByteCount {
		t.Errorf("%d bytes make a scheme and %d a name, want %d", schemes, names, tokenByteCount)
	}
}
