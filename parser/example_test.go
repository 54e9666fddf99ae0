package parser_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/buildkey/buildkey/parser"
)

func ExampleScheme() {
	h := http.Header{}
	h.Set("Authorization", "token abc123")

	raw, err := parser.Token.Parse(h)
	fmt.Println(raw, err)

	_, err = parser.Bearer.Parse(h)
	fmt.Println(errors.Is(err, parser.ErrMissing))
	// Output:
	// abc123 <nil>
	// true
}

func ExampleScheme_Challenge() {
	fmt.Println(parser.Token.Challenge())
	fmt.Println(parser.Scheme("Build").Challenge())
	// Output:
	// Token
	// Build
}

func ExampleHeader() {
	h := http.Header{}
	h.Set("X-Build-Key", "abc123")

	raw, err := parser.Header("X-Build-Key").Parse(h)
	fmt.Println(raw, err)

	h.Add("X-Build-Key", "abc123")
	_, err = parser.Header("X-Build-Key").Parse(h)
	fmt.Println(errors.Is(err, parser.ErrMalformed))
	// Output:
	// abc123 <nil>
	// true
}

func ExampleFirst() {
	p := parser.First(parser.Header("X-Build-Key"), parser.Token, parser.Bearer)

	raw, err := p.Parse(http.Header{"Authorization": {"Bearer abc123"}})
	fmt.Println(raw, err)
	fmt.Println(p.Challenge())
	// Output:
	// abc123 <nil>
	// Token, Bearer
}

// prefixed is a Parser of one's own: it leaves to others the keys that do not
// start with its prefix, as where two kinds of keys share a scheme.
type prefixed struct {
	parser.Scheme
	prefix string
}

func (p prefixed) Parse(h http.Header) (string, error) {
	raw, err := p.Scheme.Parse(h)
	if err == nil && !strings.HasPrefix(raw, p.prefix) {
		return "", parser.ErrMissing
	}
	return raw, err
}

func ExampleParser() {
	var p parser.Parser = prefixed{parser.Token, "bk_"}

	raw, err := p.Parse(http.Header{"Authorization": {"Token bk_abc123"}})
	fmt.Println(raw, err)

	_, err = p.Parse(http.Header{"Authorization": {"Token other_abc123"}})
	fmt.Println(errors.Is(err, parser.ErrMissing))
	// Output:
	// bk_abc123 <nil>
	// true
}
