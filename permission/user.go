package permission

import (
	"context"

	"github.com/buildkey/buildkey/internal/incontext"
	"github.com/buildkey/buildkey/internal/nilcheck"
)

// User is who an application knows to be asking, other than a key.
type User interface {
	// IsStaff tells whether the user is trusted with every row.
	IsStaff() bool
}

// WithUser returns a context that carries u, as middleware does with the user
// that its Guard found. A nil u, also a nil pointer, is no user, and hides one
// that ctx carried.
func WithUser(ctx context.Context, u User) context.Context {
	if nilcheck.IsNil(u) {
		u = nil
	}
	return context.WithValue(ctx, incontext.User{}, u)
}

// UserFrom returns the user in ctx, and whether there is one.
func UserFrom(ctx context.Context) (User, bool) {
	u, ok := ctx.Value(incontext.User{}).(User)
	return u, ok
}
