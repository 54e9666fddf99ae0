package parser_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/parser"
)

// request is what a worker's client sends, give or take: twelve headers.
func request(name, value string) http.Header {
	h := http.Header{}
	for _, other := range []string{"Accept", "Accept-Encoding", "Connection", "Content-Length", "Content-Type",
		"Traceparent", "Tracestate", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-Id"} {
		h.Set(other, "value")
	}
	h.Set(name, value)
	return h
}

// key is as long as the library's own keys.
var key = "bk_" + strings.Repeat("k", 71)

var hits = []struct {
	name   string
	parser parser.Parser
	header http.Header
}{
	{"Scheme", parser.Token, request("Authorization", "Token "+key)},
	{"SchemeOtherCase", parser.Token, request("Authorization", "tOKEN  "+key)},
	{"Header", parser.Header("X-Build-Key"), request("X-Build-Key", key)},
	{"FirstOfTwo", parser.First(parser.Token, parser.Bearer), request("Authorization", "Token "+key)},
	{"LastOfThree", parser.First(parser.Header("X-Build-Key"), parser.Token, parser.Bearer),
		request("Authorization", "Bearer "+key)},
}

func TestAllocations(t *testing.T) {
	for _, row := range hits {
		t.Run(row.name, func(t *testing.T) {
			if raw, err := row.parser.Parse(row.header); raw != key {
				t.Fatalf("got %q, %v", raw, err)
			}
			n := testing.AllocsPerRun(100, func() { _, _ = row.parser.Parse(row.header) })
			if n != 0 {
				t.Errorf("%v allocations for a key, want none", n)
			}
		})
	}
	t.Run("Missing", func(t *testing.T) {
		h := request("Authorization", "Basic dXNlcjpwYXNz")
		if n := testing.AllocsPerRun(100, func() { _, _ = parser.Token.Parse(h) }); n != 0 {
			t.Errorf("%v allocations for no key, want none", n)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, row := range hits {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = row.parser.Parse(row.header)
			}
		})
	}
}

func BenchmarkParseMissing(b *testing.B) {
	h := request("Accept-Language", "en")
	b.ReportAllocs()
	for b.Loop() {
		_, _ = parser.Token.Parse(h)
	}
}
