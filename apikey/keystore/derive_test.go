package keystore

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestDeriveInherits(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		list := apikey.AllowList{{Type: "build", ID: "*"}, {Type: "key", ID: "*"}}
		parent, raw := b.mint(t, Spec{Project: "1", Version: "3", Scopes: apikey.Scopes{"buildkey:read", "key:create"}, AllowList: list, TTL: 5 * time.Hour, MaxTTL: 8 * time.Hour})
		b.use(t, raw)
		b.clock.Advance(time.Hour)
		child, secret, err := b.Derive(t.Context(), parent.ID, Spec{})
		if err != nil {
			t.Fatal(err)
		}
		now := b.clock.Now()
		want := apikey.Key{
			ID: child.ID, Name: child.Name, Project: "1", Version: "3", Parent: parent.ID, CreatedBy: "key:" + parent.ID.String(),
			Scopes: parent.Scopes, Permits: parent.Permits, AllowList: list, CreatedAt: now, ActivateBy: now.Add(4 * time.Hour),
		}
		if diff := cmp.Diff(want, child); diff != "" {
			t.Error(diff)
		}
		b.clock.Advance(time.Hour)
		used, err := b.Verify(t.Context(), secret.Reveal())
		if end := b.clock.Now().Add(3 * time.Hour); err != nil || !used.ExpiresAt.Equal(end) {
			t.Errorf("the child lives until %v, %v; want its parent's end, %v", used.ExpiresAt, err, end)
		}
	})
}

func TestDeriveRefusesMore(t *testing.T) {
	rows := []struct {
		name   string
		parent Spec // key:create and build:* besides
		child  Spec
		field  string
		says   string
	}{
		{"another project", Spec{}, Spec{Project: "2"}, "project", `"2"`},
		{"another version", Spec{Version: "3"}, Spec{Version: "4"}, "version", `"4" is not the parent's "3"`},
		{"another build", Spec{Build: "7"}, Spec{Build: "8"}, "build", `"8"`},
		{"a version where the parent reaches none", Spec{Build: "7"}, Spec{Version: "3"}, "version", `"3"`},
		{"a scope", Spec{}, Spec{Scopes: apikey.Scopes{"build:read", "command:read"}}, "scopes", "command:read"},
		{"every action, for those there are", Spec{Scopes: apikey.Scopes{"version:read", "version:update", "version:create", "version:delete"}}, Spec{Scopes: apikey.Scopes{"version:*"}}, "scopes", "version:*"},
		{"a bundle", Spec{}, Spec{Scopes: apikey.Scopes{"buildkey:read"}}, "scopes", "project:read"},
		{"every row", Spec{AllowList: apikey.AllowList{{Type: "build", ID: "*"}}}, Spec{AllowList: everything()}, "allow_list", "*:*"},
		{"another row", Spec{AllowList: apikey.AllowList{{Type: "build", ID: "1"}}}, Spec{AllowList: apikey.AllowList{{Type: "build", ID: "1"}, {Type: "build", ID: "2"}}}, "allow_list", "build:2"},
		{"a longer life", Spec{TTL: 2 * time.Hour}, Spec{TTL: 2*time.Hour + 1}, "ttl", "2h0m0s that the parent has"},
		{"a longer renewal", Spec{MaxTTL: 5 * time.Hour}, Spec{MaxTTL: 6 * time.Hour}, "max_ttl", "6h0m0s is above the parent's 5h0m0s"},
		{"a longer wait", Spec{TTL: 2 * time.Hour}, Spec{ActivateWithin: 3 * time.Hour}, "activate_within", "3h0m0s"},
	}
	each(t, func(t *testing.T, b bench) {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				row.parent.Scopes = append(apikey.Scopes{"build:*", "key:create"}, row.parent.Scopes...)
				parent, raw := b.mint(t, row.parent)
				b.use(t, raw)
				_, secret, err := b.Derive(t.Context(), parent.ID, row.child)
				var refused *DeriveError
				if !errors.As(err, &refused) || refused.Field != row.field || !strings.Contains(refused.Detail, row.says) {
					t.Errorf("%v, want a DeriveError about %s that says %s", err, row.field, row.says)
				}
				refusedAs(t, "derive", err, apikey.ErrForbidden)
				if !secret.IsZero() {
					t.Error("a secret beside an error")
				}
			})
		}
		if n := b.count(t, "buildkey_keys WHERE parent IS NOT NULL"); n != 0 {
			t.Errorf("%d children after refusals", n)
		}
	})
}

