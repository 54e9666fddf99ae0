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

// Lifetimes returns spec with the times that it leaves out filled in, as Create
// fills them in, and the limits for a key of that Spec.
func (s *Store) Lifetimes(spec Spec) (Spec, Limits) {
	limits := s.limits(spec)
	return spec.timed(limits), limits
}

// timed is s with the default, or the limit where that is less, for each time
// that is left out. Nothing is checked.
func (s Spec) timed(l Limits) Spec {
	s.TTL = cmp.Or(s.TTL, min(DefaultTTL, l.MaxTTL))
	s.MaxTTL = cmp.Or(s.MaxTTL, min(DefaultMaxTTL, l.MaxTTL))
	s.ActivateWithin = cmp.Or(s.ActivateWithin, min(DefaultActivateWithin, l.MaxActivateWithin))
	return s
}

// checkTimes collects what is wrong with times that are filled in.
func (s Spec) checkTimes(l Limits, bad *fieldErrors) {
	bad.within("ttl", s.TTL, l.MaxTTL)
	bad.within("max_ttl", s.MaxTTL, l.MaxTTL)
	bad.within("activate_within", s.ActivateWithin, l.MaxActivateWithin)
	if s.TTL <= l.MaxTTL { // above it, no max_ttl would do
		s.checkOrder(bad)
	}
}

// checkOrder refuses a max_ttl below the ttl.
func (s Spec) checkOrder(bad *fieldErrors) {
	if s.TTL > 0 && s.MaxTTL > 0 && s.MaxTTL < s.TTL {
		bad.add("max_ttl", "%v is below the ttl %v: give a longer max_ttl or a shorter ttl", s.MaxTTL, s.TTL)
	}
}

func (bad *fieldErrors) within(field string, d, most time.Duration) {
	switch {
	case d < time.Microsecond:
		bad.add(field, "%v is not positive: the shortest is 1µs", d)
	case d > most:
		bad.add(field, "%v is above the maximum %v", d, most)
	}
}
