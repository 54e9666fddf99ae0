package keystore

import (
	"errors"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

func TestRevokeOnlyShortens(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{})
		start := b.clock.Now()
		for _, row := range []struct {
			name        string
			after, want time.Duration
			grace       time.Duration
		}{
			{"a grace", 0, 10 * time.Minute, 10 * time.Minute},
			{"a longer one gives nothing back", time.Minute, 10 * time.Minute, time.Hour},
			{"the same end again", time.Minute, 10 * time.Minute, 8 * time.Minute},
			{"a shorter one brings it forward", time.Minute, 4 * time.Minute, time.Minute},
			{"none ends it", 0, 3 * time.Minute, 0},
			{"a grace after that", time.Minute, 3 * time.Minute, time.Hour},
		} {
			b.clock.Advance(row.after)
			if err := b.Revoke(t.Context(), k.ID, row.grace); err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
			got, err := b.Get(t.Context(), k.ID)
			if end := start.Add(row.want); err != nil || !got.RevokedAt.Equal(end) {
				t.Errorf("%s: revoked at %v, %v; want %v", row.name, got.RevokedAt, err, end)
			}
		}
	})
}

func TestRevokeRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{Build: "7"})
		var bad *SpecError
		if err := b.Revoke(t.Context(), k.ID, -1); !errors.As(err, &bad) || bad.Fields[0].Field != "grace" {
			t.Errorf("a negative grace: %v", err)
		}
		if _, err := b.RevokeBuild(t.Context(), "7", -1); !errors.As(err, &bad) {
			t.Errorf("a negative grace for a build: %v", err)
		}
		refusedAs(t, "a key that is not there", b.Revoke(t.Context(), uuid.New(), 0), apikey.ErrNotFound)
		refusedAs(t, "after all that", second(b.Verify(t.Context(), raw)), nil)
	})
}

func TestRevokeSecret(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		k, raw := b.mint(t, Spec{})
		wrong := b.forge(t, k.ID)
		refusedAs(t, "garbage", b.RevokeSecret(ctx, raw+"x"), apikey.ErrMalformed)
		refusedAs(t, "a wrong secret", b.RevokeSecret(ctx, wrong.Reveal()), apikey.ErrUnknown)
		refusedAs(t, "after these", second(b.Verify(ctx, raw)), nil)
		for range 2 {
			refusedAs(t, "the secret", b.RevokeSecret(ctx, raw), nil)
			refusedAs(t, "after it", second(b.Verify(ctx, raw)), apikey.ErrRevoked)
		}
		events, err := b.Events(ctx, k.ID)
		if last := events[len(events)-1]; err != nil || last.Kind != "revoke" || last.Actor != "key:"+k.ID.String() {
			t.Errorf("the trail ends in %+v, %v", last, err)
		}
		lapsed, raw := b.mint(t, Spec{ActivateWithin: time.Minute})
		b.clock.Advance(time.Minute)
		refusedAs(t, "one that has lapsed", b.RevokeSecret(ctx, raw), nil)
		refusedAs(t, "and stays so", second(b.Verify(ctx, raw)), apikey.ErrLapsed)
		if got, err := b.Get(ctx, lapsed.ID); err != nil || !got.RevokedAt.IsZero() {
			t.Errorf("a lapsed key was changed: %v, %v", got.RevokedAt, err)
		}
	})
}

func TestRevokeByAttachment(t *testing.T) {
	specs := map[string]Spec{
		"project": {Project: "1"},
		"version": {Project: "1", Version: "3"},
		"build":   {Project: "1", Version: "3", Build: "7"},
		"sibling": {Project: "1", Version: "3", Build: "8"},
		"other":   {Project: "2", Version: "4", Build: "9"},
		"alone":   {Project: "1", Build: "10"},              // a build whose version nobody told
		"twin":    {Project: "2", Version: "3", Build: "7"}, // with ids that another project has used
	}
	for _, row := range []struct {
		name   string
		revoke func(b bench) (int, error)
		dead   []string
	}{
		{"build", func(b bench) (int, error) { return b.RevokeBuild(t.Context(), "7", 0) }, []string{"build", "twin"}},
		{"version", func(b bench) (int, error) { return b.RevokeVersion(t.Context(), "3", 0) }, []string{"version", "build", "sibling", "twin"}},
		{"project", func(b bench) (int, error) { return b.RevokeProject(t.Context(), "1", 0) }, []string{"project", "version", "build", "sibling", "alone"}},
		{"no id at all", func(b bench) (int, error) { return b.RevokeBuild(t.Context(), "", 0) }, nil},
		{"no id of a version", func(b bench) (int, error) { return b.RevokeVersion(t.Context(), "", 0) }, nil},
		{"an id that no database holds", func(b bench) (int, error) { return b.RevokeProject(t.Context(), "\x00", 0) }, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			each(t, func(t *testing.T, b bench) {
				secrets := map[string]string{}
				for name, spec := range specs {
					_, secrets[name] = b.mint(t, spec)
				}
				if n, err := row.revoke(b); err != nil || n != len(row.dead) {
					t.Errorf("revoked %d, %v; want %d", n, err, len(row.dead))
				}
				for _, name := range row.dead {
					refusedAs(t, name, second(b.Verify(t.Context(), secrets[name])), apikey.ErrRevoked)
					delete(secrets, name)
				}
				for name, raw := range secrets {
					refusedAs(t, name, second(b.Verify(t.Context(), raw)), nil)
				}
				if n, err := row.revoke(b); err != nil || n != 0 {
					t.Errorf("again: %d, %v", n, err)
				}
			})
		})
	}
}

func TestRevokeBuildWithGrace(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{Build: "7"})
		expired, old := b.mint(t, Spec{Build: "7", ActivateWithin: time.Minute})
		b.clock.Advance(time.Minute)
		if n, err := b.RevokeBuild(t.Context(), "7", 30*time.Second); err != nil || n != 1 {
			t.Errorf("revoked %d, %v; want the live one", n, err)
		}
		b.clock.Advance(30*time.Second - time.Microsecond)
		refusedAs(t, "in the grace", second(b.Verify(t.Context(), raw)), nil)
		b.clock.Advance(time.Microsecond)
		refusedAs(t, "after it", second(b.Verify(t.Context(), raw)), apikey.ErrRevoked)
		refusedAs(t, "one that had lapsed", second(b.Verify(t.Context(), old)), apikey.ErrLapsed)
		if events, err := b.Events(t.Context(), expired.ID); err != nil || len(events) != 1 {
			t.Errorf("the trail of the lapsed key: %v, %v", events, err)
		}
	})
}
