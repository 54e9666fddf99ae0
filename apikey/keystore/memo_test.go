package keystore

import (
	"fmt"
	"strings"
	"testing"
)

func TestMemoIsBounded(t *testing.T) {
	t.Parallel()
	m := newMemo(func(text string) (string, error) { return strings.ToUpper(text), nil })
	for i := range 2 * maxKnown {
		text := fmt.Sprint("a", i%(maxKnown+10))
		if got, err := m.of(text); got != strings.ToUpper(text) || err != nil || len(m.known) > maxKnown {
			t.Fatalf("%s: %s, %v, %d known", text, got, err, len(m.known))
		}
	}
}

func TestMemoKeepsNoError(t *testing.T) {
	t.Parallel()
	m := newMemo(readAllowList)
	for range 2 {
		if _, err := m.of(`[`); err == nil || len(m.known) != 0 {
			t.Errorf("%v, %d known", err, len(m.known))
		}
	}
}

// Whoever is given a key may change it, and changes no other.
func TestKeysShareNothing(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		for range 2 {
			k, err := b.Verify(t.Context(), raw)
			if err != nil || k.Scopes[0] != "buildkey:builder" || k.Permits[0] == "x" || k.AllowList[0].Type != "*" {
				t.Fatalf("%+v, %v", k, err)
			}
			k.Scopes[0], k.Permits[0], k.AllowList[0].Type = "x", "x", "x"
		}
	})
}
