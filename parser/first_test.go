package parser_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/parser"
)

// fixed answers the same to every request, and counts.
type fixed struct {
	raw       string
	err       error
	challenge string
	asked     *int
}

func (f fixed) Parse(http.Header) (string, error) {
	if f.asked != nil {
		*f.asked++
	}
	return f.raw, f.err
}

func (f fixed) Challenge() string { return f.challenge }

func TestFirstAnswers(t *testing.T) {
	t.Parallel()
	errOwn := errors.New("own error")
	for _, row := range []struct {
		name  string
		first fixed
		raw   string
		err   error
		next  int // how often the next parser was asked
	}{
		{"key", fixed{raw: "abc"}, "abc", nil, 0},
		{"missing", fixed{err: parser.ErrMissing}, "next", nil, 1},
		{"missing, wrapped", fixed{err: fmt.Errorf("own: %w", parser.ErrMissing)}, "next", nil, 1},
		{"missing, with a key", fixed{raw: "abc", err: parser.ErrMissing}, "next", nil, 1},
		{"malformed", fixed{err: parser.ErrMalformed}, "", parser.ErrMalformed, 0},
		{"malformed, with a key", fixed{raw: "abc", err: parser.ErrMalformed}, "", parser.ErrMalformed, 0},
		{"error of its own", fixed{err: errOwn}, "", errOwn, 0},
		{"no key and no error", fixed{}, "", parser.ErrMalformed, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			next := 0
			p := parser.First(row.first, fixed{raw: "next", asked: &next})
			raw, err := p.Parse(http.Header{})
			if raw != row.raw || !errors.Is(err, row.err) {
				t.Errorf("got %q, %v, want %q, %v", raw, err, row.raw, row.err)
			}
			if next != row.next {
				t.Errorf("the next parser was asked %d times, want %d", next, row.next)
			}
		})
	}
}

func TestFirstOfNil(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		compose func() parser.Parser
		operand string
	}{
		{"alone", func() parser.Parser { return parser.First(nil) }, "operand 1 "},
		{"first", func() parser.Parser { return parser.First(nil, parser.Token) }, "operand 1 "},
		{"last", func() parser.Parser { return parser.First(parser.Token, parser.Bearer, nil) }, "operand 3 "},
		{"a nil pointer", func() parser.Parser { return parser.First(parser.Token, (*parser.Scheme)(nil)) }, "operand 2 "},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				message := fmt.Sprint(recover())
				if !strings.HasPrefix(message, "parser: ") || !strings.Contains(message, row.operand) {
					t.Errorf("panic %q does not name %s", message, row.operand)
				}
			}()
			row.compose()
		})
	}
}

func TestFirstCopiesItsOperands(t *testing.T) {
	t.Parallel()
	rest := []parser.Parser{parser.Bearer}
	p := parser.First(parser.Token, rest...)
	rest[0] = nil
	if _, err := p.Parse(http.Header{"Authorization": {"Bearer abc"}}); err != nil {
		t.Errorf("a change of the slice reached the parser: %v", err)
	}
	rest = make([]parser.Parser, 0, 2) // room in which an append could write
	one := parser.First(p, append(rest, parser.APIKey)...)
	two := parser.First(p, append(rest, parser.Header("X"))...)
	if one.Challenge() != "Token, Bearer, Api-Key" || two.Challenge() != "Token, Bearer" {
		t.Errorf("two parsers of one operand share it: %q, %q", one.Challenge(), two.Challenge())
	}
	if one == two { // would panic, were they slices
		t.Error("two parsers of different operands are equal")
	}
}

func TestFirstChallengeAndHeaders(t *testing.T) {
	t.Parallel()
	key := parser.Header("X-Build-Key")
	for _, row := range []struct {
		name      string
		parser    parser.Parser
		challenge string
		headers   []string
	}{
		{"one", parser.First(parser.Token), "Token", []string{"Authorization"}},
		{"order", parser.First(parser.Bearer, key, parser.Token), "Bearer, Token", []string{"Authorization", "X-Build-Key"}},
		{"the other order", parser.First(key, parser.Token), "Token", []string{"X-Build-Key", "Authorization"}},
		{"duplicates", parser.First(parser.Token, parser.Bearer, parser.Token, key, key), "Token, Bearer",
			[]string{"Authorization", "X-Build-Key"}},
		{"nested", parser.First(parser.First(parser.Token, key), parser.First(parser.Bearer, parser.Token)), "Token, Bearer",
			[]string{"Authorization", "X-Build-Key"}},
		{"no challenge at all", parser.First(key, parser.Header("X")), "", []string{"X-Build-Key", "X"}},
		{"parser without Headers", parser.First(fixed{challenge: `Own realm="a, b"`}, parser.Token),
			`Own realm="a, b", Token`, []string{"Authorization"}},
		{"nothing that matches", parser.First(parser.Scheme(""), parser.Header("")), "", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			checkSelf(t, row.parser, row.challenge, row.headers)
		})
	}
}
