package arch_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
	"github.com/buildkey/buildkey/queryset"
)

// The declarations below compile only while the names that users build on keep
// their types. To change one is to break them.

var (
	_ parser.Parser                                       = parser.Token
	_ [3]parser.Scheme                                    = [...]parser.Scheme{parser.Token, parser.Bearer, parser.APIKey}
	_ parser.Parser                                       = parser.Header("X-Build-Key")
	_ func(parser.Parser, ...parser.Parser) parser.Parser = parser.First
	_ []error                                             = []error{parser.ErrMissing, parser.ErrMalformed}
)

var (
	_ = apikey.Key{
		ID: uuid.UUID{}, Name: "", Project: apikey.ID(""), Version: "", Build: "",
		Scopes: apikey.Scopes(nil), Permits: apikey.Scopes(nil), AllowList: apikey.AllowList(nil),
		Parent: uuid.UUID{}, CreatedBy: "",
		CreatedAt: time.Time{}, ActivateBy: time.Time{}, ActivatedAt: time.Time{}, ExpiresAt: time.Time{},
		RevokedAt: time.Time{}, LastUsedAt: time.Time{},
		Links: []apikey.Link{{Project: "", Scopes: nil}}, LinksCut: false,
	}
	_ func(apikey.Key) apikey.Level                                      = apikey.Key.Level
	_ func(apikey.Key, time.Time) error                                  = apikey.Key.Usable
	_ func(apikey.Key, string, apikey.Target) bool                       = apikey.Key.Allows
	_ func(context.Context, apikey.Key) context.Context                  = apikey.NewContext
	_ func(context.Context) (apikey.Key, bool)                           = apikey.FromContext
	_ func(context.Context, string) context.Context                      = apikey.WithEverything
	_ func(apikey.Secret) string                                         = apikey.Secret.Reveal
	_ func(string) (apikey.Target, error)                                = apikey.ParseTarget
	_ func(...apikey.Target) (apikey.AllowList, error)                   = apikey.NewAllowList
	_ func(apikey.AllowList, apikey.AllowList) (apikey.AllowList, error) = apikey.AllowList.Union
	_ func(apikey.AllowList, apikey.AllowList) apikey.AllowList          = apikey.AllowList.Intersect
	_ func(apikey.AllowList, apikey.Target) bool                         = apikey.AllowList.Allows
	_ func(*apikey.Catalog, ...string) (apikey.Scopes, error)            = (*apikey.Catalog).Canonical
	_ func(*apikey.Catalog, apikey.Scopes, apikey.Scopes) (bool, error)  = (*apikey.Catalog).Covers
	_                                                                    = apikey.Target{Type: "", ID: ""}
	_ error                                                              = apikey.ScopeError{Scope: ""}
	_ []error                                                            = []error{
		apikey.ErrInvalid, apikey.ErrMalformed, apikey.ErrUnknown, apikey.ErrExpired, apikey.ErrRevoked, apikey.ErrLapsed,
		apikey.ErrNotFound, apikey.ErrForbidden, apikey.ErrUnscoped, apikey.ErrUnavailable,
	}
)

// The levels are numbers that users may have stored.
const (
	_ = uint(apikey.LevelProject - 1)
	_ = uint(apikey.LevelVersion - 2)
	_ = uint(apikey.LevelBuild - 3)
)

var (
	_ func(*sqlx.DB, keystore.Config) (*keystore.Store, error)                                 = keystore.New
	_ func(*keystore.Store, context.Context) error                                             = (*keystore.Store).Migrate
	_ func(*keystore.Store, context.Context, keystore.Spec) (apikey.Key, apikey.Secret, error) = (*keystore.Store).Create
	_ func(*keystore.Store, context.Context, string) (apikey.Key, error)                       = (*keystore.Store).Verify
	_ func(*keystore.Store, *sqlx.Tx) *keystore.Store                                          = (*keystore.Store).In
	_ func(*keystore.Store, context.Context) error                                             = (*keystore.Store).Run
	_ func(*keystore.Store, keycache.Config) (*keycache.Cache, error)                          = keycache.New
	_ [2]middleware.Verifier                                                                   = [...]middleware.Verifier{(*keystore.Store)(nil), (*keycache.Cache)(nil)}
)

