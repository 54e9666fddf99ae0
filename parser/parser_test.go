package parser_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/parser"
)

func TestParse(t *testing.T) {
	t.Parallel()
	key := func(n int) string { return strings.Repeat("k", n) }
	for _, row := range []struct {
		name   string
		parser parser.Parser
		header http.Header
		want   string
		key    string
	}{
		{"nil headers", parser.Token, nil, "missing", ""},
		{"nil values", parser.Token, http.Header{"Authorization": nil}, "missing", ""},
		{"spaces alone", parser.Token, http.Header{"Authorization": {"   "}}, "malformed", ""},
		{"scheme and spaces alone", parser.Token, http.Header{"Authorization": {"Token   "}}, "malformed", ""},
		{"space behind the key", parser.Token, http.Header{"Authorization": {"Token abc "}}, "malformed", ""},
		{"empty element before the credentials", parser.Token, http.Header{"Authorization": {", Token abc"}}, "malformed", ""},
		{"comma behind the scheme", parser.Token, http.Header{"Authorization": {"Token, Token abc"}}, "malformed", ""},
		{"line break in the key", parser.Token, http.Header{"Authorization": {"Token abc\r\nX: y"}}, "malformed", ""},
		{"no-break space as separator", parser.Token, http.Header{"Authorization": {"Token\u00a0abc"}}, "malformed", ""},
		{"scheme that starts with a letter folding to ASCII", parser.Scheme("Secret"),
			http.Header{"Authorization": {"\u017fecret abc"}}, "missing", ""},
		{"two empty values", parser.Token, http.Header{"Authorization": {"", ""}}, "malformed", ""},
		{"an empty value beside a key", parser.Token, http.Header{"Authorization": {"Token abc", ""}}, "malformed", ""},
		{"two of another scheme", parser.Token, http.Header{"Authorization": {"Basic a", "Basic b"}}, "malformed", ""},
		{"1 byte", parser.Header("K"), http.Header{"K": {key(1)}}, "key", key(1)},
		{"512 bytes", parser.Header("K"), http.Header{"K": {key(512)}}, "key", key(512)},
		{"513 bytes", parser.Header("K"), http.Header{"K": {key(513)}}, "malformed", ""},
		{"512 bytes behind many spaces", parser.Token,
			http.Header{"Authorization": {"Token" + strings.Repeat(" ", 600) + key(512)}}, "key", key(512)},
		{"513 bytes behind one space", parser.Token,
			http.Header{"Authorization": {"Token " + key(513)}}, "malformed", ""},
		{"another spelling alone", parser.Token, http.Header{"authorization": {"Token abc"}}, "missing", ""},
		{"another spelling as well", parser.Token,
			http.Header{"Authorization": {"Token abc"}, "authorization": {"Token def"}}, "malformed", ""},
		{"another spelling without values", parser.Token,
			http.Header{"Authorization": {"Token abc"}, "authorization": nil}, "key", "abc"},
		{"another spelling of another header", parser.Header("X-Build-Key"),
			http.Header{"X-Build-Key": {"abc"}, "x-built-key": {"def"}}, "key", "abc"},
		{"two spellings of a header", parser.Header("x-build-key"),
			http.Header{"X-Build-Key": {"abc"}, "X-BUILD-KEY": {"abc"}}, "malformed", ""},
		{"empty scheme", parser.Scheme(""), http.Header{"Authorization": {" abc"}}, "missing", ""},
		{"scheme with a space", parser.Scheme("My Token"), http.Header{"Authorization": {"My Token abc"}}, "missing", ""},
		{"scheme with a non-ASCII letter", parser.Scheme("Jeton\u00e9"),
			http.Header{"Authorization": {"Jeton\u00e9 abc"}}, "missing", ""},
		{"empty header", parser.Header(""), http.Header{"": {"abc"}}, "missing", ""},
		{"header with a space", parser.Header("X Key"), http.Header{"X Key": {"abc"}}, "missing", ""},
		{"header with a line break", parser.Header("X\r\nY"), http.Header{"X\r\nY": {"abc"}}, "missing", ""},
		{"token characters in a scheme", parser.Scheme("b.k_1~"), http.Header{"Authorization": {"B.K_1~ abc"}}, "key", "abc"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			raw, err := row.parser.Parse(row.header)
			if got := result(err); got != row.want || raw != row.key {
				t.Errorf("got %s %q, want %s %q", got, raw, row.want, row.key)
			}
		})
	}
}

func TestErrorsHoldNoValue(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"sesame", "Basic sesame", "Token sesame!", "Token", "sesame sesame"} {
		for _, p := range []parser.Parser{parser.Token, parser.Header("Authorization"), parser.First(parser.Token)} {
			raw, err := p.Parse(http.Header{"Authorization": {value}})
			if err == nil {
				continue // "sesame" is a key of the Header parser
			}
			if raw != "" || !strings.HasPrefix(err.Error(), "parser: ") || strings.Contains(err.Error(), "sesame") {
				t.Errorf("%T, %q: got %q and the error %q", p, value, raw, err)
			}
		}
	}
}

// checkSelf compares what a parser says of itself.
func checkSelf(t *testing.T, p parser.Parser, challenge string, headers []string) {
	t.Helper()
	if got := p.Challenge(); got != challenge {
		t.Errorf("challenge %q, want %q", got, challenge)
	}
	if got := p.(interface{ Headers() []string }).Headers(); !slices.Equal(got, headers) {
		t.Errorf("headers %q, want %q", got, headers)
	}
}

func TestChallengeAndHeaders(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		parser    parser.Parser
		challenge string
		headers   []string
	}{
		{"scheme", parser.Bearer, "Bearer", []string{"Authorization"}},
		{"empty scheme", parser.Scheme(""), "", nil},
		{"scheme that would break the header", parser.Scheme("A\r\nB"), "", nil},
		{"header", parser.Header("x-build-key"), "", []string{"X-Build-Key"}},
		{"empty header", parser.Header(""), "", nil},
		{"header that would break Vary", parser.Header("A, *"), "", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			checkSelf(t, row.parser, row.challenge, row.headers)
		})
	}
}
