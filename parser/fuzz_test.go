package parser_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/parser"
)

// checkAnswer compares a parser's answer with the reference's and with the promises
// made for every input: a key obeys the grammar and stands in one of the values.
func checkAnswer(t *testing.T, p parser.Parser, h http.Header, want string, wantErr error) {
	t.Helper()
	raw, err := p.Parse(h)
	if raw != want || err != wantErr {
		t.Fatalf("got %q, %v; the reference says %q, %v", raw, err, want, wantErr)
	}
	if err != nil {
		if raw != "" {
			t.Fatalf("%q beside the error %v", raw, err)
		}
		return
	}
	if !keyGrammar.MatchString(raw) {
		t.Fatalf("%q is no key", raw)
	}
	values := slices.Concat(slices.Collect(maps.Values(h))...)
	if !strings.Contains(strings.Join(values, "\n"), raw) {
		t.Fatalf("%q is not a part of any value", raw)
	}
}

// headers puts value under name, and extra under other, both as spelled.
func headers(name, value, other, extra string) http.Header {
	h := http.Header{"Accept": {"*/*"}}
	h[name] = append(h[name], value)
	h[other] = append(h[other], extra)
	return h
}

func FuzzScheme(f *testing.F) {
	f.Add("Token", "Token abc123", "X-Other", "")
	f.Add("Token", "token   abc123", "authorization", "Token def")
	f.Add("Api-Key", "Api-\u212aey abc", "AUTHORIZATION", "")
	f.Add("Bearer", "Bearer\tabc", "Authorization", "Bearer abc")
	f.Add("", " abc", "X", "")
	f.Add("To ken", "To ken abc", "X", "")
	f.Add("Token", "Token "+strings.Repeat("k", 513), "X", "")
	f.Fuzz(func(t *testing.T, scheme, value, other, extra string) {
		h := headers("Authorization", value, other, extra)
		want, wantErr := referenceScheme(scheme, h)
		checkAnswer(t, parser.Scheme(scheme), h, want, wantErr)
	})
}

func FuzzHeader(f *testing.F) {
	f.Add("X-Build-Key", "abc123", "X-Other", "")
	f.Add("x-build-key", "abc123", "x-build-key", "def")
	f.Add("X-Build-Key", "Token abc", "X-BUILD-KEY", "abc")
	f.Add("", "abc", "X", "")
	f.Add("X Build", "abc", "x build", "abc")
	f.Add("X-Build-Key", strings.Repeat("k", 513), "X", "")
	f.Fuzz(func(t *testing.T, name, value, other, extra string) {
		h := headers(http.CanonicalHeaderKey(name), value, other, extra)
		want, wantErr := referenceHeader(name, h)
		checkAnswer(t, parser.Header(name), h, want, wantErr)
	})
}

func FuzzFirst(f *testing.F) {
	f.Add("X-Build-Key", "Token", "abc123", "Token def456")
	f.Add("X-Build-Key", "Token", "abc 123", "Token def456")
	f.Add("X-Build-Key", "Bearer", "", "bearer def456")
	f.Add("Authorization", "Token", "abc", "Token abc")
	f.Add("", "", "abc", "def")
	f.Fuzz(func(t *testing.T, name, scheme, value, credentials string) {
		h := headers(http.CanonicalHeaderKey(name), value, "Authorization", credentials)
		want, wantErr := referenceHeader(name, h)
		if wantErr == errMissing {
			want, wantErr = referenceScheme(scheme, h)
		}
		checkAnswer(t, parser.First(parser.Header(name), parser.Scheme(scheme)), h, want, wantErr)
	})
}
