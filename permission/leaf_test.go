package permission_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

// TestNewCheckErrors gives every kind of error that a check can return.
func TestNewCheckErrors(t *testing.T) {
	t.Parallel()
	said := permission.Denied("not_owner", "only the owner may")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name         string
		err          error
		verdict      permission.Verdict
		code, reason string
	}{
		{"nil", nil, grant, "", ""},
		{"denied", said, deny, "not_owner", "only the owner may"},
		{"denied without words", permission.Denied("", ""), deny, "", ""},
		{"denied, wrapped", fmt.Errorf("rule: %w", said), deny, "not_owner", "only the owner may"},
		{"denied, wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", said)), deny, "not_owner", "only the owner may"},
		{"denied, joined with another", errors.Join(errSick, said), unknown, "", ""},
		{"denied, joined with nothing", errors.Join(said, nil), deny, "not_owner", "only the owner may"},
		{"denied, joined with nothing and wrapped", fmt.Errorf("a: %w", errors.Join(nil, fmt.Errorf("b: %w", said))), deny, "not_owner", "only the owner may"},
		{"joined with nothing", errors.Join(errSick, nil), unknown, "", ""},
		{"denied, beside another", fmt.Errorf("%w after %w", said, errSick), unknown, "", ""},
		{"missing scope", apikey.ScopeError{Scope: "key:create"}, unknown, "", ""},
		{"any other", errSick, unknown, "", ""},
		{"cancelled", cancelled.Err(), unknown, "", ""},
		{"deadline", context.DeadlineExceeded, unknown, "", ""},
		{"database away", apikey.ErrUnavailable, unknown, "", ""},
		{"forbidden", apikey.ErrForbidden, unknown, "", ""},
		{"not found", apikey.ErrNotFound, unknown, "", ""},
		{"invalid key", apikey.ErrExpired, unknown, "", ""},
		{"unscoped", apikey.ErrUnscoped, unknown, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			want := permission.Decision{Verdict: row.verdict, Rule: "Rule", Code: row.code, Reason: row.reason}
			if row.verdict == unknown {
				want.Err = row.err
			}
			checkLeaves(t, row.err, want)
		})
	}
}

// TestNewCheckReturnsANilPointer as an error, which is no nil: it neither grants
// nor panics.
func TestNewCheckReturnsANilPointer(t *testing.T) {
	t.Parallel()
	denied, path := (*permission.DeniedError)(nil), (*fs.PathError)(nil)
	for _, err := range []error{denied, path, fmt.Errorf("rule: %w", denied), fmt.Errorf("rule: %w", path), errors.Join(denied)} {
		leaf := permission.New("Rule", func(*http.Request) error { return err })
		for _, p := range []permission.Permission{leaf, permission.Not(leaf)} {
			d := p.Decide(new(http.Request), nil)
			if d.Verdict != unknown || d.Err == nil || !strings.Contains(d.Err.Error(), "Rule returned a nil *") {
				t.Errorf("%T: %+v", err, d)
			}
		}
	}
}

// checkLeaves wants the decision of leaves whose check returns err.
func checkLeaves(t *testing.T, err error, want permission.Decision) {
	t.Helper()
	onRequest := permission.New("Rule", func(*http.Request) error { return err })
	onObject := permission.ForObject("Rule", func(*http.Request, string) error { return err })
	for _, phase := range phases {
		if got := onRequest.Decide(get(), phase.obj); got != want {
			t.Errorf("New, %s: %s, want %s", phase.name, show(got), show(want))
		}
	}
	if got := onObject.Decide(get(), "build"); got != want {
		t.Errorf("ForObject: %s, want %s", show(got), show(want))
	}
}

type build struct{ owner string }

func (b *build) Owner() string { return b.owner }

type owned interface{ Owner() string }