func TestDeriveAllows(t *testing.T) {
	rows := []struct {
		name          string
		parent, child Spec
	}{
		{"a version of a project", Spec{}, Spec{Version: "3"}},
		{"a build of a project", Spec{}, Spec{Build: "7"}},
		{"a build of a version", Spec{Version: "3"}, Spec{Version: "3", Build: "7"}},
		{"the same by name", Spec{Version: "3", Build: "7"}, Spec{Project: "1", Version: "3", Build: "7"}},
		{"what update implies", Spec{Scopes: apikey.Scopes{"version:update"}}, Spec{Scopes: apikey.Scopes{"version:read"}}},
		{"what a wildcard covers", Spec{}, Spec{Scopes: apikey.Scopes{"build:delete"}}},
		{"a bundle by what it holds", Spec{Scopes: apikey.Scopes{"buildkey:builder"}}, Spec{Scopes: apikey.Scopes{"buildkey:read"}}},
		{"a row of all", Spec{AllowList: apikey.AllowList{{Type: "build", ID: "*"}}}, Spec{AllowList: apikey.AllowList{{Type: "build", ID: "4"}}}},
		{"all that is left", Spec{TTL: 2 * time.Hour, MaxTTL: 4 * time.Hour}, Spec{TTL: 2 * time.Hour, MaxTTL: 4 * time.Hour, ActivateWithin: 2 * time.Hour}},
		{"a short max_ttl alone", Spec{TTL: 2 * time.Hour}, Spec{MaxTTL: time.Hour}},
	}
	each(t, func(t *testing.T, b bench) {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				row.parent.Scopes = append(apikey.Scopes{"build:*", "key:create"}, row.parent.Scopes...)
				parent, raw := b.mint(t, row.parent)
				b.use(t, raw)
				_, secret, err := b.Derive(t.Context(), parent.ID, row.child)
				if err != nil {
					t.Fatal(err)
				}
				refusedAs(t, "the child", second(b.Verify(t.Context(), secret.Reveal())), nil)
			})
		}
	})
}

func TestDeriveFrom(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		plain, _ := b.mint(t, Spec{Scopes: apikey.Scopes{"buildkey:all"}})
		var missing apikey.ScopeError
		if _, _, err := b.Derive(ctx, plain.ID, Spec{}); !errors.As(err, &missing) || missing.Scope != "key:create" {
			t.Errorf("without key:create: %v", err)
		}
		refusedAs(t, "a key that is not there", third(b.Derive(ctx, uuid.New(), Spec{})), apikey.ErrNotFound)
		ids, _ := b.line(t, maxDepth)
		var refused *DeriveError
		if _, _, err := b.Derive(ctx, ids[maxDepth], Spec{}); !errors.As(err, &refused) || refused.Field != "parent" {
			t.Errorf("a fifth generation: %v", err)
		}
		var bad *SpecError
		for _, spec := range []Spec{{TTL: -1}, {Scopes: apikey.Scopes{}}, {AllowList: apikey.AllowList{}}, {Name: "\n"}, {TTL: time.Hour, MaxTTL: time.Minute}} {
			if _, _, err := b.Derive(ctx, ids[0], spec); !errors.As(err, &bad) {
				t.Errorf("%+v: %v, want a SpecError", spec, err)
			}
		}
		parent, err := b.Get(ctx, ids[0])
		if err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "its parent's name", third(b.Derive(ctx, ids[0], Spec{Name: parent.Name})), ErrNameTaken)
	})
}

// The clock of a child of an unused key starts by itself, and the parent bounds it
// once it has one.
func TestDeriveFromWaiting(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		parent, _ := b.mint(t, Spec{Scopes: apikey.Scopes{"build:*", "key:create"}, ActivateWithin: time.Hour, TTL: 2 * time.Hour})
		var refused *DeriveError
		if _, _, err := b.Derive(t.Context(), parent.ID, Spec{TTL: 3 * time.Hour}); !errors.As(err, &refused) {
			t.Errorf("a longer life than it will have: %v", err)
		}
		child, raw, err := b.Derive(t.Context(), parent.ID, Spec{})
		if err != nil || !child.ActivateBy.Equal(parent.ActivateBy) {
			t.Fatalf("the child waits until %v, %v", child.ActivateBy, err)
		}
		refusedAs(t, "in time", second(b.Verify(t.Context(), raw.Reveal())), nil)
		b.clock.Advance(time.Hour)
		refusedAs(t, "when the parent has lapsed", second(b.Verify(t.Context(), raw.Reveal())), apikey.ErrRevoked)
	})
}

func TestDeriveInGrace(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ids, _ := b.line(t, 0)
		if err := b.Revoke(t.Context(), ids[0], time.Minute); err != nil {
			t.Fatal(err)
		}
		var refused *DeriveError
		if _, _, err := b.Derive(t.Context(), ids[0], Spec{TTL: time.Hour}); !errors.As(err, &refused) {
			t.Errorf("more than the grace: %v", err)
		}
		_, raw, err := b.Derive(t.Context(), ids[0], Spec{})
		if err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "in the grace", second(b.Verify(t.Context(), raw.Reveal())), nil)
		b.clock.Advance(time.Minute)
		refusedAs(t, "after it", second(b.Verify(t.Context(), raw.Reveal())), apikey.ErrRevoked)
	})
}
