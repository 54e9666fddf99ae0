package keystore

import (
	"context"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// lastUsed reads a key's record.
func (b bench) lastUsed(t *testing.T, id uuid.UUID) time.Time {
	t.Helper()
	k, err := b.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return k.LastUsedAt
}

func TestLastUsedOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{})
		start := b.clock.Now()
		var want time.Time
		for _, row := range []struct {
			name  string
			after time.Duration
			write bool
		}{
			{"the first", 0, true},
			{"at once again", 0, false},
			{"59.999999s after it", time.Minute - time.Microsecond, false},
			{"a minute after it", time.Minute, true},
			{"half a minute after that", 90 * time.Second, false},
			{"two minutes after that", 3 * time.Minute, true},
		} {
			b.clock.Advance(start.Add(row.after).Sub(b.clock.Now()))
			b.use(t, raw)
			if row.write {
				want = b.clock.Now()
			}
			for range 2 {
				if err := b.flush(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if got := b.lastUsed(t, k.ID); !got.Equal(want) {
				t.Errorf("%s: last used at %v, want %v", row.name, got, want)
			}
		}
	})
}

// Another program's newer note is not overwritten, nor is any other column.
func TestLastUsedChangesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		other := newBench(t, b.db, Config{Now: b.clock.Now})
		k, raw := b.mint(t, Spec{})
		for _, s := range []bench{b, other} {
			s.use(t, raw)
			b.clock.Advance(30 * time.Second)
		}
		if err := b.Revoke(t.Context(), k.ID, 0); err != nil {
			t.Fatal(err)
		}
		want, err := b.Get(t.Context(), k.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []bench{other, b, other} {
			if err := s.flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := b.Get(t.Context(), k.ID)
		if want.LastUsedAt = got.LastUsedAt; err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v\n%s", err, cmp.Diff(want, got))
		}
		if at := want.CreatedAt.Add(30 * time.Second); !got.LastUsedAt.Equal(at) {
			t.Errorf("last used at %v, want %v", got.LastUsedAt, at)
		}
	})
}

func TestLastUsedOfManyAndOfNobody(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ghost := apikey.Key{ID: uuid.New()}
		b.Used(ghost)
		var keys []apikey.Key
		for range 3 {
			k, _ := b.mint(t, Spec{})
			keys = append(keys, k)
			b.Used(k)
		}
		for range useBatch {
			b.Used(apikey.Key{ID: uuid.New()})
		}
		if err := b.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if got := b.lastUsed(t, k.ID); !got.Equal(b.clock.Now()) {
				t.Errorf("last used at %v, want %v", got, b.clock.Now())
			}
		}
		if n := b.count(t, "buildkey_keys"); n != 3 {
			t.Errorf("noting the use of a key that is gone made it: %d keys", n)
		}
	})
}

// A row that somebody holds is not waited for, and written the next time.
func TestLastUsedSkipsHeldRows(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	b := newBench(t, db, Config{})
	k, _ := b.mint(t, Spec{})
	b.Used(k)
	tx := db.MustBegin()
	defer tx.Rollback()
	tx.MustExec(`SELECT 1 FROM buildkey_keys FOR UPDATE`)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := b.flush(ctx); err != nil {
		t.Fatalf("it waited for the row: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := b.flush(ctx); err != nil || b.lastUsed(t, k.ID).IsZero() {
		t.Errorf("the use was lost: %v", err)
	}
}

func TestNotesAreBounded(t *testing.T) {
	t.Parallel()
	var u uses
	for range maxUses + 10 {
		u.note(uuid.New(), 1)
	}
	if n := len(u.pending); n != maxUses {
		t.Errorf("%d notes, want %d", n, maxUses)
	}
	u.keep(u.take(1))
	if n := len(u.pending); n != maxUses {
		t.Errorf("%d notes after they were put back", n)
	}
}

func TestNotesSurviveTrouble(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{})
		b.Used(k)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		refusedAs(t, "a context that ended", b.flush(ctx), apikey.ErrUnavailable)
		if err := b.flush(t.Context()); err != nil || b.lastUsed(t, k.ID).IsZero() {
			t.Errorf("the use was lost: %v", err)
		}
	})
}