func TestForObjectOfOtherTypes(t *testing.T) {
	t.Parallel()
	pointer := permission.ForObject("IsOwner", func(_ *http.Request, b *build) error { return ownerIs(b) })
	face := permission.ForObject("IsOwner", func(_ *http.Request, o owned) error { return ownerIs(o) })
	value := permission.ForObject("IsOwner", func(_ *http.Request, b build) error { return ownerIs(&b) })
	anything := permission.ForObject("IsOwner", func(*http.Request, any) error { return nil })
	for _, row := range []struct {
		name    string
		p       permission.Permission
		obj     any
		verdict permission.Verdict
		says    []string
	}{
		{"no object", pointer, nil, pending, nil},
		{"no object for any", anything, nil, pending, nil},
		{"the object", pointer, &build{"me"}, grant, nil},
		{"another's object", pointer, &build{"you"}, deny, nil},
		{"an interface", face, &build{"me"}, grant, nil},
		{"any", anything, 7, grant, nil},
		{"a value where a pointer belongs", pointer, build{"me"}, unknown, []string{"IsOwner", "*permission_test.build", "a permission_test.build"}},
		{"a pointer where a value belongs", value, &build{"me"}, unknown, []string{"permission_test.build", "*permission_test.build"}},
		{"another type", pointer, &project{}, unknown, []string{"*permission_test.build", "*permission_test.project"}},
		{"a type without the method", face, &project{}, unknown, []string{"permission_test.owned", "*permission_test.project"}},
		{"a list", pointer, []*build{{"me"}}, unknown, []string{"[]*permission_test.build"}},
		{"a nil pointer", pointer, (*build)(nil), unknown, []string{"nil *permission_test.build"}},
		{"a nil pointer behind an interface", face, (*build)(nil), unknown, []string{"nil *permission_test.build"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := row.p.Decide(get(), row.obj)
			if got.Verdict != row.verdict || (got.Err != nil) != (row.verdict == unknown) || got.Rule != "IsOwner" {
				t.Fatalf("%s, want %s", show(got), row.verdict)
			}
			for _, part := range row.says {
				if !strings.Contains(got.Err.Error(), part) {
					t.Errorf("%q does not say %q", got.Err, part)
				}
			}
			negated := permission.Not(row.p).Decide(get(), row.obj).Verdict
			if row.verdict == unknown && negated != unknown {
				t.Errorf("under a Not it is %s", negated)
			}
		})
	}
}

type project struct{}

func ownerIs(o owned) error {
	if o.Owner() != "me" {
		return permission.Denied("not_owner", "")
	}
	return nil
}

func TestPanicsInChecksPass(t *testing.T) {
	t.Parallel()
	p := permission.Or(permission.DenyAll, permission.New("Broken", func(*http.Request) error { panic("broken") }))
	defer func() {
		if recover() != "broken" {
			t.Error("the panic was swallowed")
		}
	}()
	t.Errorf("a broken rule answered %s", show(p.Decide(get(), nil)))
}

func TestLeavesAreRefusedWhereMade(t *testing.T) {
	t.Parallel()
	check := func(*http.Request) error { return nil }
	object := func(*http.Request, *build) error { return nil }
	for name, make := range map[string]func(){
		"New without a name":           func() { permission.New("", check) },
		"New without a check":          func() { permission.New("Rule", nil) },
		"ForObject without a name":     func() { permission.ForObject("", object) },
		"ForObject without a check":    func() { permission.ForObject[*build]("Rule", nil) },
		"HasScope of nothing":          func() { permission.HasScope("") },
		"HasScope without an action":   func() { permission.HasScope("build") },
		"HasScope of a bundle":         func() { permission.HasScope("buildkey:all") },
		"HasScope of every resource":   func() { permission.HasScope("*:*") },
		"HasScope with an upper case":  func() { permission.HasScope("Build:read") },
		"HasScope with a quote":        func() { permission.HasScope(`build:re"ad`) },
		"HasScope with a line break":   func() { permission.HasScope("build:read\n") },
		"AtLevel of no level":          func() { permission.AtLevel(0) },
		"AtLevel above the last level": func() { permission.AtLevel(apikey.LevelBuild + 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustPanic(t, make)
		})
	}
}

// mustPanic wants a panic that says which package it is from.
func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "permission: ") {
			t.Errorf("recovered %v", text)
		}
	}()
	f()
	t.Error("it did not panic")
}

func TestDeniedError(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ code, reason, text, scope string }{
		{"", "", "permission: denied", ""},
		{"not_owner", "", "permission: denied: not_owner", ""},
		{"not_owner", "only the owner may", "permission: denied: not_owner: only the owner may", ""},
		{"", "only the owner may", "permission: denied: only the owner may", ""},
		{"insufficient_scope", "the key lacks the scope build:read", "permission: denied: insufficient_scope: the key lacks the scope build:read", "build:read"},
		{"insufficient_scope", "you need build:read", "permission: denied: insufficient_scope: you need build:read", ""},
		{"insufficient_scope", `the key lacks the scope x", realm="y`, `permission: denied: insufficient_scope: the key lacks the scope x", realm="y`, ""},
		{"not_owner", "the key lacks the scope build:read", "permission: denied: not_owner: the key lacks the scope build:read", ""},
	} {
		err := permission.Denied(row.code, row.reason)
		if err.Error() != row.text {
			t.Errorf("text %q, want %q", err, row.text)
		}
		d, ok := errors.AsType[*permission.DeniedError](err)
		if !ok || d.Code != row.code || d.Reason != row.reason || d.Scope() != row.scope {
			t.Errorf("%q: %+v with scope %q, want %q", row.text, d, d.Scope(), row.scope)
		}
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q matches a stranger", err)
		}
	}
}
