package keystore_test

import (
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// trace is all that a refusal leaves behind.
type trace struct {
	Errors     []error
	Statements []string
	Log        string
}

// A key that there is, with a wrong secret, cannot be told from one that there
// never was: not by the answer, the statements that it costs, or the log.
func TestWrongSecretReadsAsUnknown(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"postgres": dbtest.PostgresDSN(t), "sqlite": dbtest.SQLiteDSN(t)} {
		t.Run(name, func(t *testing.T) {
			var log lockedBuffer
			handler := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime})
			r, rec := recordedRig(t, name, dsn, keystore.Config{Logger: slog.New(handler)})
			present := r.states(t)
			forge := func(id uuid.UUID) trace { return r.forge(t, rec, &log, id) }
			forge(uuid.New()) // which prepares the statement
			want := forge(uuid.New())
			if len(want.Statements) == 0 || want.Log == "" {
				t.Fatalf("an unknown key leaves no trace: %+v", want)
			}
			for state, id := range present {
				if got := forge(id); !cmp.Equal(got, want, cmp.Comparer(sameError)) {
					t.Errorf("%s, with a wrong secret, can be told from an unknown key:\n%s", state, cmp.Diff(want, got, cmp.Comparer(sameError)))
				}
				if k, err := r.Get(t.Context(), id); err != nil || state == "a waiting key" && !k.ActivatedAt.IsZero() {
					t.Errorf("%s was changed by a wrong secret: %v", state, err)
				}
			}
		})
	}
}

func sameError(a, b error) bool { return a == b } // identity is the point

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// states are keys in every state of life.
func (r rig) states(t *testing.T) map[string]uuid.UUID {
	t.Helper()
	ids := map[string]uuid.UUID{}
	spec := keystore.Spec{Project: "1", Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}}
	mint := func(state string, spec keystore.Spec, use bool) apikey.Key {
		k, secret := r.mint(t, spec)
		if use {
			if _, err := r.Verify(t.Context(), secret.Reveal()); err != nil {
				t.Fatal(err)
			}
		}
		ids[state] = k.ID
		return k
	}
	mint("a lapsed key", spec, false)
	mint("an expired key", spec, true)
	r.clock.Advance(25 * time.Hour)
	mint("a waiting key", spec, false)
	mint("a living key", spec, true)
	parent := mint("a revoked key", spec, true)
	child, _, err := r.Derive(t.Context(), parent.ID, keystore.Spec{})
	if err == nil {
		err = r.Revoke(t.Context(), parent.ID, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	ids["the child of a revoked key"] = child.ID
	return ids
}

// forge presents a key of that id with a secret of its own making.
func (r rig) forge(t *testing.T, rec *recorder, log *lockedBuffer, id uuid.UUID) trace {
	t.Helper()
	secret, err := r.Format().Mint(id, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rec.take()
	log.Reset()
	var got trace
	k, err := r.Verify(t.Context(), secret.Reveal())
	if k.Project != "" {
		t.Errorf("a record beside %v", err)
	}
	got.Errors = append(got.Errors, err, r.RevokeSecret(t.Context(), secret.Reveal()))
	_, err = r.Wrap(t.Context(), secret, 0)
	got.Errors = append(got.Errors, err)
	for _, s := range rec.take() {
		got.Statements = append(got.Statements, s.text)
	}
	got.Log = strings.ReplaceAll(log.String(), id.String(), "ID")
	return got
}
