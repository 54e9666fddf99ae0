package verifying

import (
	"context"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/middleware"
)

// verification verifies one key again and again.
func verification(ctx context.Context, name, note string, keys middleware.Verifier, raw string) measure.Case {
	op := func() error {
		_, err := keys.Verify(ctx, raw)
		return err
	}
	return measure.Case{Name: name, Note: note, New: func() func() error { return op }}
}
