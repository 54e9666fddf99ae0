package rules

import (
	"strings"
	"testing"
)

func TestEnginesAgree(t *testing.T) {
	t.Parallel()
	for _, x := range []expression{route(), deep()} {
		for _, e := range engines() {
			t.Run(x.title+"/"+e.name, func(t *testing.T) {
				t.Parallel()
				if err := e.agree(x); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestDisagreementIsFound gives every engine the rules of one expression and asks for
// the truth table of the other.
func TestDisagreementIsFound(t *testing.T) {
	t.Parallel()
	wrong := route()
	wrong.plain = deep().plain
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			if err := e.agree(wrong); err == nil || !strings.HasPrefix(err.Error(), "rules: "+e.name) {
				t.Errorf("agree = %v, want an error that names the engine", err)
			}
		})
	}
}

func TestDeniedBuildersAreFound(t *testing.T) {
	t.Parallel()
	deny := func(int) (bool, error) { return false, nil }
	if err := inTurn(deny, []int{0})()(); err != errDenied {
		t.Errorf("got %v, want %v", err, errDenied)
	}
}
