package server

import (
	"context"
	"fmt"
	"log/slog"
)

// applied are the migrations that this program ran, which another that migrates at
// the same time did not.
type applied struct{ first, last int64 }

func (a *applied) add(version int64) {
	if a.last == 0 {
		a.first = version
	}
	a.last = version
}

// told is a line about them, none where there are none.
func (a applied) told(what string) []string {
	if a.last == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: from schema %d to %d", what, a.first-1, a.last)}
}

// migrationLog reads in the store's log which migrations it ran.
type migrationLog struct {
	slog.Handler
	to *applied
}

// Enabled is true.
func (migrationLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle notes the version of a migration, and writes nothing.
func (l migrationLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "version" && a.Value.Kind() == slog.KindInt64 {
			l.to.add(a.Value.Int64())
		}
		return true
	})
	return nil
}
