package permission_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/permission"
)

func TestTextShowsStructure(t *testing.T) {
	t.Parallel()
	a, b, c := leafOf(&kind{name: "A"}).build(nil), leafOf(&kind{name: "B"}).build(nil), leafOf(&kind{name: "C"}).build(nil)
	for want, p := range map[string]permission.Permission{
		"(HasBuildAPIKey | Restricted)":           permission.Or(permission.HasBuildAPIKey, permission.Restricted),
		"(HasBuildAPIKey & HasScope(key:create))": permission.And(permission.HasBuildAPIKey, permission.HasScope("key:create")),
		"(A & B & C)":   permission.And(a, b, c),
		"((A & B) & C)": permission.And(permission.And(a, b), c),
		"(A | (B & C))": permission.Or(a, permission.And(b, c)),
		"(A)":           permission.And(a),
		"~A":            permission.Not(a),
		"~~A":           permission.Not(permission.Not(a)),
		"~(A | ~B)":     permission.Not(permission.Or(a, permission.Not(b))),
		"(AllowAny & DenyAll & ReadOnly & IsStaff)": permission.And(permission.AllowAny, permission.DenyAll, permission.ReadOnly, permission.IsStaff),
		"(IsAuthenticated & AtLevel(build))":        permission.And(permission.IsAuthenticated, permission.AtLevel(3)),
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// own is a permission of a type that the package does not know.
type own struct {
	decision permission.Decision
	text     string
}

func (o *own) Decide(*http.Request, any) permission.Decision { return o.decision }
func (o *own) String() string                                { return o.text }

type ownFunc func() permission.Decision

func (f ownFunc) Decide(*http.Request, any) permission.Decision { return f() }
func (f ownFunc) String() string                                { return "OwnFunc" }

func TestNilOperandsPanicWhereComposed(t *testing.T) {
	t.Parallel()
	allow := permission.AllowAny
	for name, compose := range map[string]func(){
		"And first":            func() { permission.And(nil) },
		"And second":           func() { permission.And(allow, nil) },
		"Or first":             func() { permission.Or(nil, allow) },
		"Or last":              func() { permission.Or(allow, allow, nil) },
		"Not":                  func() { permission.Not(nil) },
		"Explain":              func() { permission.Explain(nil, get(), nil) },
		"a nil pointer in And": func() { permission.And(allow, (*own)(nil)) },
		"a nil pointer in Not": func() { permission.Not((*own)(nil)) },
		"a nil func in Or":     func() { permission.Or(allow, ownFunc(nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustPanic(t, compose)
		})
	}
}

func TestCompositionCopiesItsOperands(t *testing.T) {
	t.Parallel()
	operands := []permission.Permission{permission.DenyAll, permission.DenyAll, permission.DenyAll}
	and := permission.And(permission.AllowAny, operands...)
	or := permission.Or(permission.DenyAll, operands...)
	clear(operands)
	for i := range operands {
		operands[i] = permission.AllowAny
	}
	for _, p := range []permission.Permission{and, or} {
		if d := p.Decide(get(), nil); d.Verdict != deny {
			t.Errorf("%s became %s", p, show(d))
		}
	}
	grown := append(operands[:1], permission.AllowAny)
	if got := or.String(); strings.Contains(got, "AllowAny") || len(grown) != 2 {
		t.Errorf("the text became %s", got)
	}
}

// TestOwnPermissions holds leaves of foreign types to the same order.
func TestOwnPermissions(t *testing.T) {
	t.Parallel()
	sick := permission.Decision{Verdict: unknown, Err: errSick}
	for _, row := range []struct {
		name string
		in   permission.Decision
		want permission.Decision // without an Err: any, where Unknown
	}{
		{"zero", permission.Decision{}, permission.Decision{Rule: "Own"}},
		{"grant with words", permission.Decision{Verdict: grant, Code: "c", Reason: "r", Err: errSick}, permission.Decision{Verdict: grant, Rule: "Own"}},
		{"pending with words", permission.Decision{Verdict: pending, Code: "c", Err: errSick}, permission.Decision{Verdict: pending, Rule: "Own"}},
		{"denial with an error", permission.Decision{Code: "c", Reason: "r", Err: errSick}, permission.Decision{Rule: "Own", Code: "c", Reason: "r"}},
		{"a rule of its own", permission.Decision{Verdict: grant, Rule: "Inner"}, permission.Decision{Verdict: grant, Rule: "Inner"}},
		{"unknown", sick, permission.Decision{Verdict: unknown, Rule: "Own", Err: errSick}},
		{"unknown without an error", permission.Decision{Verdict: unknown}, permission.Decision{Verdict: unknown, Rule: "Own"}},
		{"no verdict at all", permission.Decision{Verdict: 9}, permission.Decision{Verdict: unknown, Rule: "Own"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			leaf := &own{row.in, "Own"}
			checkOwn(t, permission.And(leaf).Decide(get(), nil), row.want)
			checkOwn(t, permission.Or(permission.DenyAll, leaf).Decide(get(), nil), denyAllOr(row.want))
			checkOwn(t, permission.Explain(leaf, get(), nil).Decision, row.want)
			if v := permission.Not(leaf).Decide(get(), nil).Verdict; row.want.Verdict == unknown && v != unknown {
				t.Errorf("under a Not it is %s", v)
			}
		})
	}
}

// denyAllOr is what an Or with DenyAll makes of a decision: of two denials, that
// of DenyAll.
func denyAllOr(d permission.Decision) permission.Decision {
	if d.Verdict == deny {
		return permission.DenyAll.Decide(get(), nil)
	}
	return d
}

func checkOwn(t *testing.T, got, want permission.Decision) {
	t.Helper()
	if want.Verdict == unknown && want.Err == nil {
		if got.Err == nil {
			t.Error("Unknown without an error")
		}
		got.Err = nil
	}
	if got != want {
		t.Errorf("%s, want %s", show(got), show(want))
	}
}

func TestUnknownKeepsItsError(t *testing.T) {
	t.Parallel()
	p := permission.Not(permission.And(permission.AllowAny, leafOf(kinds[2]).build(nil)))
	if d := p.Decide(get(), nil); !errors.Is(d.Err, errSick) || d.Rule != "u" {
		t.Errorf("%s", show(d))
	}
}

// TestEachOccurrenceRunsOnce composes one leaf twice.
func TestEachOccurrenceRunsOnce(t *testing.T) {
	t.Parallel()
	runs := 0
	leaf := permission.New("Leaf", func(*http.Request) error {
		runs++
		return nil
	})
	p := permission.And(leaf, permission.Not(permission.Not(leaf)))
	if d := p.Decide(get(), nil); d.Verdict != grant || runs != 2 {
		t.Errorf("%s after %d runs, want 2", show(d), runs)
	}
}

func TestSharedByManyRequests(t *testing.T) {
	t.Parallel()
	p := randomTree(seeded(9), 6, kinds).build(nil)
	want := p.Decide(get(), nil)
	answers := make(chan permission.Decision)
	for range 8 {
		go func() {
			permission.Explain(p, get(), &row{})
			answers <- p.Decide(get(), nil)
		}()
	}
	for range 8 {
		if got := <-answers; got != want {
			t.Errorf("%s, want %s", show(got), show(want))
		}
	}
	if !slices.Contains([]permission.Verdict{deny, pending, grant, unknown}, want.Verdict) {
		t.Errorf("%s", show(want))
	}
}
