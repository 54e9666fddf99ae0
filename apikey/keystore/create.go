package keystore

import (
	"cmp"
	"context"

	"github.com/buildkey/buildkey/apikey"
)

// Create mints a key and returns its record and its secret, which is told this
// once and kept only as a hash. Errors: a [*SpecError] that names every bad
// field, [ErrNameTaken], or one that matches apikey.ErrUnavailable. Nothing is
// stored then.
func (s *Store) Create(ctx context.Context, spec Spec) (apikey.Key, apikey.Secret, error) {
	r, err := s.draft(ctx, spec)
	if err != nil {
		return apikey.Key{}, apikey.Secret{}, err
	}
	var secret apikey.Secret
	err = s.change(ctx, "create a key", func(c *change) (err error) {
		if secret, err = c.mint(r); err != nil {
			return err
		}
		return c.born(eventCreate, r, "")
	})
	return s.minted(r, secret, err)
}

// draft is the row that spec asks for, without what mint draws.
func (s *Store) draft(ctx context.Context, spec Spec) (*row, error) {
	var bad fieldErrors
	spec.checkWords(&bad)
	scopes := s.checkScopes(spec.Scopes, apikey.Scopes{apikey.BundleBuilder}, &bad)
	list := s.checkAllowList(spec.AllowList, everything(), &bad)
	spec, limits := s.Lifetimes(spec)
	spec.checkTimes(limits, &bad)
	if err := bad.err(); err != nil {
		return nil, err
	}
	now := s.now()
	return &row{
		name: spec.Name, project: spec.Project, version: spec.Version, build: spec.Build,
		scopes: jsonText(scopes), allowList: jsonText(list),
		ttl: spec.TTL.Microseconds(), maxTTL: spec.MaxTTL.Microseconds(),
		createdBy: cmp.Or(spec.CreatedBy, actorOf(ctx)),
		createdAt: now, activateBy: now + spec.ActivateWithin.Microseconds(),
	}, nil
}

// minted is what a call that mints returns.
func (c *core) minted(r *row, secret apikey.Secret, err error) (apikey.Key, apikey.Secret, error) {
	if err != nil {
		return apikey.Key{}, apikey.Secret{}, err
	}
	k, err := c.key(r)
	return k, secret, trouble("read a key", err)
}
