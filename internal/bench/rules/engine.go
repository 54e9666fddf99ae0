package rules

import (
	"fmt"

	"github.com/buildkey/buildkey/permission"
)

// engine is a way to decide an expression.
type engine struct {
	name, note string
	// ready loads what the engine needs to know of these callers, and returns the
	// decision about the one at an index. What can be made before the request comes, or
	// comes with it, is made here.
	ready func(expression, []caller) (decide, error)
}

type decide func(i int) (bool, error)

func engines() []engine {
	return []engine{
		{"buildkey", "reads the key from the request's context; knows nothing of other keys", readyOurs},
		{"casbin, facts", "one matcher over the request's attributes, no rule to look for", readyCasbinFacts},
		{"casbin, rule per key", "rules are tried one after another", readyCasbinRules},
		{"casbin, rule per key, CachedEnforcer", "remembers decisions by the request's strings, until the rules change", readyCasbinCached},
		{"cedar, facts", "two policies over the principal's attributes", readyCedarFacts},
		{"cedar, policy per key", "all policies are evaluated, by design", readyCedarPolicies},
	}
}

// agree is an error unless the engine decides as the expression means, for callers of
// every kind.
func (e engine) agree(x expression) error {
	all := everybody()
	decide, err := e.ready(x, all)
	if err != nil {
		return fmt.Errorf("rules: %s: %w", e.name, err)
	}
	for i, c := range all {
		got, err := decide(i)
		if err != nil {
			return fmt.Errorf("rules: %s: %s for %+v: %w", e.name, x.title, c, err)
		}
		if want := x.plain(c); got != want {
			return fmt.Errorf("rules: %s: %s is %v for %+v, want %v", e.name, x.title, got, c, want)
		}
	}
	return nil
}

// readyOurs makes the requests, as middleware leaves them.
func readyOurs(x expression, callers []caller) (decide, error) {
	requests := eachOf(callers, caller.request)
	return func(i int) (bool, error) {
		d := x.ours.Decide(requests[i], nil)
		return d.Verdict == permission.Grant, d.Err
	}, nil
}

func eachOf[T any](callers []caller, of func(caller) T) []T {
	all := make([]T, len(callers))
	for i, c := range callers {
		all[i] = of(c)
	}
	return all
}
