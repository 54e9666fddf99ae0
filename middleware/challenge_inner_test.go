package middleware

import "testing"

func TestWithParams(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ list, want string }{
		{"Token", "Token p"},
		{"Token, Bearer", "Token p, Bearer p"},
		{`Bearer realm="x"`, `Bearer realm="x", p`},
		{`Bearer realm="x", scope="y", Token`, `Bearer realm="x", scope="y", p, Token p`},
		{`Bearer realm="a, b=c", Token`, `Bearer realm="a, b=c", p, Token p`},
		{`Bearer realm="a\", b", Token`, `Bearer realm="a\", b", p, Token p`},
		{`Bearer realm=x,charset=utf-8`, `Bearer realm=x, charset=utf-8, p`},
		{"Token ,  Bearer", "Token p, Bearer p"},
		{"Token   realm=x", "Token realm=x, p"},
	} {
		if got := withParams(row.list, "p"); got != row.want {
			t.Errorf("%s: %s, want %s", row.list, got, row.want)
		}
	}
}

// TestTheLastRowHoldsForEverything, so that every error has an answer.
func TestTheLastRowHoldsForEverything(t *testing.T) {
	t.Parallel()
	last := situations[len(situations)-1]
	if !last.holds(nil, false) || last.status != 500 || last.token != "" {
		t.Errorf("%+v", last)
	}
}
