package keystore_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// Whatever a store sends to a database with realistic volumes stays on indexes.
// The one call that is about every row, a list of all keys with the dead, is left
// out.
func TestStatementsUseIndexes(t *testing.T) {
	t.Parallel()
	r, rec := recordedRig(t, "postgres", dbtest.PostgresDSN(t), keystore.Config{})
	r.fill(t, manyLinks)
	r.fill(t, keysOfAYear, r.clock.Now().UnixMicro())
	family := r.family(t)
	r.db.MustExec(`ANALYZE`) // as autovacuum may at any moment: plans differ with what it has counted
	rec.take()
	explained := 0
	for _, call := range r.calls(t, family) {
		if err := call.do(t.Context()); err != nil {
			t.Errorf("%s: %v", call.name, err)
		}
		sent := rec.take()
		if len(sent) == 0 {
			t.Errorf("%s sends nothing", call.name)
		}
		for _, s := range sent {
			onIndexes(t, r.db, call.name, s)
			explained++
		}
		rec.take() // the explanations
	}
	if explained < 60 {
		t.Errorf("only %d statements were seen", explained)
	}
}

// relatives are keys to do something with.
type relatives struct {
	keys    []apikey.Key
	secrets []apikey.Secret
	handle  apikey.Secret
}

func (r rig) family(t *testing.T) relatives {
	t.Helper()
	var f relatives
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		k, secret := r.mint(t, keystore.Spec{Project: "p7", Version: "v7", Build: "b7", Name: name, Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}})
		if name != "e" { // which waits
			if _, err := r.Verify(t.Context(), secret.Reveal()); err != nil {
				t.Fatal(err)
			}
		}
		f.keys, f.secrets = append(f.keys, k), append(f.secrets, secret)
	}
	var err error
	if f.handle, err = r.Wrap(t.Context(), f.secrets[1], 0); err != nil {
		t.Fatal(err)
	}
	return f
}

type call struct {
	name string
	do   func(ctx context.Context) error
}

func (r rig) calls(t *testing.T, f relatives) []call {
	return slices.Concat(r.lookups(f), r.keyChanges(f), r.linkChanges(), r.ends(t, f))
}

func (r rig) lookups(f relatives) []call {
	list := func(filter keystore.Filter) func(context.Context) error {
		return func(ctx context.Context) error { return failed(r.List(ctx, filter)) }
	}
	return []call{
		{"Get", func(ctx context.Context) error { return failed(r.Get(ctx, f.keys[0].ID)) }},
		{"ByName", func(ctx context.Context) error { return failed(r.ByName(ctx, "p7", "a")) }},
		{"Events", func(ctx context.Context) error { return failed(r.Events(ctx, f.keys[0].ID)) }},
		{"LinkEvents", func(ctx context.Context) error { return failed(r.LinkEvents(ctx, "p7")) }},
		{"Links", func(ctx context.Context) error { return failed(r.Links(ctx, "l7")) }},
		{"List", list(keystore.Filter{})},
		{"List of a project", list(keystore.Filter{Project: "p7"})},
		{"List of a project, the dead too", list(keystore.Filter{Project: "p7", Dead: true})},
		{"List of a version", list(keystore.Filter{Version: "v7", Dead: true})},
		{"List of a build", list(keystore.Filter{Build: "b7", Dead: true})},
		{"List of all three", list(keystore.Filter{Project: "p7", Version: "v7", Build: "b7"})},
		{"Verify", func(ctx context.Context) error { return failed(r.Verify(ctx, f.secrets[0].Reveal())) }},
		{"Verify, first", func(ctx context.Context) error { return failed(r.Verify(ctx, f.secrets[4].Reveal())) }},
		{"writing uses", r.flush},
	}
}

func (r rig) keyChanges(f relatives) []call {
	return []call{
		{"Create", func(ctx context.Context) error {
			_, _, err := r.Create(ctx, keystore.Spec{Project: "p7", Name: "new"})
			return err
		}},
		{"Derive", func(ctx context.Context) error {
			_, _, err := r.Derive(ctx, f.keys[0].ID, keystore.Spec{Name: "child"})
			return err
		}},
		{"Renew", func(ctx context.Context) error { return failed(r.Renew(ctx, f.keys[0].ID)) }},
		{"Rotate", func(ctx context.Context) error {
			_, _, err := r.Rotate(ctx, f.keys[0].ID, 0)
			return err
		}},
		{"Wrap", func(ctx context.Context) error { return failed(r.Wrap(ctx, f.secrets[2], 0)) }},
		{"Unwrap", func(ctx context.Context) error { return failed(r.Unwrap(ctx, f.handle.Reveal())) }},
	}
}

func (r rig) linkChanges() []call {
	return []call{
		{"AddLink", func(ctx context.Context) error {
			return r.AddLink(ctx, keystore.LinkEdit{Project: "p7", Direction: keystore.Inbound, Other: "p8"})
		}},
		{"RemoveLink", func(ctx context.Context) error { return r.RemoveLink(ctx, "p7", keystore.Inbound, "p8") }},
		{"SetLinkMode", func(ctx context.Context) error { return r.SetLinkMode(ctx, "p7", keystore.Open, "") }},
	}
}

func (r rig) ends(t *testing.T, f relatives) []call {
	t.Helper()
	return []call{
		{"Revoke", func(ctx context.Context) error { return r.Revoke(ctx, f.keys[1].ID, time.Minute) }},
		{"RevokeSecret", func(ctx context.Context) error { return r.RevokeSecret(ctx, f.secrets[2].Reveal()) }},
		{"Delete", func(ctx context.Context) error { return r.Delete(ctx, f.keys[3].ID) }},
		{"RevokeBuild", func(ctx context.Context) error { return failed(r.RevokeBuild(ctx, "b10", 0)) }},
		{"RevokeVersion", func(ctx context.Context) error { return failed(r.RevokeVersion(ctx, "v20", 0)) }},
		{"RevokeProject", func(ctx context.Context) error { return failed(r.RevokeProject(ctx, "p30", 0)) }},
		{"Purge", func(ctx context.Context) error { return failed(r.Purge(ctx, 0)) }},
		{"PurgeEvents", func(ctx context.Context) error { return failed(r.PurgeEvents(ctx, 50*24*time.Hour)) }},
	}
}
