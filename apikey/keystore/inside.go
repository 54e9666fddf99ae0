package keystore

import (
	"fmt"
	"strings"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

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
