package permission_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

type person struct{ staff bool }

func (p *person) IsStaff() bool { return p.staff }

// callers are who can send a request, by what is in its context.
var callers = map[string]func(context.Context) context.Context{
	"nobody": func(ctx context.Context) context.Context { return ctx },
	"build key": func(ctx context.Context) context.Context {
		return apikey.NewContext(ctx, apikey.Key{Project: "1", Version: "2", Build: "3", Scopes: apikey.Scopes{"build:update"}})
	},
	"project key": func(ctx context.Context) context.Context {
		return apikey.NewContext(ctx, apikey.Key{Project: "1", Scopes: apikey.Scopes{"build:*", "buildkey:all"}})
	},
	"zero key": func(ctx context.Context) context.Context { return apikey.NewContext(ctx, apikey.Key{}) },
	"key of no project": func(ctx context.Context) context.Context {
		return apikey.NewContext(ctx, apikey.Key{Build: "3", Scopes: apikey.Scopes{"build:*"}})
	},
	"user":     func(ctx context.Context) context.Context { return permission.WithUser(ctx, &person{}) },
	"staff":    func(ctx context.Context) context.Context { return permission.WithUser(ctx, &person{staff: true}) },
	"nil user": func(ctx context.Context) context.Context { return permission.WithUser(ctx, (*person)(nil)) },
	"key and staff": func(ctx context.Context) context.Context {
		return permission.WithUser(apikey.NewContext(ctx, apikey.Key{Project: "1"}), &person{staff: true})
	},
}

// TestBuiltins says who is granted what with which method; everybody else is
// denied.
func TestBuiltins(t *testing.T) {
	t.Parallel()
	everyone := []string{"nobody", "build key", "project key", "zero key", "key of no project", "user", "staff", "nil user", "key and staff"}
	keys := []string{"build key", "project key", "key of no project", "key and staff"} // that one reaches no row
	reads := []string{"GET", "HEAD", "OPTIONS"}
	writes := []string{"POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "", "PURGE"}
	both := append(append([]string{}, reads...), writes...)
	for _, row := range []struct {
		p       permission.Permission
		methods []string
		granted []string
	}{
		{permission.HasBuildAPIKey, both, keys},
		{permission.Restricted, reads, everyone},
		{permission.Restricted, writes, []string{"staff", "key and staff"}},
		{permission.ReadOnly, reads, everyone},
		{permission.ReadOnly, writes, nil},
		{permission.AllowAny, both, everyone},
		{permission.DenyAll, both, nil},
		{permission.IsStaff, both, []string{"staff", "key and staff"}},
		{permission.IsAuthenticated, both, append([]string{"user", "staff"}, keys...)},
		{permission.HasScope("build:update"), both, []string{"build key", "project key", "key of no project"}},
		{permission.HasScope("build:read"), both, []string{"build key", "project key", "key of no project"}},
		{permission.HasScope("build:*"), both, []string{"project key", "key of no project"}},
		{permission.HasScope("key:create"), both, nil},
		{permission.AtLevel(apikey.LevelBuild), both, []string{"build key"}},
		{permission.AtLevel(apikey.LevelProject), both, []string{"project key", "key and staff"}},
		{permission.AtLevel(apikey.LevelVersion), both, nil},
	} {
		for _, method := range row.methods {
			checkCallers(t, row.p, method, row.granted)
		}
	}
}

func checkCallers(t *testing.T, p permission.Permission, method string, granted []string) {
	t.Helper()
	want := map[string]permission.Verdict{}
	for _, name := range granted {
		want[name] = grant
	}
	for name, with := range callers {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Method = method
		r = r.WithContext(with(r.Context()))
		for _, phase := range phases {
			if d := p.Decide(r, phase.obj); d.Verdict != want[name] || d.Rule != p.String() {
				t.Errorf("%s by %s, %q, %s: %s, want %s", p, name, method, phase.name, show(d), want[name])
			}
		}
	}
}

// TestBuiltinDenials says why: who is nobody is asked who he is, who is somebody
// is told that he may not, and a key which scope it lacks.
func TestBuiltinDenials(t *testing.T) {
	t.Parallel()
	const (
		who   = permission.CodeNotAuthenticated
		no    = permission.CodePermissionDenied
		scope = permission.CodeInsufficientScope
	)
	for _, row := range []struct {
		p                     permission.Permission
		nobody, key, user     string
		keyReason, userReason string
	}{
		{permission.HasBuildAPIKey, who, "", no, "", "only a build API key may do this"},
		{permission.Restricted, who, no, no, "only staff may change this", "only staff may change this"},
		{permission.ReadOnly, who, no, no, "this can only be read", "this can only be read"},
		{permission.DenyAll, who, no, no, "nobody may do this", "nobody may do this"},
		{permission.IsStaff, who, no, no, "only staff may do this", "only staff may do this"},
		{permission.IsAuthenticated, who, "", "", "", ""},
		{permission.HasScope("key:create"), who, scope, no, "the key lacks the scope key:create", "only a build API key may do this"},
		{permission.AtLevel(apikey.LevelVersion), who, no, no, "only a key of the level version may do this", "only a build API key may do this"},
	} {
		for name, want := range map[string][2]string{
			"nobody":    {row.nobody, "credentials were not provided"},
			"zero key":  {row.nobody, "credentials were not provided"},
			"nil user":  {row.nobody, "credentials were not provided"},
			"build key": {row.key, row.keyReason},
			"user":      {row.user, row.userReason},
		} {
			r := httptest.NewRequest(http.MethodPatch, "/", nil)
			d := row.p.Decide(r.WithContext(callers[name](r.Context())), nil)
			if d.Code != want[0] || d.Reason != want[1] || d.Err != nil {
				t.Errorf("%s by %s: %s, want %q: %q", row.p, name, show(d), want[0], want[1])
			}
		}
	}
}

func TestUserInContext(t *testing.T) {
	t.Parallel()
	staff := &person{staff: true}
	if u, ok := permission.UserFrom(t.Context()); ok || u != nil {
		t.Errorf("a user from nowhere: %v", u)
	}
	ctx := permission.WithUser(t.Context(), staff)
	if u, ok := permission.UserFrom(ctx); !ok || u != staff {
		t.Errorf("got %v, %v", u, ok)
	}
	for _, none := range []permission.User{nil, (*person)(nil)} {
		if u, ok := permission.UserFrom(permission.WithUser(ctx, none)); ok || u != nil {
			t.Errorf("%T hides nobody: %v", none, u)
		}
	}
}
