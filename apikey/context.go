package apikey

import (
	"context"

	"github.com/buildkey/buildkey/internal/incontext"
)

// NewContext returns a context that carries k, as middleware does once it has
// verified a key. Tests and background jobs may use it to act as a key.
func NewContext(ctx context.Context, k Key) context.Context {
	return context.WithValue(ctx, incontext.Key{}, &k)
}

// FromContext returns the key in ctx, and whether there is one.
func FromContext(ctx context.Context) (Key, bool) {
	k, ok := ctx.Value(incontext.Key{}).(*Key)
	if !ok {
		return Key{}, false
	}
	return *k, true
}

// WithEverything marks a caller whom the application trusts with every row,
// such as staff; the reason is for logs. A key in the context still wins. An
// empty reason panics.
func WithEverything(ctx context.Context, reason string) context.Context {
	if reason == "" {
		panic("apikey: WithEverything needs a reason: say who may see every row, and why")
	}
	return context.WithValue(ctx, incontext.Everything{}, reason)
}

// Everything returns the reason given to [WithEverything], and whether there
// was one and no key overrides it.
func Everything(ctx context.Context) (reason string, ok bool) {
	if _, keyed := ctx.Value(incontext.Key{}).(*Key); keyed {
		return "", false
	}
	reason, ok = ctx.Value(incontext.Everything{}).(string)
	return reason, ok
}
