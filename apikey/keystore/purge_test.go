package keystore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

func TestPurge(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		revoked, raw := b.mint(t, Spec{})
		_, waiting := b.mint(t, Spec{ActivateWithin: 2 * time.Hour})
		if err := b.Revoke(ctx, revoked.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(2 * time.Hour) // one has been dead for an hour, the other has just lapsed
		for _, row := range []struct {
			name      string
			retention time.Duration
			want      int64
		}{
			{"the default of 15 days", 0, 0},
			{"an hour, and not longer", time.Hour, 0},
			{"a microsecond less", time.Hour - time.Microsecond, 1},
			{"again", time.Hour - time.Microsecond, 0},
		} {
			if n, err := b.Purge(ctx, row.retention); n != row.want || err != nil {
				t.Errorf("%s: %d, %v; want %d", row.name, n, err, row.want)
			}
		}
		refusedAs(t, "the purged", second(b.Verify(ctx, raw)), apikey.ErrUnknown)
		refusedAs(t, "the other", second(b.Verify(ctx, waiting)), apikey.ErrLapsed)
		if events, err := b.Events(ctx, revoked.ID); err != nil || len(events) != 2 {
			t.Errorf("the trail of the purged: %v, %v", events, err)
		}
	})
}

func TestPurgeInBatches(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		const dead = 2*purgeBatch + 500
		live, raw := b.mint(t, Spec{})
		number := `generate_series(1, 2500) AS n`
		id := `gen_random_uuid()`
		if b.db.DriverName() == "sqlite" {
			number = `(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500) SELECT n FROM c)`
			id = `printf('%08x-0000-7000-8000-000000000000', n)`
		}
		// Most of them died at the same instant.
		if _, err := b.db.Exec(b.text(`INSERT INTO buildkey_keys (id, name, project, version, build, scopes, allow_list, secret_hash, depth, ttl, max_ttl, created_by, created_at, activate_by)
			SELECT `+id+`, 'dead', '9', '', '', scopes, allow_list, secret_hash, 0, 1, 1, '', 1, CASE WHEN n % 10 = 0 THEN n ELSE 7 END
			FROM buildkey_keys, `+number+` WHERE buildkey_keys.id = ?`), live.ID.String()); err != nil {
			t.Fatal(err)
		}
		if n, err := b.Purge(t.Context(), 0); n != dead || err != nil {
			t.Errorf("purged %d, %v; want %d", n, err, dead)
		}
		refusedAs(t, "the living", second(b.Verify(t.Context(), raw)), nil)
	})
}

// A handle outlives its time while its key is on record, so that its second unwrap
// still ends the key.
func TestPurgeHandles(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw, handle := b.wrapped(t, Spec{ActivateWithin: 7 * 24 * time.Hour})
		refusedAs(t, "unwrap", second(b.Unwrap(t.Context(), handle)), nil)
		b.clock.Advance(time.Hour)
		if n, err := b.Purge(t.Context(), time.Minute); n != 0 || err != nil || b.count(t, "buildkey_handles") != 1 {
			t.Errorf("a handle went before its key: %d, %v", n, err)
		}
		refusedAs(t, "unwrap again", second(b.Unwrap(t.Context(), handle)), ErrHandleSpent)
		refusedAs(t, "the key", second(b.Verify(t.Context(), raw)), apikey.ErrRevoked)
		b.clock.Advance(2 * time.Minute)
		if n, err := b.Purge(t.Context(), time.Minute); n != 1 || err != nil || b.count(t, "buildkey_handles") != 0 {
			t.Errorf("a handle outlived its key: %d, %v", n, err)
		}
		refusedAs(t, "unwrap of the purged", second(b.Unwrap(t.Context(), handle)), ErrHandleUnknown)
	})
}

func TestPurgeRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		var bad *SpecError
		if _, err := b.Purge(t.Context(), -1); !errors.As(err, &bad) || bad.Fields[0].Field != "retention" {
			t.Errorf("a negative retention: %v", err)
		}
		if _, err := b.PurgeEvents(t.Context(), 0); !errors.As(err, &bad) || bad.Fields[0].Field != "age" {
			t.Errorf("no age: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		refusedAs(t, "a context that ended", second(b.Purge(ctx, 0)), context.Canceled)
	})
}

func TestPurgeEvents(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		old, _ := b.mint(t, Spec{})
		b.clock.Advance(time.Hour)
		young, _ := b.mint(t, Spec{})
		if n, err := b.PurgeEvents(t.Context(), time.Hour); n != 0 || err != nil {
			t.Errorf("purged %d as old as that, %v; want those older", n, err)
		}
		if n, err := b.PurgeEvents(t.Context(), time.Minute); n != 1 || err != nil {
			t.Errorf("purged %d, %v; want 1", n, err)
		}
		if events, err := b.Events(t.Context(), old.ID); len(events) != 0 || err != nil {
			t.Errorf("of the old: %v, %v", events, err)
		}
		if events, err := b.Events(t.Context(), young.ID); len(events) != 1 || err != nil {
			t.Errorf("of the young: %v, %v", events, err)
		}
	})
}

// With its key a handle goes, too, however long it could still have been opened:
// sealed in it is the secret.
func TestPurgeLeavesNoHandleOfAPurgedKey(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{})
		handle, err := b.Wrap(t.Context(), apikey.NewSecret(raw), 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		_, _, other := b.wrapped(t, Spec{})
		refusedAs(t, "revoke", b.Revoke(t.Context(), k.ID, 0), nil)
		b.clock.Advance(2 * time.Minute)
		if n, err := b.Purge(t.Context(), time.Minute); n != 1 || err != nil || b.count(t, "buildkey_handles") != 1 {
			t.Errorf("purged %d, %v, and %d handles are left; want one key, and one handle left", n, err, b.count(t, "buildkey_handles"))
		}
		refusedAs(t, "unwrap", second(b.Unwrap(t.Context(), handle.Reveal())), ErrHandleUnknown)
		refusedAs(t, "unwrap the other", second(b.Unwrap(t.Context(), other)), nil)
	})
}

// More orphans than a batch takes, many of the same time, among handles that stay.
func TestPurgeHandlesInBatches(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{})
		hash, orphan, number := `decode(lpad(to_hex(n), 64, '0'), 'hex')`, `gen_random_uuid()`, `generate_series(1, 5000) AS n`
		if b.db.DriverName() == "sqlite" {
			hash, orphan = `CAST(printf('%032d', n) AS BLOB)`, `'orphan' || n`
			number = `(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n FROM c)`
		}
		if _, err := b.db.Exec(b.text(`INSERT INTO buildkey_handles (hash, key_id, expires_at)
			SELECT `+hash+`, CASE WHEN n % 2 = 0 THEN ?::uuid ELSE `+orphan+` END, CASE WHEN n % 9 = 0 THEN n ELSE 7 END
			FROM `+number), k.ID.String()); err != nil {
			t.Fatal(err)
		}
		if n, err := b.Purge(t.Context(), 0); n != 0 || err != nil || b.count(t, "buildkey_handles") != 2500 {
			t.Errorf("purged %d, %v, and %d handles are left; want no key, and 2500 handles left", n, err, b.count(t, "buildkey_handles"))
		}
	})
}
