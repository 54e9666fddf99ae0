package keystore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

func TestVerifyActivates(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{TTL: 2 * time.Hour})
		b.clock.Advance(time.Hour)
		now := b.clock.Now()
		for range 3 {
			got, err := b.Verify(t.Context(), raw)
			if err != nil || !got.ActivatedAt.Equal(now) || !got.ExpiresAt.Equal(now.Add(2*time.Hour)) || got.Permits == nil {
				t.Fatalf("verified %+v, %v", got, err)
			}
			b.clock.Advance(time.Minute)
		}
		if got, err := b.Get(t.Context(), k.ID); err != nil || !got.ExpiresAt.Equal(now.Add(2*time.Hour)) {
			t.Errorf("stored until %v, %v", got.ExpiresAt, err)
		}
	})
}

// A key is dead at the very instant of its end, and alive a microsecond before.
func TestVerifyAtTheEnd(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for _, row := range []struct {
			name  string
			start func(uuid.UUID, string) error
			end   time.Duration
			want  error
		}{
			{"lapse", func(uuid.UUID, string) error { return nil }, time.Hour, apikey.ErrLapsed},
			{"expiry", func(_ uuid.UUID, raw string) error { return second(b.Verify(t.Context(), raw)) }, 2 * time.Hour, apikey.ErrExpired},
			{"the end of a grace", func(id uuid.UUID, _ string) error { return b.Revoke(t.Context(), id, time.Minute) }, time.Minute, apikey.ErrRevoked},
		} {
			for _, early := range []time.Duration{time.Microsecond, 0} {
				k, raw := b.mint(t, Spec{ActivateWithin: time.Hour, TTL: 2 * time.Hour})
				if err := row.start(k.ID, raw); err != nil {
					t.Fatal(err)
				}
				b.clock.Advance(row.end - early)
				var want error
				if early == 0 {
					want = row.want
				}
				refusedAs(t, row.name+" less "+early.String(), second(b.Verify(t.Context(), raw)), want)
			}
		}
	})
}

func TestVerifyRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		live, raw := b.mint(t, Spec{})
		dead, deadRaw := b.mint(t, Spec{})
		if err := b.Revoke(ctx, dead.ID, 0); err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			name string
			raw  string
			want error
		}{
			{"nothing", "", apikey.ErrMalformed},
			{"a typo", raw[:30] + "!" + raw[31:], apikey.ErrMalformed},
			{"half a key", raw[:40], apikey.ErrMalformed},
			{"a key that never was", b.forge(t, uuid.MustParse("01a20000-0000-7000-8000-000000000000")).Reveal(), apikey.ErrUnknown},
			{"a wrong secret", b.forge(t, live.ID).Reveal(), apikey.ErrUnknown},
			{"a wrong secret of a dead key, which is not told", b.forge(t, dead.ID).Reveal(), apikey.ErrUnknown},
			{"the right secret of a dead key", deadRaw, apikey.ErrRevoked},
		} {
			k, err := b.Verify(ctx, row.raw)
			refusedAs(t, row.name, err, row.want)
			refusedAs(t, row.name, err, apikey.ErrInvalid)
			if k.ID != uuid.Nil {
				t.Errorf("%s: a key beside an error", row.name)
			}
		}
	})
}

func TestVerifyWithoutDatabase(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		err := second(b.Verify(cancelled, raw))
		refusedAs(t, "a context that ended", err, apikey.ErrUnavailable)
		refusedAs(t, "a context that ended", err, context.Canceled)
		if errors.Is(err, apikey.ErrInvalid) {
			t.Error("cancellation reads as a denial")
		}
		if err := second(b.Verify(t.Context(), raw)); err != nil {
			t.Errorf("after a cancelled one: %v", err)
		}
		if err := b.db.Close(); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "a closed database", second(b.Verify(t.Context(), raw)), apikey.ErrUnavailable)
		refusedAs(t, "garbage needs no database", second(b.Verify(t.Context(), raw+"x")), apikey.ErrMalformed)
	})
}

func TestManyFirstUses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		var ticks atomic.Int64
		b.cfg.Now = func() time.Time { return b.clock.Now().Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
		var group sync.WaitGroup
		starts := make([]time.Time, 50)
		for i := range starts {
			group.Go(func() {
				k, err := b.Verify(t.Context(), raw)
				if err != nil {
					t.Error(err)
				}
				starts[i] = k.ActivatedAt
			})
		}
		group.Wait()
		for _, at := range starts {
			if !at.Equal(starts[0]) {
				t.Fatalf("activated at %v and at %v", starts[0], at)
			}
		}
	})
}

// A row that no store wrote must not be taken for a key that may do anything.
func TestVerifyUnreadableRow(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for _, column := range []string{"scopes", "allow_list"} {
			k, raw := b.mint(t, Spec{})
			if _, err := b.db.Exec(b.text(`UPDATE buildkey_keys SET `+column+` = '[7]' WHERE id = ?`), k.ID.String()); err != nil {
				t.Fatal(err)
			}
			refusedAs(t, column, second(b.Verify(t.Context(), raw)), apikey.ErrUnavailable)
		}
	})
}

func TestSchemaRefusesEmptyLists(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{})
		for _, column := range []string{"scopes", "allow_list"} {
			for _, value := range []string{`[]`, `{}`, `null`, ``} {
				if _, err := b.db.Exec(b.text(`UPDATE buildkey_keys SET `+column+` = ? WHERE id = ?`), value, k.ID.String()); err == nil {
					t.Errorf("the database took %s for %s", value, column)
				}
			}
		}
	})
}

func TestVerifyUnprepared(t *testing.T) {
	t.Parallel()
	for _, params := range []string{"", "binary_parameters=yes"} {
		db := withParams(t, params)
		b := newBench(t, db, Config{Unprepared: params != ""})
		k, raw := b.mint(t, Spec{})
		for range 2 {
			if got, err := b.Verify(t.Context(), raw); err != nil || got.ID != k.ID {
				t.Errorf("%q: %v", params, err)
			}
		}
		if (b.verify.stmt.Load() == nil) != (params != "") {
			t.Errorf("%q: prepared or not, against the Config", params)
		}
	}
}
