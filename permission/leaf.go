package permission

import (
	"fmt"
	"net/http"
	"reflect"

	"github.com/buildkey/buildkey/internal/nilcheck"
)

// New makes a leaf of a check on the request alone, so it says the same before
// and after an object is loaded. The check returns
//
//   - nil to grant,
//   - [Denied], also wrapped, to deny with a code and a reason,
//   - any other error, a cancelled context included, when it could not find
//     out. The verdict is then Unknown with that error, also for one that
//     wraps several, of which [Denied] is one. Joined with nil, [Denied]
//     still denies.
//
// name is what [Decision.Rule], texts and logs call the leaf. An empty name and
// a nil check panic.
func New(name string, check func(*http.Request) error) Permission {
	if name == "" || check == nil {
		panic(fmt.Sprintf("permission: New(%q) needs a name and a check", name))
	}
	return &leaf{name, check}
}

type leaf struct {
	name  string
	check func(*http.Request) error
}

func (l *leaf) String() string { return l.name }

// said makes d what the check of a rule means by its error.
func (d *Decision) said(name string, err error) {
	if err == nil {
		*d = Decision{Verdict: Grant, Rule: name}
		return
	}
	denied, last := denial(err)
	if denied != nil {
		*d = Decision{Verdict: Deny, Rule: name, Code: denied.Code, Reason: denied.Reason}
		return
	}
	if nilcheck.IsNil(last) { // which has no text to ask for, and is not the nil that grants
		err = fmt.Errorf("permission: rule %s returned a nil %T for an error: return nil itself to grant", name, last)
	}
	*d = Decision{Verdict: Unknown, Rule: name, Err: err}
}

// ForObject makes a leaf of a check on the object that the request is about. It
// is Pending while the object is nil, without running the check; then the check
// answers as that of [New]. T may be an interface. An object of another type,
// and a nil pointer of the right one, is Unknown with an error that says so:
// neither lets anyone in, under a Not either.
//
// An empty name and a nil check panic.
func ForObject[T any](name string, check func(*http.Request, T) error) Permission {
	if name == "" || check == nil {
		panic(fmt.Sprintf("permission: ForObject(%q) needs a name and a check", name))
	}
	return &objectLeaf[T]{name, check}
}

type objectLeaf[T any] struct {
	name  string
	check func(*http.Request, T) error
}

func (l *objectLeaf[T]) String() string { return l.name }

func (l *objectLeaf[T]) Decide(r *http.Request, obj any) Decision {
	if obj == nil {
		return Decision{Verdict: Pending, Rule: l.name}
	}
	typed, ok := obj.(T)
	if !ok {
		return Decision{Verdict: Unknown, Rule: l.name, Err: fmt.Errorf(
			"permission: rule %s judges a %s and was given a %T: give CheckObject the loaded object", l.name, reflect.TypeFor[T](), obj)}
	}
	if nilcheck.IsNil(obj) {
		return Decision{Verdict: Unknown, Rule: l.name, Err: fmt.Errorf(
			"permission: rule %s was given a nil %T: answer not found before CheckObject", l.name, obj)}
	}
	var d Decision
	d.said(l.name, l.check(r, typed))
	return d
}
