package parser_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"testing"

	"github.com/buildkey/buildkey/parser"
)

// spec is a parser as the vectors write it.
type spec struct {
	Scheme string `json:"scheme"`
	Header string `json:"header"`
	First  []spec `json:"first"`
}

func (s spec) parser() parser.Parser {
	switch {
	case s.Scheme != "":
		return parser.Scheme(s.Scheme)
	case s.Header != "":
		return parser.Header(s.Header)
	}
	rest := make([]parser.Parser, 0, len(s.First))
	for _, operand := range s.First[1:] {
		rest = append(rest, operand.parser())
	}
	return parser.First(s.First[0].parser(), rest...)
}

type vectors struct {
	Rows []struct {
		ID     string      `json:"id"`
		Parser spec        `json:"parser"`
		Header [][2]string `json:"header"`
		Result string      `json:"result"`
		Key    string      `json:"key"`
		Why    string      `json:"why"`
	} `json:"rows"`
	Challenges []struct {
		Parser    spec   `json:"parser"`
		Challenge string `json:"challenge"`
	} `json:"challenges"`
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	data, err := os.ReadFile("../testdata/vectors/parser.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Rows) == 0 || len(v.Challenges) == 0 {
		t.Fatal("the vectors are empty")
	}
	return v
}

// result names the outcome of Parse as the vectors do.
func result(err error) string {
	switch {
	case err == nil:
		return "key"
	case errors.Is(err, parser.ErrMissing):
		return "missing"
	case errors.Is(err, parser.ErrMalformed):
		return "malformed"
	}
	return "another error: " + err.Error()
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, row := range readVectors(t).Rows {
		t.Run(row.ID, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for _, line := range row.Header {
				h.Add(line[0], line[1])
			}
			raw, err := row.Parser.parser().Parse(h)
			if got := result(err); got != row.Result || raw != row.Key {
				t.Errorf("got %s %q, want %s %q: %s", got, raw, row.Result, row.Key, row.Why)
			}
		})
	}
}

func TestChallengeVectors(t *testing.T) {
	t.Parallel()
	for _, row := range readVectors(t).Challenges {
		if got := row.Parser.parser().Challenge(); got != row.Challenge {
			t.Errorf("%+v: got %q, want %q", row.Parser, got, row.Challenge)
		}
	}
}
