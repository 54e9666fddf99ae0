package keystore_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

type lifecycleRow struct {
	ID, Why, Reading string
	Spec             struct {
		ActivateWithin span `json:"activate_within"`
		TTL            span
		MaxTTL         span `json:"max_ttl"`
		Scopes         apikey.Scopes
	}
	Events []lifecycleEvent
}

type lifecycleEvent struct {
	At, Grace, Overlap, Retention, TTL              span
	Do, Key, New, Parent, Build, Name, Handle, Want string
	Scopes                                          apikey.Scopes
}

// life is a row at work, in a project of its own.
type life struct {
	rig
	row     lifecycleRow
	keys    map[string]apikey.Key
	secrets map[string]apikey.Secret
	handles map[string]apikey.Secret
}

func TestLifecycleVectors(t *testing.T) {
	t.Parallel()
	file := vectors[struct {
		About string
		Rows  []lifecycleRow
	}](t, "lifecycle.json")
	if len(file.Rows) < 42 {
		t.Fatalf("only %d rows", len(file.Rows))
	}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r := newRig(t, db, keystore.Config{})
		for _, row := range file.Rows { // one after the other: they share a clock
			t.Run(row.ID, func(t *testing.T) {
				l := life{r, row, map[string]apikey.Key{}, map[string]apikey.Secret{}, map[string]apikey.Secret{}}
				l.live(t)
			})
			r.clock.Advance(time.Hour)
		}
	})
}

func (l life) live(t *testing.T) {
	start := l.clock.Now()
	if !slices.ContainsFunc(l.row.Events, func(e lifecycleEvent) bool { return e.Do == "create" }) {
		s := l.row.Spec
		l.keep(t, "k")(l.Create(t.Context(), keystore.Spec{Project: l.project(), Scopes: s.Scopes,
			ActivateWithin: time.Duration(s.ActivateWithin), TTL: time.Duration(s.TTL), MaxTTL: time.Duration(s.MaxTTL)}))
	}
	for i, e := range l.row.Events {
		l.clock.Advance(start.Add(time.Duration(e.At)).Sub(l.clock.Now()))
		if e.Key == "" {
			e.Key = "k"
		}
		err := l.do(t, e)
		if !e.wants(err) {
			t.Errorf("%s: event %d at %v, %s %s: %v, want %s", l.row.Why, i, time.Duration(e.At), e.Do, e.Key, err, e.Want)
		}
	}
}

func (l life) project() apikey.ID { return apikey.ID(l.row.ID) }

// build is the row's own: others have a build of that number too.
func (l life) build(id string) apikey.ID {
	if id == "" {
		return ""
	}
	return l.project() + "-" + apikey.ID(id)
}

// keep remembers what a call that mints returned, under a name.
func (l life) keep(t *testing.T, name string) func(apikey.Key, apikey.Secret, error) error {
	return func(k apikey.Key, secret apikey.Secret, err error) error {
		t.Helper()
		if err != nil {
			if k.Project != "" || !secret.IsZero() {
				t.Errorf("a key beside the error %v", err)
			}
			return err
		}
		l.keys[name], l.secrets[name] = k, secret
		return nil
	}
}

func (l life) do(t *testing.T, e lifecycleEvent) error {
	ctx, id := t.Context(), l.keys[e.Key].ID
	switch e.Do {
	case "create":
		return l.keep(t, e.Key)(l.Create(ctx, keystore.Spec{Project: l.project(), Build: l.build(e.Build), Name: e.Name}))
	case "derive":
		spec := keystore.Spec{Scopes: e.Scopes, TTL: time.Duration(e.TTL)}
		return l.keep(t, e.Key)(l.Derive(ctx, l.keys[e.Parent].ID, spec))
	case "rotate":
		return l.keep(t, e.New)(l.Rotate(ctx, id, time.Duration(e.Overlap)))
	case "revoke":
		return l.Revoke(ctx, id, time.Duration(e.Grace))
	case "revoke_build":
		return failed(l.RevokeBuild(ctx, l.build(e.Build), time.Duration(e.Grace)))
	case "purge":
		return failed(l.Purge(ctx, time.Duration(e.Retention)))
	case "get":
		return failed(l.Get(ctx, id))
	case "renew":
		return failed(l.Renew(ctx, id))
	}
	return l.use(t, e)
}

// use does what is done with a secret.
func (l life) use(t *testing.T, e lifecycleEvent) (err error) {
	secret := l.secrets[e.Key]
	switch e.Do {
	case "verify":
		k, err := l.Verify(t.Context(), secret.Reveal())
		if err == nil && k.ID != l.keys[e.Key].ID {
			t.Errorf("%s verifies as another key", e.Key)
		}
		return err
	case "wrap":
		l.handles[e.Handle], err = l.Wrap(t.Context(), secret, 0)
		return err
	case "unwrap":
		got, err := l.Unwrap(t.Context(), l.handles[e.Handle].Reveal())
		if err == nil && got.Reveal() != secret.Reveal() {
			t.Error("the handle gives another secret")
		}
		return err
	}
	return fmt.Errorf("%w: the test knows no %q", apikey.ErrUnavailable, e.Do)
}

// wants compares an error with the word for it. Of a key that is gone, Verify and
// the calls by id answer in their own words.
func (e lifecycleEvent) wants(err error) bool {
	switch e.Want {
	case "ok":
		return err == nil
	case "revoked":
		return errors.Is(err, apikey.ErrRevoked)
	case "expired":
		return errors.Is(err, apikey.ErrExpired)
	case "lapsed":
		return errors.Is(err, apikey.ErrLapsed)
	case "unknown":
		if e.Do != "verify" {
			return errors.Is(err, apikey.ErrNotFound)
		}
		return errors.Is(err, apikey.ErrUnknown)
	case "conflict":
		return errors.Is(err, keystore.ErrNameTaken)
	case "refused":
		return errors.Is(err, apikey.ErrInvalid) || errors.Is(err, apikey.ErrForbidden) || errors.Is(err, keystore.ErrHandleSpent)
	}
	return false
}

// failed is the error of a call that also returns something else.
func failed[T any](_ T, err error) error { return err }
