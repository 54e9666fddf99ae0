package keystore

import (
	"cmp"
	"time"
)

// What a Spec, Limits and a Config mean by zero.
const (
	DefaultTTL            = 3 * time.Hour       // as Read the Docs chose
	DefaultMaxTTL         = 24 * time.Hour      // and the longest that may be asked for
	DefaultActivateWithin = 24 * time.Hour      // a night in a queue
	DefaultRetention      = 15 * 24 * time.Hour // of dead keys
	defaultMaxWait        = 7 * 24 * time.Hour
)

// Limits are the longest that a Spec may ask for. A field that is not positive
// is 24 h for MaxTTL and 7 days for MaxActivateWithin.
type Limits struct{ MaxTTL, MaxActivateWithin time.Duration }

func (c *core) limits(spec Spec) Limits {
	var l Limits
	if c.cfg.Limits != nil {
		l = c.cfg.Limits(spec)
	}
	if l.MaxTTL <= 0 {
		l.MaxTTL = DefaultMaxTTL
	}
	if l.MaxActivateWithin <= 0 {
		l.MaxActivateWithin = defaultMaxWait
	}
	return l
}

// lease is the life that a key is given at birth.
type lease struct{ ttl, maxTTL, activateWithin time.Duration }

// lease is what spec asks for, defaults filled in and nothing checked.
func (s Spec) lease(l Limits) lease {
	return lease{
		ttl:            cmp.Or(s.TTL, DefaultTTL),
		maxTTL:         cmp.Or(s.MaxTTL, min(DefaultMaxTTL, l.MaxTTL)),
		activateWithin: cmp.Or(s.ActivateWithin, DefaultActivateWithin),
	}
}

// Lifetimes tells what Create would give to spec, and the most that it would
// allow: the time to live and the wait with the defaults filled in, and the
// limits for keys of that Spec.
func (s *Store) Lifetimes(spec Spec) (ttl, maxTTL, activateWithin, maxActivateWithin time.Duration) {
	limits := s.limits(spec)
	lease := spec.lease(limits)
	return lease.ttl, limits.MaxTTL, lease.activateWithin, limits.MaxActivateWithin
}

// check collects what is wrong with the lease.
func (l lease) check(limits Limits, bad *invalid) {
	bad.within("ttl", l.ttl, limits.MaxTTL)
	bad.within("max_ttl", l.maxTTL, limits.MaxTTL)
	bad.within("activate_within", l.activateWithin, limits.MaxActivateWithin)
	if l.ttl <= limits.MaxTTL { // above it, no max_ttl would do
		bad.ordered(l)
	}
}

// ordered refuses a max_ttl below the ttl.
func (bad *invalid) ordered(l lease) {
	if l.ttl > 0 && l.maxTTL > 0 && l.maxTTL < l.ttl {
		bad.add("max_ttl", "%v is below the ttl %v: give a longer max_ttl or a shorter ttl", l.maxTTL, l.ttl)
	}
}

func (bad *invalid) within(field string, d, most time.Duration) {
	switch {
	case d < time.Microsecond:
		bad.add(field, "%v is not positive: the shortest is 1µs", d)
	case d > most:
		bad.add(field, "%v is above the maximum %v", d, most)
	}
}
