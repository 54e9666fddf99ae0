package keystore

import (
	"context"
	"errors"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// Revoke ends the life of a key, and of all that descend from it, after a grace
// for last calls. It only ever shortens: a second call with less grace brings the
// end forward, with more it changes nothing. A key that is dead already is no
// error. Errors: apikey.ErrNotFound, a [*SpecError] for a negative grace, or one
// that matches apikey.ErrUnavailable.
func (s *Store) Revoke(ctx context.Context, id uuid.UUID, grace time.Duration) error {
	if err := checkGrace("grace", grace); err != nil {
		return err
	}
	return s.change(ctx, "revoke a key", func(c *change) error {
		if err := c.lock(id); err != nil {
			return err
		}
		return c.revokeOne(id, grace)
	})
}

// RevokeSecret revokes, at once, the key that raw is: who holds it may end it. A
// key that is dead already is no error. Errors: apikey.ErrMalformed,
// apikey.ErrUnknown, or one that matches apikey.ErrUnavailable.
func (s *Store) RevokeSecret(ctx context.Context, raw string) error {
	id, secret, err := s.keys.Parse(raw)
	if err != nil {
		return err
	}
	f, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	k, err := s.judge(f, secret)
	switch {
	case errors.Is(err, apikey.ErrUnknown) || errors.Is(err, apikey.ErrUnavailable):
		return err
	case err != nil:
		return nil
	}
	if actorOf(ctx) == "" {
		ctx = WithActor(ctx, keyActor(k.ID))
	}
	err = s.Revoke(ctx, k.ID, 0)
	if errors.Is(err, apikey.ErrNotFound) {
		return nil
	}
	return err
}

// RevokeBuild is [Store.Revoke] of every live key that is attached to the build, and
// tells how many it ended, descendants included. It goes by the build's id alone, in
// whichever project: see apikey.ID, which must be unique over all of them. No such key
// is no error. Errors: a [*SpecError] for a negative grace, or one that matches
// apikey.ErrUnavailable.
func (s *Store) RevokeBuild(ctx context.Context, build apikey.ID, grace time.Duration) (int, error) {
	return s.revokeAll(ctx, "build", build, grace)
}

// RevokeVersion is [Store.RevokeBuild] for every live key that was minted with the
// version, with a build of it or without, and goes by the version's id alone as well.
// A key that was minted for a build without its version is not among them: the store
// does not know which version the build is of.
func (s *Store) RevokeVersion(ctx context.Context, version apikey.ID, grace time.Duration) (int, error) {
	return s.revokeAll(ctx, "version", version, grace)
}

// RevokeProject is [Store.RevokeBuild] for every live key of the project, whatever
// its version and build.
func (s *Store) RevokeProject(ctx context.Context, project apikey.ID, grace time.Duration) (int, error) {
	return s.revokeAll(ctx, "project", project, grace)
}

func (s *Store) revokeAll(ctx context.Context, column string, id apikey.ID, grace time.Duration) (n int, err error) {
	if err := checkGrace("grace", grace); err != nil || !storable(id) {
		return 0, err
	}
	err = s.change(ctx, "revoke keys", func(c *change) error {
		n, err = c.revokeMany(column, id, grace)
		return err
	})
	return n, err
}

func checkGrace(field string, grace time.Duration) error {
	if grace < 0 {
		return specError(field, "%v is negative", grace)
	}
	return nil
}
