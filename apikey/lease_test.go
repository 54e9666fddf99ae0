package apikey_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

func TestUsable(t *testing.T) {
	noon := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	before, after := noon.Add(-time.Nanosecond), noon.Add(time.Hour)
	live := apikey.Key{ActivatedAt: noon.Add(-time.Hour), ExpiresAt: noon}
	for _, row := range []struct {
		name string
		key  apikey.Key
		at   time.Time
		want error
	}{
		{"the zero Key", apikey.Key{}, noon, apikey.ErrLapsed},
		{"waiting, one nanosecond left", apikey.Key{ActivateBy: noon}, before, nil},
		{"waiting, at the instant", apikey.Key{ActivateBy: noon}, noon, apikey.ErrLapsed},
		{"used in time, long after", apikey.Key{ActivateBy: before, ActivatedAt: before.Add(-1), ExpiresAt: after}, noon, nil},
		{"live, one nanosecond left", live, before, nil},
		{"live, at the instant of expiry", live, noon, apikey.ErrExpired},
		{"live without an expiry", apikey.Key{ActivatedAt: before}, noon, apikey.ErrExpired},
		{"in grace", apikey.Key{ActivatedAt: before, ExpiresAt: after, RevokedAt: noon}, before, nil},
		{"grace over", apikey.Key{ActivatedAt: before, ExpiresAt: after, RevokedAt: noon}, noon, apikey.ErrRevoked},
		{"revoked before expired", apikey.Key{ActivatedAt: before, ExpiresAt: noon, RevokedAt: noon}, noon, apikey.ErrRevoked},
		{"revoked before lapsed", apikey.Key{ActivateBy: noon, RevokedAt: noon}, noon, apikey.ErrRevoked},
		{"expired before lapsed", apikey.Key{ActivateBy: noon, ExpiresAt: noon}, noon, apikey.ErrExpired},
	} {
		if got := row.key.Usable(row.at); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

func TestErrorsMatchTheirUmbrella(t *testing.T) {
	for _, err := range []error{apikey.ErrMalformed, apikey.ErrUnknown, apikey.ErrExpired, apikey.ErrRevoked, apikey.ErrLapsed} {
		if !errors.Is(err, apikey.ErrInvalid) {
			t.Errorf("%v is not ErrInvalid", err)
		}
	}
	for _, err := range []error{apikey.ErrNotFound, apikey.ErrForbidden, apikey.ErrUnscoped, apikey.ErrUnavailable} {
		if errors.Is(err, apikey.ErrInvalid) {
			t.Errorf("%v is ErrInvalid", err)
		}
	}
	if errors.Is(apikey.ErrExpired, apikey.ErrRevoked) {
		t.Error("expired is revoked")
	}
	if err := error(apikey.ScopeError{Scope: "build:update"}); !errors.Is(err, apikey.ErrForbidden) {
		t.Error("a ScopeError is not ErrForbidden")
	}
}

func TestLevel(t *testing.T) {
	for _, row := range []struct {
		key  apikey.Key
		want apikey.Level
		text string
	}{
		{apikey.Key{}, 0, "none"},
		{apikey.Key{Version: "1", Build: "1"}, 0, "none"},
		{apikey.Key{Project: "1"}, apikey.LevelProject, "project"},
		{apikey.Key{Project: "1", Version: "1"}, apikey.LevelVersion, "version"},
		{apikey.Key{Project: "1", Version: "1", Build: "1"}, apikey.LevelBuild, "build"},
		{apikey.Key{Project: "1", Build: "1"}, apikey.LevelBuild, "build"},
	} {
		if got := row.key.Level(); got != row.want || got.String() != row.text {
			t.Errorf("%+v: %v", row.key, got)
		}
	}
}

func TestIsZero(t *testing.T) {
	for name, row := range map[string]struct {
		key  apikey.Key
		want bool
	}{
		"nothing":               {apikey.Key{}, true},
		"only a name":           {apikey.Key{Name: "x"}, true},
		"empty lists":           {apikey.Key{Scopes: apikey.Scopes{}, Permits: apikey.Scopes{}}, true},
		"scopes, none permits":  {apikey.Key{Scopes: apikey.Scopes{"build:read"}, Permits: apikey.Scopes{}}, true},
		"an id":                 {apikey.Key{ID: uuid.Max}, false},
		"a project":             {apikey.Key{Project: "1"}, false},
		"a build, though alone": {apikey.Key{Build: "1"}, false},
		"a scope":               {apikey.Key{Scopes: apikey.Scopes{"build:read"}}, false},
	} {
		if got := row.key.IsZero(); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
