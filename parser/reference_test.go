package parser_test

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/buildkey/buildkey/parser"
)

// The reference says the rules again, slowly and by other means than the
// package: the fuzz tests and the tests of every byte compare the two.

var (
	keyGrammar    = regexp.MustCompile(`^[A-Za-z0-9\-._~+/=]{1,512}$`)
	tokenGrammar  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+\\-.^_`|~]+$")
	credentials   = regexp.MustCompile("(?s)^([A-Za-z0-9!#$%&'*+\\-.^_`|~]+)(.*)$")
	separator     = regexp.MustCompile(`^ +`)
	startsNoWord  = regexp.MustCompile(`^[\x00-\x7f]`)
	lowerASCII    = strings.NewReplacer(pairs("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")...)
	errMissing    = parser.ErrMissing
	errMalformed  = parser.ErrMalformed
	authorization = "Authorization"
)

func pairs(from, to string) (list []string) {
	for i := range from {
		list = append(list, from[i:i+1], to[i:i+1])
	}
	return list
}

// referenceValue gathers the header under every spelling, and answers only what
// stands once under the canonical one.
func referenceValue(h http.Header, name string) (string, error) {
	if !tokenGrammar.MatchString(name) || len(h.Values(name)) == 0 {
		return "", errMissing
	}
	var all []string
	for other, values := range h {
		if lowerASCII.Replace(other) == lowerASCII.Replace(name) {
			all = append(all, values...)
		}
	}
	switch {
	case len(all) > 1:
		return "", errMalformed
	case all[0] == "":
		return "", errMissing
	}
	return all[0], nil
}

func referenceKey(s string) (string, error) {
	if !keyGrammar.MatchString(s) {
		return "", errMalformed
	}
	return s, nil
}

func referenceHeader(name string, h http.Header) (string, error) {
	value, err := referenceValue(h, name)
	if err != nil {
		return "", err
	}
	return referenceKey(value)
}

func referenceScheme(scheme string, h http.Header) (string, error) {
	value, err := referenceValue(h, authorization)
	if !tokenGrammar.MatchString(scheme) {
		return "", errMissing
	}
	if err != nil {
		return "", err
	}
	parts := credentials.FindStringSubmatch(value)
	switch {
	case parts == nil && startsNoWord.MatchString(value):
		return "", errMalformed
	case parts == nil || lowerASCII.Replace(parts[1]) != lowerASCII.Replace(scheme):
		return "", errMissing
	case !separator.MatchString(parts[2]):
		return "", errMalformed
	}
	return referenceKey(separator.ReplaceAllString(parts[2], ""))
}
