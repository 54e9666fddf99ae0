package permission_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/buildkey/buildkey/permission"
)

// expression is a tree for tests: a leaf of a kind, or an operator over operands.
type expression struct {
	op       string // "and", "or", "not", "" for a leaf
	kind     *kind
	operands []*expression

	// What was found out before, since trees share their operands.
	plain   permission.Permission
	answers [2]*permission.Decision
}

// kind is a leaf's verdict before and after the object is known, and its words
// when it denies.
type kind struct {
	name            string
	request, object permission.Verdict
	code, reason    string
}

const (
	deny    = permission.Deny
	pending = permission.Pending
	grant   = permission.Grant
	unknown = permission.Unknown
)

var (
	kinds = []*kind{
		{"g", grant, grant, "", ""},
		{"d", deny, deny, "", ""},
		{"u", unknown, unknown, "", ""},
		{"pg", pending, grant, "", ""},
		{"pd", pending, deny, "", ""},
		{"pu", pending, unknown, "", ""},
	}
	// worded deny with words of their own.
	worded = []*kind{
		{"dw", deny, deny, "no_dw", "dw says no"},
		{"pdw", pending, deny, "", "pdw says no"},
	}
)

// row is the object that the tests' requests are about.
type row struct{}

var errSick = errors.New("the rule is sick")

func leafOf(k *kind) *expression { return &expression{kind: k} }

func tree(op string, operands ...*expression) *expression {
	return &expression{op: op, operands: operands}
}

// build makes the permission. asked, unless nil, is told each run of a leaf, by
// the leaf's number from left to right; a leaf that waits is asked too.
func (e *expression) build(asked func(leaf int)) permission.Permission {
	number := 0
	if asked != nil {
		return e.number(&number, asked)
	}
	if e.plain == nil {
		e.plain = e.number(&number, nil)
	}
	return e.plain
}

func (e *expression) number(next *int, asked func(int)) permission.Permission {
	if e.op == "" {
		p := e.kind.leaf()
		if asked != nil {
			p = counted{p, *next, asked}
		}
		*next++
		return p
	}
	var operands []permission.Permission
	for _, operand := range e.operands {
		if asked == nil {
			operands = append(operands, operand.build(nil))
		} else {
			operands = append(operands, operand.number(next, asked))
		}
	}
	switch e.op {
	case "and":
		return permission.And(operands[0], operands[1:]...)
	case "or":
		return permission.Or(operands[0], operands[1:]...)
	case "not":
		return permission.Not(operands[0])
	}
	panic("no operator: " + e.op)
}

// counted is a permission of a type that the package does not know.
type counted struct {
	permission.Permission
	number int
	asked  func(int)
}

func (c counted) Decide(r *http.Request, obj any) permission.Decision {
	c.asked(c.number)
	return c.Permission.Decide(r, obj)
}

func (k *kind) leaf() permission.Permission {
	if k.request == pending {
		return permission.ForObject(k.name, func(*http.Request, *row) error { return k.answer() })
	}
	return permission.New(k.name, func(*http.Request) error { return k.answer() })
}

func (k *kind) answer() error {
	switch k.object {
	case grant:
		return nil
	case deny:
		return permission.Denied(k.code, k.reason)
	}
	return errSick
}

func (e *expression) String() string {
	switch e.op {
	case "":
		return e.kind.name
	case "not":
		return "~" + e.operands[0].String()
	}
	sign := map[string]string{"and": " & ", "or": " | "}[e.op]
	text := e.operands[0].String()
	for _, operand := range e.operands[1:] {
		text += sign + operand.String()
	}
	return "(" + text + ")"
}

// phases are the two that a request can go through.
var phases = []struct {
	name string
	obj  any
}{{"request", nil}, {"object", &row{}}}

func get() *http.Request { return httptest.NewRequest(http.MethodGet, "/", nil) }

// show is a decision for a test's message.
func show(d permission.Decision) string {
	return fmt.Sprintf("%s by %q, %q: %q, %v", d.Verdict, d.Rule, d.Code, d.Reason, d.Err)
}