var (
	_ = permission.Decision{Verdict: permission.Deny, Rule: "", Code: "", Reason: "", Err: nil}
	_ = [...]permission.Verdict{permission.Deny, permission.Pending, permission.Grant, permission.Unknown}

	_ func(string, func(*http.Request) error) permission.Permission               = permission.New
	_ func(string, func(*http.Request, int) error) permission.Permission          = permission.ForObject[int]
	_ func(string, string) error                                                  = permission.Denied
	_ func(permission.Permission, ...permission.Permission) permission.Permission = permission.And
	_ func(permission.Permission, ...permission.Permission) permission.Permission = permission.Or
	_ func(permission.Permission) permission.Permission                           = permission.Not
	_ func(permission.Permission, *http.Request, any) permission.Trace            = permission.Explain
	_ func(string) permission.Permission                                          = permission.HasScope
	_ func(apikey.Level) permission.Permission                                    = permission.AtLevel
	_ func(context.Context, permission.User) context.Context                      = permission.WithUser
	_ func(context.Context) (permission.User, bool)                               = permission.UserFrom
	_                                                                             = [...]permission.Permission{
		permission.HasBuildAPIKey, permission.Restricted, permission.ReadOnly, permission.AllowAny, permission.DenyAll,
		permission.IsStaff, permission.IsAuthenticated,
	}
)

var (
	_ = queryset.Table{
		Name: "", Resource: "", ID: "", Project: "", Version: "", Build: "",
		Parent: &queryset.Parent{Table: nil, Column: ""}, Read: []string(nil), Write: []string(nil),
		Ancestor: &queryset.Fields{Read: nil, Write: nil}, Public: &queryset.Public{Where: "", Read: nil},
	}
	_ map[string]any = queryset.Values(nil)
	_ queryset.DB    = (*sqlx.DB)(nil)
	_ queryset.DB    = (*sqlx.Tx)(nil)

	_ func(*queryset.Table, context.Context) queryset.Query                                     = (*queryset.Table).For
	_ func(*queryset.Table, apikey.Key) queryset.Query                                          = (*queryset.Table).ForKey
	_ func(*queryset.Table, string) queryset.Query                                              = (*queryset.Table).Unscoped
	_ func(queryset.Query, string, ...any) queryset.Query                                       = queryset.Query.Where
	_ func(queryset.Query, ...string) queryset.Query                                            = queryset.Query.OrderBy
	_ func(queryset.Query, int) queryset.Query                                                  = queryset.Query.Limit
	_ func(queryset.Query, int) queryset.Query                                                  = queryset.Query.Offset
	_ func(queryset.Query, context.Context, queryset.DB, any, any) error                        = queryset.Query.Get
	_ func(queryset.Query, context.Context, queryset.DB, any) error                             = queryset.Query.Select
	_ func(queryset.Query, context.Context, queryset.DB) (int64, error)                         = queryset.Query.Count
	_ func(queryset.Query, context.Context, queryset.DB, any) (bool, error)                     = queryset.Query.Exists
	_ func(queryset.Query, context.Context, queryset.DB, queryset.Values) (apikey.ID, error)    = queryset.Query.Insert
	_ func(queryset.Query, context.Context, queryset.DB, any, queryset.Values) error            = queryset.Query.Update
	_ func(queryset.Query, context.Context, queryset.DB, any) error                             = queryset.Query.Delete
	_ func(queryset.Query, context.Context, queryset.DB, string, string) (string, []any, error) = queryset.Query.Predicate
	_ []error                                                                                   = []error{queryset.ErrNotFound, queryset.ErrForbidden, queryset.ErrUnscoped}
)

var (
	_ = middleware.Guard{
		Keys: nil, Parser: nil, User: func(*http.Request) (permission.User, error) { return nil, nil },
		Logger: (*slog.Logger)(nil), AnonymousOnInvalidKey: false,
	}
	_ func(*middleware.Guard, http.Handler) http.Handler                             = (*middleware.Guard).Authenticate
	_ func(*middleware.Guard, permission.Permission) func(http.Handler) http.Handler = (*middleware.Guard).Require
	_ func(*middleware.Guard, *http.Request, any) error                              = (*middleware.Guard).CheckObject
	_ func(http.ResponseWriter, *http.Request, error)                                = middleware.WriteError
	_ http.Handler                                                                   = middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })
)

func TestErrorsOfQuerysetAreThoseOfApikey(t *testing.T) {
	if queryset.ErrNotFound != apikey.ErrNotFound || queryset.ErrForbidden != apikey.ErrForbidden || queryset.ErrUnscoped != apikey.ErrUnscoped {
		t.Error("package queryset has errors of its own")
	}
}
