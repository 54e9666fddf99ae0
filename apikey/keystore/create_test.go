package keystore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestCreateDefaults(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{Project: "1", Version: "3", Build: "42", CreatedBy: "user:7"})
		now := b.clock.Now()
		want := apikey.Key{
			ID: k.ID, Name: k.Name, Project: "1", Version: "3", Build: "42", CreatedBy: "user:7",
			Scopes: apikey.Scopes{"buildkey:builder"}, Permits: b.Catalog().Expand(apikey.Scopes{"buildkey:builder"}),
			AllowList: apikey.AllowList{{Type: "*", ID: "*"}}, CreatedAt: now, ActivateBy: now.Add(24 * time.Hour),
		}
		if diff := cmp.Diff(want, k); diff != "" {
			t.Error(diff)
		}
		if got, err := b.Get(t.Context(), k.ID); err != nil || !cmp.Equal(want, got) {
			t.Errorf("read back: %v\n%s", err, cmp.Diff(want, got))
		}
		if !strings.HasPrefix(k.Name, "build-42-") {
			t.Errorf("the made-up name is %q", k.Name)
		}
		b.holdsHash(t, k.ID, raw)
	})
}

// holdsHash checks that the row keeps the SHA-256 of the secret's 43 characters.
func (b bench) holdsHash(t *testing.T, id uuid.UUID, raw string) {
	t.Helper()
	var hash []byte
	if err := b.db.Get(&hash, b.text(`SELECT secret_hash FROM buildkey_keys WHERE id = ?`), id.String()); err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256([]byte(raw[len("bk_")+22:][:43])); !bytes.Equal(hash, want[:]) {
		t.Error("the stored hash is not that of the secret")
	}
}

func TestCreateCanonical(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{
			Scopes:    apikey.Scopes{"builder", "build:read", "buildkey:builder"},
			AllowList: apikey.AllowList{{Type: "BUILD", ID: "2"}, {Type: "build", ID: "1"}, {Type: "build", ID: "2"}},
		})
		if want := (apikey.Scopes{"build:read", "buildkey:builder"}); !cmp.Equal(k.Scopes, want) {
			t.Errorf("scopes %v, want %v", k.Scopes, want)
		}
		if want := (apikey.AllowList{{Type: "build", ID: "1"}, {Type: "build", ID: "2"}}); !cmp.Equal(k.AllowList, want) {
			t.Errorf("allow list %v, want %v", k.AllowList, want)
		}
	})
}

func TestIDsSortByBirth(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 999_000_000, time.UTC)
	var last uuid.UUID
	for range 1000 {
		id, err := newID(at, zeros{})
		if err != nil || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Fatalf("%v is no UUID of version 7: %v", id, err)
		}
		if bytes.Compare(id[:], last[:]) <= 0 {
			t.Fatalf("%v does not sort after %v", id, last)
		}
		if sec, nsec := id.Time().UnixTime(); time.Unix(sec, nsec).UnixMilli() != at.UnixMilli() {
			t.Fatalf("%v says %v, want %v", id, time.Unix(sec, nsec), at)
		}
		last, at = id, at.Add(time.Microsecond)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestNames(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		first, _ := b.mint(t, Spec{Name: "nightly"})
		refusedAs(t, "the same name", third(b.Create(ctx, Spec{Project: "1", Name: "nightly"})), ErrNameTaken)
		b.mint(t, Spec{Project: "2", Name: "nightly"})
		b.mint(t, Spec{Name: "Nightly"})
		if err := b.Revoke(ctx, first.ID, time.Minute); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "the name of a key in its grace", third(b.Create(ctx, Spec{Project: "1", Name: "nightly"})), ErrNameTaken)
		b.clock.Advance(time.Minute)
		second, _ := b.mint(t, Spec{Name: "nightly", ActivateWithin: time.Hour})
		b.clock.Advance(time.Hour)
		third, raw := b.mint(t, Spec{Name: "nightly", TTL: time.Hour, MaxTTL: time.Hour}) // second has lapsed
		b.use(t, raw)
		if got, err := b.ByName(ctx, "1", "nightly"); err != nil || got.ID != third.ID {
			t.Errorf("by name: %v, %v", got.ID, err)
		}
		b.clock.Advance(time.Hour)
		b.mint(t, Spec{Name: "nightly"}) // third has expired
		if got, err := b.Get(ctx, second.ID); err != nil || got.Name != "nightly" {
			t.Errorf("a dead key's record lost its name: %q, %v", got.Name, err)
		}
	})
}

