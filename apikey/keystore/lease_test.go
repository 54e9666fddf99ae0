package keystore

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/dbtest"
)

// staff gives some keys a longer life, and one project a shorter one.
func staff(s Spec) Limits {
	switch {
	case s.CreatedBy == "staff":
		return Limits{MaxTTL: 72 * time.Hour, MaxActivateWithin: 30 * 24 * time.Hour}
	case s.Project == "short":
		return Limits{MaxTTL: time.Hour, MaxActivateWithin: time.Hour}
	}
	return Limits{}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), Config{Limits: staff})
	for _, row := range []struct {
		name string
		spec Spec
		says string // "": allowed
	}{
		{"staff may have three days", Spec{Project: "1", CreatedBy: "staff", TTL: 72 * time.Hour, MaxTTL: 72 * time.Hour}, ""},
		{"and no more", Spec{Project: "1", CreatedBy: "staff", MaxTTL: 73 * time.Hour}, "max_ttl: 73h0m0s is above the maximum 72h0m0s"},
		{"the default max_ttl is a day for them, too", Spec{Project: "1", CreatedBy: "staff", TTL: 30 * time.Hour}, "max_ttl: 24h0m0s is below the ttl 30h0m0s"},
		{"others have a day", Spec{Project: "1", TTL: 30 * time.Hour, MaxTTL: 30 * time.Hour}, "above the maximum 24h0m0s"},
		{"a ttl above a limit below the default", Spec{Project: "short", TTL: 2 * time.Hour}, "ttl: 2h0m0s is above the maximum 1h0m0s"},
		{"a wait above such a limit", Spec{Project: "short", ActivateWithin: 2 * time.Hour}, "activate_within: 2h0m0s is above the maximum 1h0m0s"},
		{"a ttl that fits, the rest left out", Spec{Project: "short", TTL: time.Hour}, ""},
		{"nothing asked under limits below the defaults", Spec{Project: "short"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := b.Create(t.Context(), row.spec)
			var bad *SpecError
			switch {
			case row.says == "" && err != nil:
				t.Error(err)
			case row.says != "" && (!errors.As(err, &bad) || !strings.Contains(err.Error(), row.says)):
				t.Errorf("%v, want it to say %s", err, row.says)
			}
		})
	}
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), Config{Limits: staff})
	for _, row := range []struct {
		name                            string
		spec                            Spec
		ttl, maxTTL, wait, longestOfAll time.Duration
	}{
		{"nothing asked", Spec{}, 3 * time.Hour, 24 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour},
		{"something asked", Spec{TTL: time.Hour, ActivateWithin: time.Minute}, time.Hour, 24 * time.Hour, time.Minute, 7 * 24 * time.Hour},
		{"staff", Spec{CreatedBy: "staff"}, 3 * time.Hour, 72 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour},
		{"limits below the defaults", Spec{Project: "short"}, time.Hour, time.Hour, time.Hour, time.Hour},
	} {
		got, limits := b.Lifetimes(row.spec)
		if got.TTL != row.ttl || limits.MaxTTL != row.maxTTL || got.ActivateWithin != row.wait || limits.MaxActivateWithin != row.longestOfAll {
			t.Errorf("%s: %+v within %+v", row.name, got, limits)
		}
	}
}

// A key that asks for no times lives as long as the limits let it: below the
// defaults here.
func TestTimesDefaultToTheLimits(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), Config{Limits: staff})
	k, raw := b.mint(t, Spec{Project: "short"})
	if wait := k.ActivateBy.Sub(k.CreatedAt); wait != time.Hour {
		t.Errorf("it waits for %v", wait)
	}
	b.use(t, raw)
	b.clock.Advance(30 * time.Minute)
	got, err := b.Renew(t.Context(), k.ID)
	if want := b.clock.Now().Add(30 * time.Minute); err != nil || !got.ExpiresAt.Equal(want) {
		t.Errorf("renewed until %v, %v; want %v", got.ExpiresAt, err, want)
	}
}
