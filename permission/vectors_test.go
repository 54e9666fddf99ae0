package permission_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/permission"
)

// vector is a row of composition.json.
type vector struct {
	ID      string               `json:"id"`
	Expr    any                  `json:"expr"`
	Leaves  map[string][2]string `json:"leaves"`
	Denials map[string]struct{ Code, Reason string }
	Request expected
	Object  *expected
}

type expected struct {
	Verdict        string
	Calls          []string
	Rule           *string
	Code, Reason   *string
	ReasonMentions string `json:"reason_mentions"`
}

func TestCompositionVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/vectors/composition.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Rows []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Rows) < 43 {
		t.Fatalf("%d rows", len(file.Rows))
	}
	for _, v := range file.Rows {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			var calls []string
			p := v.build(v.Expr, &calls)
			v.Request.check(t, p.Decide(get(), nil), calls)
			if v.Object != nil {
				calls = nil
				v.Object.check(t, p.Decide(get(), &row{}), calls)
			}
		})
	}
}

func (v vector) build(expr any, calls *[]string) permission.Permission {
	if name, ok := expr.(string); ok {
		return called{v.leaf(name), calls}
	}
	list := expr.([]any)
	var operands []permission.Permission
	for _, operand := range list[1:] {
		operands = append(operands, v.build(operand, calls))
	}
	switch list[0] {
	case "and":
		return permission.And(operands[0], operands[1:]...)
	case "or":
		return permission.Or(operands[0], operands[1:]...)
	case "not":
		return permission.Not(operands[0])
	}
	panic(fmt.Sprint("no operator: ", list[0]))
}

// called notes the names of the leaves that are asked.
type called struct {
	permission.Permission
	calls *[]string
}

func (c called) Decide(r *http.Request, obj any) permission.Decision {
	*c.calls = append(*c.calls, c.String())
	return c.Permission.Decide(r, obj)
}

func (v vector) leaf(name string) permission.Permission {
	verdicts := map[string]permission.Verdict{"Grant": grant, "Deny": deny, "Pending": pending, "Unknown": unknown}
	pair := v.Leaves[name]
	denial := v.Denials[name]
	k := &kind{name, verdicts[pair[0]], verdicts[pair[1]], denial.Code, denial.Reason}
	return k.leaf()
}

func (want expected) check(t *testing.T, got permission.Decision, calls []string) {
	t.Helper()
	if got.Verdict.String() != want.Verdict || !slices.Equal(calls, want.Calls) {
		t.Errorf("%s after %v, want %s after %v", show(got), calls, want.Verdict, want.Calls)
	}
	for _, field := range []struct {
		name string
		got  string
		want *string
	}{{"rule", got.Rule, want.Rule}, {"code", got.Code, want.Code}, {"reason", got.Reason, want.Reason}} {
		if field.want != nil && field.got != *field.want {
			t.Errorf("%s %q, want %q", field.name, field.got, *field.want)
		}
	}
	if !strings.Contains(got.Reason, want.ReasonMentions) {
		t.Errorf("reason %q does not mention %q", got.Reason, want.ReasonMentions)
	}
}