// TestNamesOfChildren that died with their parent are free, and such children are
// no live keys, though they would have waited for longer.
func TestNamesOfChildren(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		parent, raw := b.mint(t, Spec{TTL: time.Hour, Scopes: apikey.Scopes{"build:read", "key:create"}})
		child, _, err := b.Derive(ctx, parent.ID, Spec{Name: "child"})
		if err != nil {
			t.Fatal(err)
		}
		grandchild, _, err := b.Derive(ctx, child.ID, Spec{Name: "grandchild"})
		if err != nil {
			t.Fatal(err)
		}
		b.use(t, raw)
		b.clock.Advance(time.Hour - time.Microsecond)
		for _, name := range []string{"child", "grandchild"} {
			refusedAs(t, "the name of a live "+name, third(b.Create(ctx, Spec{Project: "1", Name: name})), ErrNameTaken)
		}
		if page, err := b.List(ctx, Filter{}); err != nil || page.Total != 3 {
			t.Errorf("%d live keys, %v", page.Total, err)
		}
		b.clock.Advance(time.Microsecond) // the parent has expired
		if page, err := b.List(ctx, Filter{}); err != nil || page.Total != 0 || len(page.Keys) != 0 {
			t.Errorf("live keys %v, %v", page.Keys, err)
		}
		for _, k := range []apikey.Key{child, grandchild} {
			if _, err := b.ByName(ctx, "1", k.Name); !errors.Is(err, apikey.ErrNotFound) {
				t.Errorf("by name: %v", err)
			}
			b.mint(t, Spec{Name: k.Name})
		}
	})
}

func TestRandomSourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	for _, after := range []int64{0, 8, 40} { // in the id, the secret, the name
		random := io.MultiReader(io.LimitReader(zeros{}, after), iotest.ErrReader(broken))
		b := newBench(t, dbtest.SQLite(t), Config{Rand: random})
		if _, secret, err := b.Create(t.Context(), Spec{Project: "1"}); !errors.Is(err, broken) || !secret.IsZero() {
			t.Errorf("after %d bytes: %v", after, err)
		}
		if n := b.count(t, "buildkey_keys"); n != 0 {
			t.Errorf("after %d bytes: %d keys", after, n)
		}
	}
}

func TestCreatedBy(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		parent, _ := b.mint(t, Spec{})
		for _, row := range []struct {
			name string
			ctx  context.Context
			spec Spec
			want string
		}{
			{"nobody tells", t.Context(), Spec{Project: "1"}, ""},
			{"the spec tells", WithActor(t.Context(), "user:1"), Spec{Project: "1", CreatedBy: "import"}, "import"},
			{"the context's actor", WithActor(apikey.NewContext(t.Context(), parent), "user:1"), Spec{Project: "1"}, "user:1"},
			{"an actor with the sign that ends parts", WithActor(t.Context(), "user"+partEnd), Spec{Project: "1"}, "user\uFFFD"},
			{"the context's key", apikey.NewContext(t.Context(), parent), Spec{Project: "1"}, "key:" + parent.ID.String()},
		} {
			k, _, err := b.Create(row.ctx, row.spec)
			if err == nil {
				k, err = b.Get(t.Context(), k.ID)
			}
			if err != nil || k.CreatedBy != row.want {
				t.Errorf("%s: created by %q, %v; want %q", row.name, k.CreatedBy, err, row.want)
			}
		}
	})
}
