package keystore

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

// badSpec is a Spec with one thing wrong.
type badSpec struct {
	name  string
	spec  Spec
	field string
	says  string
}

func badSpecs() []badSpec {
	long := strings.Repeat("x", 201)
	return []badSpec{
		{"no project", Spec{Project: ""}, "project", "required"},
		{"a project of 129 bytes", Spec{Project: apikey.ID(long[:129])}, "project", "xxx"},
		{"a project with a line feed", Spec{Project: "a\nb"}, "project", `"a\nb"`},
		{"a version with a NUL", Spec{Project: "1", Version: "a\x00b"}, "version", `\x00`},
		{"a build that is no UTF-8", Spec{Project: "1", Build: "\xff"}, "build", `\xff`},
		{"a name of 101 characters", Spec{Project: "1", Name: strings.Repeat("ü", 101)}, "name", "ü"},
		{"a name with a tab", Spec{Project: "1", Name: "a\tb"}, "name", `"a\tb"`},
		{"a name of one space", Spec{Project: "1", Name: " "}, "name", `" "`},
		{"a name that ends in a space", Spec{Project: "1", Name: "a "}, "name", `"a "`},
		{"a creator of 201 bytes", Spec{Project: "1", CreatedBy: long}, "created_by", "xxx"},
		{"a creator with an escape", Spec{Project: "1", CreatedBy: "\x1b[31m"}, "created_by", `\x1b`},
		{"no scopes at all", Spec{Project: "1", Scopes: apikey.Scopes{}}, "scopes", "empty"},
		{"an unknown scope", Spec{Project: "1", Scopes: apikey.Scopes{"build:read", "robot:read"}}, "scopes", "robot:read"},
		{"an allow list of nothing", Spec{Project: "1", AllowList: apikey.AllowList{}}, "allow_list", "empty"},
		{"a target of an unknown type", Spec{Project: "1", AllowList: apikey.AllowList{{Type: "robot", ID: "4"}}}, "allow_list", `"robot"`},
		{"the zero target", Spec{Project: "1", AllowList: apikey.AllowList{{}}}, "allow_list", `":"`},
		{"a negative ttl", Spec{Project: "1", TTL: -time.Hour}, "ttl", "-1h0m0s"},
		{"a ttl too short to be kept", Spec{Project: "1", TTL: time.Nanosecond}, "ttl", "1ns"},
		{"a ttl above the maximum", Spec{Project: "1", TTL: 30 * time.Hour, MaxTTL: 24 * time.Hour}, "ttl", "above the maximum 24h0m0s"},
		{"a max_ttl above the maximum", Spec{Project: "1", MaxTTL: 24*time.Hour + 1}, "max_ttl", "above the maximum 24h0m0s"},
		{"a max_ttl below the ttl", Spec{Project: "1", TTL: 2 * time.Hour, MaxTTL: time.Hour}, "max_ttl", "below the ttl 2h0m0s"},
		{"a max_ttl below the default ttl", Spec{Project: "1", MaxTTL: time.Hour}, "max_ttl", "below the ttl 3h0m0s"},
		{"a wait above the maximum", Spec{Project: "1", ActivateWithin: 7*24*time.Hour + 1}, "activate_within", "above the maximum 168h0m0s"},
		{"a negative wait", Spec{Project: "1", ActivateWithin: -1}, "activate_within", "-1ns"},
	}
}

func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for _, row := range badSpecs() {
			t.Run(row.name, func(t *testing.T) {
				_, secret, err := b.Create(t.Context(), row.spec)
				var bad *SpecError
				if !errors.As(err, &bad) || len(bad.Fields) != 1 {
					t.Fatalf("%v, want a SpecError about one field", err)
				}
				if f := bad.Fields[0]; f.Field != row.field || !strings.Contains(f.Detail, row.says) || len(f.Detail) > 1000 {
					t.Errorf("field %q: %s\nwant field %q to say %s", f.Field, f.Detail, row.field, row.says)
				}
				if !secret.IsZero() {
					t.Error("a secret beside an error")
				}
			})
		}
		for _, table := range []string{"buildkey_keys", "buildkey_events"} {
			if n := b.count(t, table); n != 0 {
				t.Errorf("%d rows in %s after refusals", n, table)
			}
		}
	})
}

func TestSpecErrorNamesEveryField(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, _, err := b.Create(t.Context(), Spec{Name: "\n", TTL: -1, Scopes: apikey.Scopes{"fly"}})
		for _, want := range []string{"keystore: ", "name: ", "project: ", "ttl: ", "scopes: "} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not say %q", err, want)
			}
		}
	})
}

func TestSpecAtItsLimits(t *testing.T) {
	rows := []struct {
		name string
		spec Spec
	}{
		{"every text as long as can be", Spec{
			Name: strings.Repeat("ü", 100), Project: apikey.ID(strings.Repeat("p", 128)), Version: apikey.ID(strings.Repeat("v", 128)),
			Build: apikey.ID(strings.Repeat("b", 128)), CreatedBy: strings.Repeat("c", 200),
		}},
		{"the longest life", Spec{Project: "1", TTL: 24 * time.Hour, MaxTTL: 24 * time.Hour, ActivateWithin: 7 * 24 * time.Hour}},
		{"the shortest life", Spec{Project: "1", TTL: time.Microsecond, MaxTTL: time.Microsecond, ActivateWithin: time.Microsecond}},
		{"long ids and no name", Spec{Project: "1", Build: apikey.ID(strings.Repeat("ü", 64))}},
		{"a name with spaces and slashes", Spec{Project: "1", Name: "a / b % c"}},
	}
	each(t, func(t *testing.T, b bench) {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				k, _ := b.mint(t, row.spec)
				if got, err := b.Get(t.Context(), k.ID); err != nil || got.Name != k.Name || got.Build != row.spec.Build {
					t.Errorf("stored %+v, %v", got, err)
				}
			})
		}
	})
}
