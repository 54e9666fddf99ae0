package rules

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/permission"
)

// caller is who asks, and how: what every engine decides about.
type caller struct {
	ID     string // unique
	Method string
	Staff  bool
	Keyed  bool    // the rest is about the key
	Scopes [2]bool // build:update and key:create
	Level  apikey.Level
}

// Update tells whether the key permits build:update.
func (c caller) Update() bool { return c.Keyed && c.Scopes[0] }

// Create tells whether the key permits key:create.
func (c caller) Create() bool { return c.Keyed && c.Scopes[1] }

// Safe tells whether the method changes nothing.
func (c caller) Safe() bool {
	return c.Method == http.MethodGet || c.Method == http.MethodHead || c.Method == http.MethodOptions
}

type user struct{}

func (user) IsStaff() bool { return true }

// request is the caller as this library sees it.
func (c caller) request() *http.Request {
	ctx := context.Background()
	if c.Staff {
		ctx = permission.WithUser(ctx, user{})
	}
	if c.Keyed {
		ctx = apikey.NewContext(ctx, c.key())
	}
	return httptest.NewRequest(c.Method, "/builds/42/", nil).WithContext(ctx)
}

func (c caller) key() apikey.Key {
	k := apikeytest.BuildKey("1", "3", "42")
	switch c.Level {
	case apikey.LevelProject:
		k = apikeytest.ProjectKey("1")
	case apikey.LevelVersion:
		k = apikeytest.VersionKey("1", "3")
	}
	k.Permits = apikey.Scopes{"build:read", "command:create"}
	for i, scope := range []string{"build:update", "key:create"} {
		if c.Scopes[i] {
			k.Permits = append(k.Permits, scope)
		}
	}
	return k
}

// everybody are callers of every kind, for the truth table.
func everybody() []caller {
	var all []caller
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"} {
		for bits := range 1 << 4 {
			for level := apikey.LevelProject; level <= apikey.LevelBuild; level++ {
				all = append(all, caller{
					ID: strconv.Itoa(len(all)), Method: method, Staff: bits&1 != 0, Keyed: bits&2 != 0,
					Scopes: [2]bool{bits&4 != 0, bits&8 != 0}, Level: level,
				})
			}
		}
	}
	return all
}

// builders are n workers with keys of builds, whom a PATCH is granted for their scope.
func builders(n int) []caller {
	all := make([]caller, n)
	for i := range all {
		all[i] = caller{ID: strconv.Itoa(i), Method: http.MethodPatch, Keyed: true, Scopes: [2]bool{true, false}, Level: apikey.LevelBuild}
	}
	return all
}
