package keystore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// Derive mints a weaker child of a key. What spec does not ask for is inherited:
// the attachment, scopes, allow list and what is left of the life. What it asks
// for must lie inside the parent's, by what it permits; a child that asks for
// more is refused, not cut down. A build or version may be named by a child whose
// parent has none. The child of a key in its grace ends with it. Config.Limits
// are not asked: the parent is the limit.
//
// Errors: apikey.ErrNotFound, ErrRevoked, ErrExpired or ErrLapsed of the parent;
// apikey.ScopeError when it lacks key:create; a [*DeriveError], which matches
// apikey.ErrForbidden, naming what exceeds it or that it is four generations deep;
// a [*SpecError]; [ErrNameTaken]; or one that matches apikey.ErrUnavailable.
func (s *Store) Derive(ctx context.Context, parent uuid.UUID, spec Spec) (apikey.Key, apikey.Secret, error) {
	var r *row
	var secret apikey.Secret
	err := s.change(ctx, "derive a key", func(c *change) error {
		p, err := c.parentOf(parent)
		if err != nil {
			return err
		}
		if r, err = c.child(p, spec); err != nil {
			return err
		}
		if secret, err = c.mint(r); err != nil {
			return err
		}
		return c.born(eventDerive, r, "from "+parent.String())
	})
	return s.minted(r, secret, err)
}

// parentOf holds the key so that nobody revokes it meanwhile, and checks that it
// may have a child.
func (c *change) parentOf(id uuid.UUID) (*member, error) {
	if _, err := c.ids(`SELECT id FROM buildkey_keys WHERE id = ? FOR SHARE`, id.String()); err != nil {
		return nil, err
	}
	p, err := c.member(id)
	if err != nil {
		return nil, err
	}
	if err := p.usable(c.cfg.Now()); err != nil {
		return nil, err
	}
	if !p.key.HasScope(apikey.ScopeKeyCreate) {
		return nil, apikey.ScopeError{Scope: apikey.ScopeKeyCreate}
	}
	if p.row.depth >= maxDepth {
		return nil, &DeriveError{"parent", "it is of the last generation that may be: derive from a key above it"}
	}
	return p, nil
}

// child is the row that spec asks for, checked against its parent.
func (c *change) child(p *member, spec Spec) (*row, error) {
	if err := spec.inherit(p.key); err != nil {
		return nil, err
	}
	var bad fieldErrors
	spec.checkWords(&bad)
	scopes := c.checkScopes(spec.Scopes, p.key.Scopes, &bad)
	list := c.checkAllowList(spec.AllowList, p.key.AllowList, &bad)
	spec.checkAsked(&bad)
	if err := bad.err(); err != nil {
		return nil, err
	}
	if err := c.inside(p.key, scopes, list); err != nil {
		return nil, err
	}
	r := &row{
		name: spec.Name, project: spec.Project, version: spec.Version, build: spec.Build,
		scopes: jsonText(scopes), allowList: jsonText(list),
		parent: uuid.NullUUID{UUID: p.key.ID, Valid: true}, depth: p.row.depth + 1,
		createdBy: cmp.Or(spec.CreatedBy, actorOf(c.ctx), keyActor(p.key.ID)),
		createdAt: c.now(), revokedAt: p.row.revokedAt,
	}
	return r, r.liveInside(&p.row, spec)
}

// checkAsked refuses durations that are negative, or too short to be kept. The most
// is for liveInside to know.
func (s Spec) checkAsked(bad *fieldErrors) {
	for _, d := range []struct {
		field string
		asked time.Duration
	}{{"ttl", s.TTL}, {"max_ttl", s.MaxTTL}, {"activate_within", s.ActivateWithin}} {
		if d.asked != 0 {
			bad.within(d.field, d.asked, math.MaxInt64)
		}
	}
	s.checkOrder(bad)
}

// inherit fills in the attachment that s leaves out, and refuses one that leads
// out of the parent's.
func (s *Spec) inherit(parent apikey.Key) error {
	for _, part := range []struct {
		field string
		asked *apikey.ID
		fixed apikey.ID
	}{{"project", &s.Project, parent.Project}, {"version", &s.Version, parent.Version}, {"build", &s.Build, parent.Build}} {
		if *part.asked == "" {
			*part.asked = part.fixed
		}
		if part.fixed != "" && *part.asked != part.fixed {
			return &DeriveError{part.field, fmt.Sprintf("%q is not the parent's %q", clip(string(*part.asked)), part.fixed)}
		}
	}
	// A build key without a version reaches no version, nor may its child.
	if parent.Build != "" && parent.Version == "" && s.Version != "" {
		return &DeriveError{"version", fmt.Sprintf("%q: the parent is held to a build and to no version", clip(string(s.Version)))}
	}
	return nil
}

// inside compares what scopes and list permit with what the parent does.
func (c *core) inside(parent apikey.Key, scopes apikey.Scopes, list apikey.AllowList) error {
	missing, err := c.cfg.Catalog.Missing(parent.Scopes, scopes)
	if err != nil {
		return specError("scopes", "%v", err)
	}
	if len(missing) > 0 {
		return &DeriveError{"scopes", "the parent does not permit " + strings.Join(missing, ", ")}
	}
	for _, t := range list {
		if !parent.AllowList.Allows(t) {
			return &DeriveError{"allow_list", "the parent does not allow " + t.String()}
		}
	}
	return nil
}

// liveInside gives r the life that spec asks for, or the parent's where it asks
// for none. The wait is cut to the parent's end; what was asked for is refused.
func (r *row) liveInside(parent *row, spec Spec) error {
	left := time.Duration(parent.diesAt-r.createdAt) * time.Microsecond
	longest := time.Duration(parent.ttl) * time.Microsecond
	if parent.activatedAt.Valid {
		longest = left
	}
	if spec.TTL > longest {
		return &DeriveError{"ttl", fmt.Sprintf("%v is above the %v that the parent has", spec.TTL, longest)}
	}
	if most := time.Duration(parent.maxTTL) * time.Microsecond; spec.MaxTTL > most {
		return &DeriveError{"max_ttl", fmt.Sprintf("%v is above the parent's %v", spec.MaxTTL, most)}
	}
	if spec.ActivateWithin > left {
		return &DeriveError{"activate_within", fmt.Sprintf("%v is above the %v that the parent has", spec.ActivateWithin, left)}
	}
	r.maxTTL = orMicros(spec.MaxTTL, parent.maxTTL)
	r.ttl = min(orMicros(spec.TTL, parent.ttl), r.maxTTL)
	r.activateBy = r.createdAt + min(orMicros(spec.ActivateWithin, DefaultActivateWithin.Microseconds()), left.Microseconds())
	return nil
}

// orMicros is d in microseconds, or the default when d is zero.
func orMicros(d time.Duration, otherwise int64) int64 {
	if d == 0 {
		return otherwise
	}
	return d.Microseconds()
}
