package nilcheck_test

import (
	"testing"

	"github.com/buildkey/buildkey/internal/nilcheck"
)

func TestIsNil(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		in   any
		want bool
	}{
		{"nil", nil, true},
		{"nil pointer", (*int)(nil), true},
		{"nil func", (func())(nil), true},
		{"pointer", new(int), false},
		{"pointer to a nil pointer", new(*int), false},
		{"func", func() {}, false},
		{"nil map", map[string]int(nil), false},
		{"nil slice", []int(nil), false},
		{"zero number", 0, false},
		{"empty string", "", false},
		{"zero struct", struct{}{}, false},
	} {
		if got := nilcheck.IsNil(row.in); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}
